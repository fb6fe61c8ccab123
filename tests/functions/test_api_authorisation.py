"""Every route × every role × own and other tenant: who is let in is what the route declares, and nobody else gets past the door.

Rights come from the table in ``shared/core/access/roles.py``; what a right reaches is asked in the use cases and tested there.
"""

from __future__ import annotations

import re

import pytest

from functions.api.registry import all_routes
from functions.api.route import Route
from shared.core.access.roles import RIGHTS, PortalRole, Right, rights_of
from shared.core.policy.tenant_settings import Access
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, sign_on
from tests.support.app import World

ROUTES = all_routes()
OPERATORS = "44444444-4444-4444-8444-444444444444"
ADDRESSES = {role: f"{role}@aozora.example" for role in PortalRole}
PRIVATE = [route for route in ROUTES if not route.is_public]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def world() -> World:
    grants = [
        granted(ADDRESSES[role], role.value, *(("sales",) if role is PortalRole.GROUP_ADMINISTRATOR else ()))
        for role in PortalRole
        if role not in (PortalRole.USER, PortalRole.OPERATOR)
    ]
    made = make_api_world(access=Access(entra_tenant=DIRECTORY, grants=tuple(grants)))
    object.__setattr__(made.app.process, "operator_entra_tenant", OPERATORS)
    return made


def token_of(world: World, role: PortalRole) -> str:
    if role is PortalRole.OPERATOR:
        return sign_on(world, "operator@service.example", "Matta.Operator", directory=OPERATORS)
    return sign_on(world, ADDRESSES[role])


def request(world: World, route: Route, token: str) -> Reply:
    """The emptiest request of a route: it gets past the door or it does not; what comes after is not asked here."""
    path = re.sub(r"{\w+}", "00000000000000000000000000", route.path)
    body = {} if route.body is not None else None
    world.clock.advance(seconds=60)  # the rate limit is not what is asked
    return call_api(world, route.method, path, token, body=body, headers={"If-Match": '"0"'} if route.edits else {})


@pytest.mark.parametrize("role", list(PortalRole))
@pytest.mark.parametrize("route", PRIVATE, ids=named)
def test_a_role_passes_the_door_of_a_route_exactly_where_it_has_the_right(
    world: World, route: Route, role: PortalRole
) -> None:
    roles = {role} if role is PortalRole.OPERATOR else {role, PortalRole.USER}
    reply = request(world, route, token_of(world, role))
    if rights_of(roles) & route.rights:
        assert (reply.status, reply.body) != (403, b"")
        assert reply.status not in (401, 405)
        assert reply.status < 500 or reply.status == 503, reply.body
    else:
        assert (reply.status, reply.problem) == (403, "not-allowed")


@pytest.mark.parametrize("route", PRIVATE, ids=named)
def test_nobody_passes_without_signing_on(world: World, route: Route) -> None:
    for token in ("", "nobody's"):
        reply = request(world, route, token)
        assert (reply.status, reply.problem) == (401, "not-signed-on")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("route", PRIVATE, ids=named)
def test_people_of_a_directory_that_is_no_tenant_do_not_pass(world: World, route: Route) -> None:
    stranger = sign_on(
        world, "admin@stranger.example", "Matta.TenantAdministrator", "Matta.Operator",
        directory="55555555-5555-4555-8555-555555555555",
    )  # fmt: skip
    assert request(world, route, stranger).status == 403


@pytest.mark.parametrize("route", PRIVATE, ids=named)
def test_who_was_removed_from_the_directory_does_not_pass(world: World, route: Route) -> None:
    address = "gone@aozora.example"
    token = sign_on(world, address, "Matta.TenantAdministrator")
    world.directory.remove("demo", [address])
    assert request(world, route, token).status == 403


def test_every_right_lets_somebody_in_somewhere() -> None:
    used = {right for route in ROUTES for right in route.rights}
    assert used == set(Right), "a right that no route asks for is no right"


def test_every_role_has_rights() -> None:
    assert set(RIGHTS) == set(PortalRole)
    assert all(RIGHTS.values())


def test_public_routes_are_these_and_no_others() -> None:
    assert {named(route) for route in ROUTES if route.is_public} == {"GET /configuration", "GET /openapi.json"}


def test_operation_ids_are_unique() -> None:
    names = [route.operation_id for route in ROUTES]
    assert len(names) == len(set(names))
