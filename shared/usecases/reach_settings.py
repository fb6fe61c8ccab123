"""Whose settings somebody who is signed on may see and change (stage 6; product.md S1, I1)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.message.domains import DomainSet, domain_of
from shared.core.settings.scope import Level, Scope
from shared.errors import NotFound, PermanentError
from shared.usecases.identify import groups_of


class MayNotChange(PermanentError):
    """Somebody may see these settings, and not change them."""

    public = "You may see these settings, but not change them."


@dataclass(frozen=True, slots=True)
class ReachedSettings:
    """A scope of the principal's tenant that they may see; ``write``: and change."""

    scope: Scope
    write: bool


def reach_settings(app: App, who: Principal, scope: Scope) -> ReachedSettings:
    """What the principal may do with the settings of a scope.

    The tenant's: those whose role reaches everybody. A group's: who manages it. A person's: they, and whoever
    administers them. Raises ``NotFound`` for all others, and for groups and people that there are not;
    ``TemporaryError``.
    """
    if scope.level is Level.TENANT:
        sees, writes = who.reaches_all(Right.READ_SETTINGS), who.reaches_all(Right.WRITE_SETTINGS)
    elif scope.level is Level.GROUP:
        writes = who.manages(scope.id)
        sees = writes or who.reaches_all(Right.READ_SETTINGS)
        if sees and not _is_group(app, who.tenant_id, scope):
            raise NotFound("no such group")
    else:
        groups = frozenset[str]() if who.is_person(scope.id) else groups_of(app, who.tenant_id, scope.id)
        writes = who.is_person(scope.id) or who.reaches(Right.WRITE_SETTINGS, groups)
        sees = writes or who.reaches(Right.READ_SETTINGS, groups)
        if sees and not _is_address(app, who.tenant_id, scope.id):
            raise NotFound("not an address of the tenant")
    if not sees:
        raise NotFound("not their settings")
    return ReachedSettings(scope, writes)


def reach_to_change(app: App, who: Principal, scope: Scope) -> ReachedSettings:
    """The same for a change. Raises ``MayNotChange`` too."""
    reached = reach_settings(app, who, scope)
    if not reached.write:
        raise MayNotChange("may only look")
    return reached


def _is_group(app: App, tenant_id: str, scope: Scope) -> bool:
    """Whether the directory knows the group, or it has settings from when it did."""
    return scope.id in app.directory.groups(tenant_id, (scope.id,)) or scope in app.settings.scopes(tenant_id)


def _is_address(app: App, tenant_id: str, address: str) -> bool:
    return domain_of(address) in DomainSet(app.settings.tenant(tenant_id).internal_domains)
