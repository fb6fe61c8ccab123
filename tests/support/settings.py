"""Settings of all three levels for tests."""

from __future__ import annotations

from typing import Any

from shared.core.policy.tenant_settings import NextHopServer, Route, TenantSettings
from shared.core.settings.scope_settings import ScopeSettings

HANAKO = "hanako@aozora.example"


def tenant_settings(tenant_id: str = "demo", **changes: Any) -> TenantSettings:
    """A tenant with what must be there."""
    values: dict[str, Any] = {
        "tenant_id": tenant_id,
        "domains": ("aozora.example",),
        "routes": (Route(servers=(NextHopServer(host="mail.aozora.example"),)),),
    }
    return TenantSettings(**(values | changes))


def group_settings(group: str = "sales", tenant_id: str = "demo", **changes: Any) -> ScopeSettings:
    """A group that has set nothing but ``changes``."""
    return ScopeSettings(tenant_id=tenant_id, level="group", id=group, **changes)


def user_settings(address: str = HANAKO, tenant_id: str = "demo", **changes: Any) -> ScopeSettings:
    """A user who has set nothing but ``changes``."""
    return ScopeSettings(tenant_id=tenant_id, level="user", id=address, **changes)
