"""Effective settings as somebody who is signed on may see them: each value with where it comes from (product.md S2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.compare import hide_passwords
from shared.core.settings.merge import Effective, LeftOut, effective
from shared.core.settings.origins import EffectiveValue, values
from shared.core.settings.scope import Level, Scope
from shared.core.settings.scope_settings import ScopeSettings
from shared.errors import NotFound
from shared.usecases.change_settings import documents_above
from shared.usecases.effective_settings import effective_settings
from shared.usecases.reach_settings import reach_settings


@dataclass(frozen=True, slots=True)
class SeenSettings:
    """What counts for ``scope``, without passwords. ``left_out`` are items of lower levels that do not count."""

    scope: Scope
    values: tuple[EffectiveValue, ...]
    left_out: tuple[LeftOut, ...]


def see_effective(app: App, who: Principal, scope: Scope) -> SeenSettings:
    """For a person's mail, for somebody of a group who has set nothing, or for somebody of no group.

    Raises ``NotFound`` for what the principal may not see, ``InvalidSettings`` for a damaged document,
    ``TemporaryError``.
    """
    reach_settings(app, who, scope)
    viewer = Level.TENANT if who.reaches_all(Right.READ_SETTINGS) else Level.USER
    found = effective_of(app, who.tenant_id, scope)
    shown = tuple(replace(one, value=hide_passwords(one.value)) for one in values(found, viewer))
    return SeenSettings(scope, shown, found.left_out)


def effective_of(app: App, tenant_id: str, scope: Scope) -> Effective:
    """The merged settings of a scope. Raises ``NotFound``, ``InvalidSettings``, ``TemporaryError``."""
    if scope.level is Level.USER:
        return effective_settings(app, tenant_id, scope.id)
    if scope.level is Level.TENANT:
        return effective(app.settings.tenant(tenant_id))
    tenant, *above = documents_above(app, tenant_id, scope)
    own = app.settings.present(tenant_id, scope)
    if not isinstance(tenant, TenantSettings):
        raise NotFound("no settings of the tenant")
    layers = [layer for layer in (*above, own) if isinstance(layer, ScopeSettings) and layer.version]
    return effective(tenant, layers)
