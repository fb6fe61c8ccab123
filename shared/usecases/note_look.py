"""Write to the audit log who looked at what, and who was refused (stages 4b to 6; product.md X2).

None of these raises: a log that cannot be written must not keep people from their mail. It is logged as trouble then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared import log
from shared.app import App
from shared.core.hold.actor import Actor, Role
from shared.core.hold.entitlement import Standing
from shared.core.message.identity import MessageRef
from shared.ports_people import AuditCode, AuditEntry

if TYPE_CHECKING:
    from shared.usecases.decide_hold import Asker


def note_look(app: App, ref: MessageRef, standing: Standing, asker: Asker, what: str) -> None:
    """Somebody entitled looked at a message; ``what`` is a short word for what they saw, such as ``page`` or ``card``."""
    _append(app, ref.tenant_id, AuditCode.LOOKED, _actor(standing, asker), ref, (("what", what),))


def note_password_look(app: App, ref: MessageRef, standing: Standing, asker: Asker, variant: str) -> None:
    """Somebody entitled was shown the password of one outgoing form of a message."""
    _append(app, ref.tenant_id, AuditCode.LOOKED_AT_PASSWORD, _actor(standing, asker), ref, (("variant", variant),))


def note_refusal(app: App, tenant_id: str, ref: MessageRef | None, asker: Asker, why: str) -> None:
    """Somebody whose address is proved asked for what is not their business; ``why`` is a short word, no personal text."""
    actor = Actor(Role.STRANGER, asker.person, asker.channel, asker.peer)
    _append(app, tenant_id, AuditCode.REFUSED, actor, ref, (("why", why),))


def _actor(standing: Standing, asker: Asker) -> Actor:
    return Actor(standing.role, asker.person, asker.channel, asker.peer, standing.on_behalf_of)


def _append(
    app: App, tenant_id: str, code: AuditCode, actor: Actor, ref: MessageRef | None, args: tuple[tuple[str, str], ...]
) -> None:
    try:
        app.audit.append(tenant_id, AuditEntry(code, actor, app.clock.now(), ref, args))
    except Exception as error:  # whatever it is, the look itself goes on
        log.trouble("audit", ref, error, code=code)
