"""Try a next hop for an administrator, without sending mail (product.md W2). The trial is recorded."""

from __future__ import annotations

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.policy.tenant_settings import NextHopServer, TenantSettings
from shared.core.settings.operators_fields import OperatorsField
from shared.core.settings.scope import TENANT_SCOPE
from shared.core.settings.secret_uses import misuse, servers_with_secrets
from shared.errors import NotFound
from shared.ports_next_hop import ProbedStep
from shared.ports_people import AuditCode, AuditEntry


def try_next_hop(app: App, who: Principal, server: NextHopServer, peer: str) -> tuple[ProbedStep, ...]:
    """How far a connection comes; the last step tells whether all is well.

    Its secrets may be used as the tenant's servers of that host use them already: a trial must not give one away. Raises
    ``NotFound`` for whoever may not write the tenant's settings, ``OperatorsField``, ``TemporaryError``.
    """
    if not who.reaches_all(Right.WRITE_SETTINGS):
        raise NotFound("not their next hops")
    present = app.settings.present(who.tenant_id, TENANT_SCOPE)
    known = servers_with_secrets(present) if isinstance(present, TenantSettings) else ()
    field, why = misuse(server, known)
    if field:
        raise OperatorsField(field, why)
    actor = Actor(Role.ADMINISTRATOR, who.address, Channel.PORTAL, peer)
    args = (("server", f"{server.host}:{server.port}"),)
    app.audit.append(who.tenant_id, AuditEntry(AuditCode.NEXT_HOP_TRIED, actor, app.clock.now(), None, args))
    return app.next_hop.probe(server)
