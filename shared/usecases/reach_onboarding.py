"""Who may see to a tenant's onboarding: its own administrators, and the operator of the service (product.md W3)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.hold.actor import Actor
from shared.core.message.identity import TENANT_ID
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.scope import TENANT_SCOPE
from shared.errors import NotFound
from shared.usecases.note_change import actor_of, operator_of


@dataclass(frozen=True, slots=True)
class Onboarder:
    """Somebody who sees to a tenant's onboarding, with its settings as they are now."""

    settings: TenantSettings
    who: Principal
    is_operator: bool
    peer: str = ""

    @property
    def tenant_id(self) -> str:
        """Whose onboarding it is."""
        return self.settings.tenant_id

    @property
    def actor(self) -> Actor:
        """For the audit log."""
        return operator_of(self.who, self.peer) if self.is_operator else actor_of(self.who, self.peer)


def own_onboarding(app: App, who: Principal, right: Right, peer: str = "") -> Onboarder:
    """Their own tenant's. Raises ``NotFound`` for whoever does not have the right for all of the tenant."""
    if not who.tenant_id or not who.reaches_all(right):
        raise NotFound("not their onboarding")
    return Onboarder(_settings(app, who.tenant_id), who, False, peer)


def operators_onboarding(app: App, who: Principal, tenant_id: str, peer: str = "") -> Onboarder:
    """Any tenant's, for the operator. Raises ``NotFound``."""
    if Right.OPERATE not in who.rights or not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not an operator, or no tenant id")
    return Onboarder(_settings(app, tenant_id), who, True, peer)


def _settings(app: App, tenant_id: str) -> TenantSettings:
    present = app.settings.present(tenant_id, TENANT_SCOPE)
    if not isinstance(present, TenantSettings):
        raise NotFound("no such tenant")
    return present
