"""What of a tenant's settings only the operator of the service may change: who the tenant is, and what proves it. Pure.

A tenant's administrator could otherwise take over the mail or the people of another tenant, or have the password of
somebody else's server sent to a server of their own.
"""

from __future__ import annotations

import msgspec

from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import PermanentError

FIELDS = ("tenant_id", "ingress", "suspended", "plan", "trial_ends_at")
DIRECTORIES = ("teams", "access")
"""Parts of the settings whose ``entra_tenant`` is the operator's."""


class OperatorsField(PermanentError):
    """An edit by somebody else than the operator changes a field that is the operator's; ``public`` names it."""

    def __init__(self, field: str, why: str = "Only the operator of the service may change it.") -> None:
        super().__init__(f"{field} is the operator's", public=f"{field}: {why}")
        self.field = field


def check_operators_fields(present: TenantSettings, edit: TenantSettings) -> None:
    """Raises ``OperatorsField`` for the first such field that the edit changes.

    A server's ``password_secret`` may be one that the tenant's servers name already.
    """
    for field in FIELDS:
        if getattr(edit, field) != getattr(present, field):
            raise OperatorsField(field)
    for part in DIRECTORIES:
        if getattr(edit, part).entra_tenant != getattr(present, part).entra_tenant:
            raise OperatorsField(f"{part}.entra_tenant")
    known = secrets_of(present)
    for number, route in enumerate(edit.routes):
        for index, server in enumerate(route.servers):
            if server.password_secret and server.password_secret not in known:
                raise OperatorsField(
                    f"routes[{number}].servers[{index}].password_secret",
                    "The operator of the service has to name a password's secret first.",
                )


def secrets_of(settings: TenantSettings) -> frozenset[str]:
    """The names of the secrets that the tenant's servers use."""
    return frozenset(
        server.password_secret for route in settings.routes for server in route.servers if server.password_secret
    )


def keep_operators_fields(present: TenantSettings, edit: TenantSettings) -> TenantSettings:
    """The edit with the operator's fields as they are now: for files and older versions, which have others."""
    return msgspec.structs.replace(
        edit,
        tenant_id=present.tenant_id,
        ingress=present.ingress,
        suspended=present.suspended,
        plan=present.plan,
        trial_ends_at=present.trial_ends_at,
        teams=msgspec.structs.replace(edit.teams, entra_tenant=present.teams.entra_tenant),
        access=msgspec.structs.replace(edit.access, entra_tenant=present.access.entra_tenant),
    )
