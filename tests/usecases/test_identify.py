"""From a token to a person: by id, else by an address in any spelling; removed people, guests and strangers are nobody."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from shared.core.access.roles import PortalRole
from shared.core.policy.tenant_settings import Access, Teams
from shared.ports import Person
from shared.ports_sign_on import SignOnClaims
from shared.usecases.identify import UnknownPerson, identify
from tests.support.api import DIRECTORY, granted, make_api_world
from tests.support.app import World

ADMINISTRATOR = "admin@aozora.example"
GONE = "gone@aozora.example"
FAR = "far@例え.example"
HIS_ID = "22222222-2222-4222-8222-000000000001"
OTHER_ID = "22222222-2222-4222-8222-000000000002"
OPERATORS = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def world() -> World:
    grants = (granted(ADMINISTRATOR, "tenant-administrator"), granted(FAR, "auditor"))
    made = make_api_world(
        domains=("aozora.example", "例え.example"), access=Access(entra_tenant=DIRECTORY, grants=grants)
    )
    made.directory.save("demo", [Person(ADMINISTRATOR, id=HIS_ID), Person(GONE), Person(FAR, id=HIS_ID)])
    made.directory.remove("demo", [GONE])
    return made


def claims(world: World, address: str, *roles: str, person: str = OTHER_ID, directory: str = DIRECTORY) -> SignOnClaims:
    ends = world.clock.now() + timedelta(hours=1)
    return SignOnClaims(directory, person, address, "Somebody", frozenset(roles), ends)


def test_the_id_counts_whatever_the_address_says(world: World) -> None:
    found = identify(world.app, claims(world, "other@aozora.example", person=HIS_ID))
    assert (found.address, set(found.roles)) == (ADMINISTRATOR, {PortalRole.USER, PortalRole.TENANT_ADMINISTRATOR})


@pytest.mark.parametrize("address", ["newcomer@aozora.example", "Newcomer@AOZORA.example"])
def test_whom_the_directory_does_not_know_is_a_user_by_their_address(world: World, address: str) -> None:
    found = identify(world.app, claims(world, address))
    assert (found.address, set(found.roles)) == ("newcomer@aozora.example", {PortalRole.USER})


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(ADMINISTRATOR, id="somebody else's"),
        pytest.param("ADMIN@Aozora.example", id="somebody else's in capitals"),
        pytest.param('"admin"@aozora.example', id="somebody else's in quotes"),
        pytest.param(" admin@aozora.example", id="somebody else's behind a space"),
        pytest.param("admin@aozora.example.", id="somebody else's with a dot at the end"),
        pytest.param("admin@ａozora.example", id="somebody else's in wide letters"),
        pytest.param("far@xn--r8jz45g.example", id="somebody else's, domain in ASCII"),
        pytest.param("far@例え。example", id="somebody else's, domain with another dot"),
        pytest.param(GONE, id="somebody removed"),
        pytest.param('"gone"@aozora.example', id="somebody removed, in quotes"),
        pytest.param("gone@aozora．example", id="somebody removed, with a wide dot"),
        pytest.param("x_evil.example#EXT#@aozora.example", id="a guest"),
        pytest.param('"new comer"@aozora.example', id="no principal name"),
        pytest.param("x@evil.example", id="elsewhere"),
        pytest.param("aozora.example", id="no address"),
        pytest.param("", id="none"),
    ],
)
def test_an_address_that_is_not_theirs_makes_nobody(world: World, address: str) -> None:
    with pytest.raises(UnknownPerson) as refused:
        identify(world.app, claims(world, address, "Matta.TenantAdministrator"))
    assert refused.value.kind == "unknown-person"


def test_the_directory_of_teams_signs_on_where_no_other_is_named(world: World) -> None:
    for access, teams, passes in ((DIRECTORY, OPERATORS, True), ("", DIRECTORY, True), (OPERATORS, DIRECTORY, False)):
        present = world.settings_store.tenant("demo")
        world.settings_store.save(
            msgspec.structs.replace(present, access=Access(entra_tenant=access), teams=Teams(entra_tenant=teams))
        )
        if passes:
            assert identify(world.app, claims(world, ADMINISTRATOR, person=HIS_ID)).tenant_id == "demo"
        else:
            with pytest.raises(UnknownPerson):
                identify(world.app, claims(world, ADMINISTRATOR, person=HIS_ID))


def test_a_directory_that_two_tenants_claim_signs_nobody_on(world: World) -> None:
    """No guess whose person it is: they would see the other's mail."""
    world.settings_store.save(msgspec.structs.replace(world.settings, tenant_id="another"))
    with pytest.raises(UnknownPerson) as refused:
        identify(world.app, claims(world, ADMINISTRATOR, "Matta.TenantAdministrator", person=HIS_ID))
    assert refused.value.kind == "unknown-person"


def test_who_was_removed_operates_nothing_any_more(world: World) -> None:
    """Of an operator that is a tenant itself: the directory's word counts for everything."""
    object.__setattr__(world.app.process, "operator_entra_tenant", DIRECTORY)
    kept = identify(world.app, claims(world, ADMINISTRATOR, "Matta.Operator", person=HIS_ID))
    assert PortalRole.OPERATOR in kept.roles
    stranger = identify(world.app, claims(world, "support@service.example", "Matta.Operator"))
    assert (stranger.tenant_id, set(stranger.roles)) == ("", {PortalRole.OPERATOR})
    with pytest.raises(UnknownPerson):
        identify(world.app, claims(world, GONE, "Matta.Operator"))


def test_an_operator_without_a_name_is_written_down_by_id(world: World) -> None:
    object.__setattr__(world.app.process, "operator_entra_tenant", OPERATORS)
    found = identify(world.app, claims(world, "", "Matta.Operator", directory=OPERATORS))
    assert found.address == OTHER_ID
