"""What of a tenant's settings only the operator changes: each field alone, secrets, and files that name other values."""

from __future__ import annotations

import msgspec
import pytest

from shared.core.policy.tenant_settings import (
    Access,
    DkimKey,
    Ingress,
    NextHopServer,
    Route,
    Signing,
    Teams,
    TenantSettings,
)
from shared.core.settings.operators_fields import (
    OperatorsField,
    check_operators_fields,
    keep_operators_fields,
)

DIRECTORY = "11111111-1111-4111-8111-111111111111"


def route(secret: str = "", host: str = "hop.example") -> Route:
    return Route(servers=(NextHopServer(host=host, password_secret=secret),))


def signing(*keys: tuple[str, str, str]) -> Signing:
    return Signing(dkim=tuple(DkimKey(domain=domain, selector=name, secret=secret) for domain, name, secret in keys))


PRESENT = TenantSettings(
    tenant_id="demo",
    domains=("aozora.example", "aozora.test"),
    routes=(route("demo-hop"),),
    signing=signing(("aozora.example", "s1", "demo-dkim"), ("aozora.test", "s1", "test-dkim")),
)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tenant_id": "other"}, "tenant_id"),
        ({"ingress": Ingress(peers=("192.0.2.1",))}, "ingress"),
        ({"suspended": True}, "suspended"),
        ({"domains": ("aozora.example", "hoshizora.example")}, "domains"),
        ({"routes": (route("demo-hop", "evil.example"),)}, "routes[0].servers[0].password_secret"),
        ({"teams": Teams(entra_tenant=DIRECTORY)}, "teams.entra_tenant"),
        ({"access": Access(entra_tenant=DIRECTORY)}, "access.entra_tenant"),
        ({"routes": (route("demo-hop"), route("other-hop"))}, "routes[1].servers[0].password_secret"),
        ({"signing": signing(("aozora.example", "s1", "other-dkim"))}, "signing.dkim[0].secret"),
        (
            {"signing": signing(("aozora.test", "s1", "test-dkim"), ("aozora.example", "s2", "test-dkim"))},
            "signing.dkim[1].secret",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_of_the_operators_field_is_refused_by_its_name(changes: dict[str, object], field: str) -> None:
    with pytest.raises(OperatorsField) as refused:
        check_operators_fields(PRESENT, msgspec.structs.replace(PRESENT, **changes))
    assert refused.value.field == field
    assert refused.value.public.startswith(f"{field}: ")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Aozora"},
        {"access": Access(app_roles=False)},
        {"routes": (route("demo-hop"), route(host="new.example"), route("demo-hop", "HOP.example."))},
        {"signing": signing(("AOZORA.example", "s2", "demo-dkim"))},
    ],
    ids=[
        "its name",
        "its roles",
        "servers without a secret, and with one that goes there already",
        "another selector for a key, and one key less",
    ],
)
def test_everything_else_is_the_tenants(changes: dict[str, object]) -> None:
    check_operators_fields(PRESENT, msgspec.structs.replace(PRESENT, **changes))


def test_a_file_with_other_values_leaves_the_operators_as_they_are() -> None:
    edit = msgspec.structs.replace(
        PRESENT,
        tenant_id="other",
        name="Aozora",
        domains=("hoshizora.example",),
        suspended=True,
        ingress=Ingress(peers=("192.0.2.1",)),
        teams=Teams(entra_tenant=DIRECTORY),
        access=Access(entra_tenant=DIRECTORY, app_roles=False),
    )
    kept = keep_operators_fields(PRESENT, edit)
    check_operators_fields(PRESENT, kept)
    assert (kept.name, kept.access.app_roles) == ("Aozora", False)
