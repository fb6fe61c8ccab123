"""Write to the audit log what was changed in the portal: people, groups, settings, tenants (stage 6; product.md X2)."""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.access.principal import Principal
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.notice.safe_text import one_line
from shared.ports_people import AuditCode, AuditEntry

LONGEST_ARGUMENT = 300


def note_change(app: App, tenant_id: str, code: AuditCode, actor: Actor, **args: str) -> None:
    """One line. Never raises: the change was stored."""
    pairs = tuple((key, one_line(value, LONGEST_ARGUMENT)) for key, value in args.items())
    try:
        app.audit.append(tenant_id, AuditEntry(code, actor, app.clock.now(), None, pairs))
    except Exception as error:  # whatever it is, the change itself stands
        log.trouble("audit", None, error, code=code)


def actor_of(who: Principal, peer: str = "", *, own: bool = False) -> Actor:
    """Who changes something of a tenant through the portal. ``own``: something of theirs."""
    return Actor(Role.SENDER if own else Role.ADMINISTRATOR, who.address, Channel.PORTAL, peer)


def operator_of(who: Principal, peer: str = "") -> Actor:
    """The same for somebody who does it as operator of the service."""
    return Actor(Role.OPERATOR, who.address, Channel.PORTAL, peer)
