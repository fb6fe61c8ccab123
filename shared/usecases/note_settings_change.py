"""Write to the audit log that settings of any level changed (stage 6; product.md X2); the history has the versions."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.message.domains import normal_address
from shared.core.settings.compare import compare
from shared.core.settings.scope import Level
from shared.core.settings.scope_settings import Document, scope_of
from shared.ports_people import AuditCode
from shared.usecases.note_change import note_change

MOST_FIELDS = 12


def note_settings_change(app: App, before: Document | None, saved: Document, author: str, comment: str) -> None:
    """``before`` is what the change was made from, ``None`` where that is not known. Never raises."""
    scope = scope_of(saved)
    own = scope.level is Level.USER and normal_address(scope.id) == normal_address(author)
    note_change(
        app,
        saved.tenant_id,
        AuditCode.SETTINGS_CHANGED,
        Actor(Role.SENDER if own else Role.ADMINISTRATOR, author, Channel.PORTAL),
        scope=str(scope),
        version=str(saved.version),
        fields=_fields(before, saved),
        comment=comment,
    )


def _fields(before: Document | None, saved: Document) -> str:
    """The names of the changed parts; never their values, which the history has."""
    if before is None:
        return ""
    names = list(dict.fromkeys(one.path.partition(".")[0].partition("[")[0] for one in compare(before, saved)))
    return ", ".join(names[:MOST_FIELDS]) + (", …" if len(names) > MOST_FIELDS else "")
