"""What of a tenant's settings only the operator of the service may change: who the tenant is, and what proves it. Pure.

A tenant's administrator could otherwise take over the mail or the people of another tenant, or have the password of
somebody else's server sent to a server of their own.
"""

from __future__ import annotations

import msgspec

from shared.core.message.domains import normal_domain
from shared.core.policy.tenant_settings import DkimKey, TenantSettings
from shared.core.settings.secret_uses import misuse, servers_with_secrets
from shared.errors import PermanentError

FIELDS = ("tenant_id", "domains", "ingress", "suspended", "plan", "trial_ends_at")
DKIM_NAMED_FIRST = "The operator of the service has to name a key's secret for this domain first."
DIRECTORIES = ("teams", "access")
"""Parts of the settings whose ``entra_tenant`` is the operator's."""


class OperatorsField(PermanentError):
    """An edit by somebody else than the operator changes a field that is the operator's; ``public`` names it."""

    def __init__(self, field: str, why: str = "Only the operator of the service may change it.") -> None:
        super().__init__(f"{field} is the operator's", public=f"{field}: {why}")
        self.field = field


def check_operators_fields(present: TenantSettings, edit: TenantSettings) -> None:
    """Raises ``OperatorsField`` for the first such field that the edit changes.

    A server may use a secret as the tenant's servers of that host do already (``secret_uses.py``), and a DKIM key's
    ``secret`` may be one that its keys of that domain name already: any other might be another tenant's key.
    """
    for field in FIELDS:
        if getattr(edit, field) != getattr(present, field):
            raise OperatorsField(field)
    for part in DIRECTORIES:
        if getattr(edit, part).entra_tenant != getattr(present, part).entra_tenant:
            raise OperatorsField(f"{part}.entra_tenant")
    known = servers_with_secrets(present)
    for number, route in enumerate(edit.routes):
        for index, server in enumerate(route.servers):
            field, why = misuse(server, known)
            if field:
                raise OperatorsField(f"routes[{number}].servers[{index}].{field}", why)
    signing = frozenset(_signs(key) for key in present.signing.dkim)
    for index, key in enumerate(edit.signing.dkim):
        if _signs(key) not in signing:
            raise OperatorsField(f"signing.dkim[{index}].secret", DKIM_NAMED_FIRST)


def _signs(key: DkimKey) -> tuple[str, str]:
    return normal_domain(key.domain), key.secret


def keep_operators_fields(present: TenantSettings, edit: TenantSettings) -> TenantSettings:
    """The edit with the operator's fields as they are now: for files and older versions, which have others."""
    return msgspec.structs.replace(
        edit,
        tenant_id=present.tenant_id,
        domains=present.domains,
        ingress=present.ingress,
        suspended=present.suspended,
        plan=present.plan,
        trial_ends_at=present.trial_ends_at,
        teams=msgspec.structs.replace(edit.teams, entra_tenant=present.teams.entra_tenant),
        access=msgspec.structs.replace(edit.access, entra_tenant=present.access.entra_tenant),
    )
