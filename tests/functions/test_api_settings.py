"""Settings over the API: whose they are, who may change them, stale edits, what only the operator changes, passwords."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.core.policy.actions import Zip
from shared.core.settings.compare import HIDDEN
from shared.core.settings.scope import TENANT_SCOPE
from tests.support.api import call_api, granted
from tests.support.api_settings import (
    ADMINISTRATOR,
    FIXED,
    HASH,
    SECOND,
    WHO,
    people_of_sales,
    put,
    settings_world,
    token_of,
)
from tests.support.app import SENDER, World

TENANT = "/settings/tenant"
GROUP = "/settings/scope?scope=group:sales/east"
PERSON = f"/settings/scope?scope=user:{SENDER}"


@pytest.fixture
def world() -> World:
    made = settings_world()
    people_of_sales(made)
    return made


@pytest.fixture
def document(world: World) -> dict[str, Any]:
    """The tenant's settings as their administrator gets them."""
    found: dict[str, Any] = call_api(world, "GET", TENANT, token_of(world, "administrator")).json
    return found


@pytest.mark.parametrize(
    ("who", "path", "get", "put_"),
    [
        ("administrator", TENANT, 200, 200),
        ("auditor", TENANT, 200, 403),
        ("group administrator", TENANT, 404, 404),
        ("the person", TENANT, 403, 403),
        ("administrator", GROUP, 200, 200),
        ("auditor", GROUP, 200, 403),
        ("group administrator", GROUP, 200, 200),
        ("the person", GROUP, 404, 404),
        ("group administrator", "/settings/scope?scope=group:legal", 404, 404),
        ("administrator", "/settings/scope?scope=group:nobody", 404, 404),
        ("administrator", PERSON, 200, 200),
        ("auditor", PERSON, 200, 403),
        ("group administrator", PERSON, 200, 200),
        ("the person", PERSON, 200, 200),
        ("the person", "/settings/scope?scope=user:me", 200, 200),
        ("a colleague", PERSON, 404, 404),
        ("group administrator", "/settings/scope?scope=user:other@aozora.example", 404, 404),
        ("administrator", "/settings/scope?scope=user:x@partner.example", 404, 404),
    ],
)
def test_who_may_see_and_change_which_settings(world: World, who: str, path: str, get: int, put_: int) -> None:
    token = token_of(world, who)
    seen = call_api(world, "GET", path, token)
    assert seen.status == get
    administrator = token_of(world, "administrator")
    by_them = seen if get == 200 else call_api(world, "GET", path.replace("user:me", f"user:{WHO[who]}"), administrator)
    body = by_them.json if by_them.status == 200 else {"tenant_id": "demo", "level": "group", "id": "nobody"}
    if by_them.status == 404 and "user:" in path:
        body |= {"level": "user", "id": "x@partner.example"}
    assert put(world, path, token, body, 0).status == put_


def test_an_edit_is_the_next_version_with_its_author_and_comment(world: World, document: dict[str, Any]) -> None:
    token = token_of(world, "administrator")
    seen = call_api(world, "GET", TENANT, token)
    assert seen.headers["ETag"] == '"0"'
    saved = put(world, f"{TENANT}?comment=A%20new%20name", token, document | {"name": "Aozora"}, 0)
    assert (saved.status, saved.headers["ETag"], saved.json["name"]) == (200, '"1"', "Aozora")
    (entry,) = world.settings_store.history("demo", TENANT_SCOPE)[:1]
    assert (entry.note.author, entry.note.comment) == (ADMINISTRATOR, "A new name")


def test_a_stale_edit_gets_the_present_version_and_changes_nothing(world: World, document: dict[str, Any]) -> None:
    token = token_of(world, "administrator")
    assert put(world, TENANT, token, document | {"name": "first"}, 0).status == 200
    late = put(world, TENANT, token, document | {"name": "second"}, 0)
    assert (late.status, late.problem) == (412, "stale")
    assert (late.json["current"]["name"], late.json["current"]["version"]) == ("first", 1)
    assert late.json["current"]["ingress"]["users"][0]["password_hash"] == HIDDEN
    assert world.settings_store.tenant("demo").name == "first"


@pytest.mark.parametrize(("if_match", "status"), [("", 428), ("*", 412), ("x", 412), ("99999999999", 412)])
def test_an_edit_names_the_version_it_was_made_from(
    world: World, document: dict[str, Any], if_match: str, status: int
) -> None:
    headers = {"If-Match": if_match} if if_match else {}
    reply = call_api(world, "PUT", TENANT, token_of(world, "administrator"), body=document, headers=headers)
    assert reply.status == status


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"rules": [{"id": "a", "rule": "no-such-rule"}]}, "$.rules[0].rule"),
        ({"rules": [{"id": "a", "rule": "subject-blank"}, {"id": "a", "rule": "subject-blank"}]}, "$.rules[1].id"),
        ({"time_zone": "Mars/Olympus"}, "$.time_zone"),
        ({"templates": [{"id": "t", "text": "{{ no_such_thing }}"}]}, "$.templates[0].text"),
        (
            {"policies": [{"id": "p", "actions": [{"type": "zip", "password": HIDDEN}]}]},
            "$.policies[0].actions[0].password",
        ),
    ],
    ids=["a rule that is none", "an id twice", "a zone that is none", "a template that fails", "a hidden password"],
)
@pytest.mark.parametrize("suffix", ["", "/check"])
def test_settings_that_do_not_fit_are_refused_with_the_place(
    world: World, document: dict[str, Any], changes: dict[str, Any], at: str, suffix: str
) -> None:
    token = token_of(world, "administrator")
    if suffix:
        reply = call_api(world, "POST", f"{TENANT}{suffix}", token, body=document | changes)
    else:
        reply = put(world, TENANT, token, document | changes, 0)
    assert (reply.status, reply.problem) == (422, "invalid")
    (field,) = reply.json["fields"]
    assert field["at"] == at
    assert world.settings_store.tenant("demo").version == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"suspended": True}, "suspended"),
        ({"ingress": {"peers": ["192.0.2.0/24"]}}, "ingress"),
        ({"tenant_id": "another"}, "tenant_id"),
        ({"domains": ["aozora.example", "hoshizora.example"]}, "domains"),
        ({"teams": {"entra_tenant": "33333333-3333-4333-8333-333333333333"}}, "teams.entra_tenant"),
        (
            {"routes": [{"servers": [{"host": "evil.example", "username": "x", "password_secret": "teams-bot"}]}]},
            "routes[0].servers[0].password_secret",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_the_operators_stays_as_it_is(
    world: World, document: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    reply = put(world, TENANT, token_of(world, "administrator"), document | changes, 0)
    assert (reply.status, reply.problem) == (403, "not-allowed")
    assert reply.json["detail"].startswith(f"{field}: ")
    assert world.settings_store.tenant("demo").version == 0


class TestTheLastAdministrator:
    def test_cannot_be_taken_away_by_accident(self, world: World, document: dict[str, Any]) -> None:
        access = document["access"] | {"grants": []}
        reply = put(world, TENANT, token_of(world, "administrator"), document | {"access": access}, 0)
        assert reply.status == 422
        assert reply.json["fields"][0]["at"] == "$.access.grants"

    def test_may_hand_over_to_somebody_else(self, world: World, document: dict[str, Any]) -> None:
        other = {"address": SECOND, "role": "tenant-administrator"}
        access = document["access"] | {"grants": [other]}
        assert put(world, TENANT, token_of(world, "administrator"), document | {"access": access}, 0).status == 200

    @pytest.mark.parametrize(("app_roles", "status"), [(True, 200), (False, 422)])
    def test_by_an_app_role_counts_as_long_as_app_roles_do(
        self, world: World, document: dict[str, Any], app_roles: bool, status: int
    ) -> None:
        token = token_of(world, SECOND, "Matta.TenantAdministrator")
        access = document["access"] | {"grants": [], "app_roles": app_roles}
        assert put(world, TENANT, token, document | {"access": access}, 0).status == status


class TestPasswords:
    def test_are_read_by_who_may_change_them_alone_and_hashes_by_nobody(self, world: World) -> None:
        by_administrator = call_api(world, "GET", TENANT, token_of(world, "administrator"))
        by_auditor = call_api(world, "GET", TENANT, token_of(world, "auditor"))
        assert by_administrator.json["policies"][0]["actions"][0]["password"] == FIXED
        assert by_auditor.json["policies"][0]["actions"][0]["password"] == HIDDEN
        assert HASH.encode() not in by_administrator.body + by_auditor.body
        for who in ("administrator", "the person"):
            seen = call_api(world, "GET", "/settings/effective", token_of(world, who))
            assert seen.status == 200
            assert FIXED.encode() not in seen.body

    def test_that_are_sent_back_hidden_stay_as_they_are(self, world: World, document: dict[str, Any]) -> None:
        document["policies"][0]["actions"][0]["password"] = HIDDEN
        saved = put(world, TENANT, token_of(world, "administrator"), document | {"name": "x"}, 0)
        assert saved.status == 200
        stored = world.settings_store.tenant("demo")
        (action,) = stored.policies[0].actions
        assert isinstance(action, Zip)
        assert (action.password, stored.ingress.users[0].password_hash) == (FIXED, HASH)


def test_a_draft_is_told_what_it_would_change_and_nothing_is_saved(world: World, document: dict[str, Any]) -> None:
    reply = call_api(
        world, "POST", f"{TENANT}/check", token_of(world, "administrator"), body=document | {"name": "Aozora"}
    )
    (difference,) = reply.json["differences"]
    assert (difference["path"], difference["new"]) == ("name", "Aozora")
    assert world.settings_store.tenant("demo").name == ""


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"notices": {"language": "en"}}, 200),
        ({"policies": [{"id": "p", "actions": [{"type": "deliver-at-once"}]}]}, 422),
        ({"id": "jiro@aozora.example"}, 422),
        ({"tenant_id": "another"}, 422),
        ({"domains": ["aozora.example"]}, 422),
    ],
    ids=["notices", "an administrators' action", "another person", "another tenant", "a field of the tenant's"],
)
def test_a_persons_own_settings_stay_within_what_a_person_may_set(
    world: World, changes: dict[str, Any], status: int
) -> None:
    token = token_of(world, "the person")
    present = call_api(world, "GET", PERSON, token).json
    assert call_api(world, "POST", "/settings/scope/check", token, body=present | changes).status == status
    assert put(world, PERSON, token, present | changes, 0).status == status


def test_the_tenants_settings_are_no_scopes(world: World) -> None:
    assert call_api(world, "GET", "/settings/scope?scope=tenant", token_of(world, "administrator")).status == 404
    assert call_api(world, "GET", "/settings/scope?scope=galaxy", token_of(world, "administrator")).status == 422


def test_a_role_that_was_given_counts_from_the_next_request_on(world: World, document: dict[str, Any]) -> None:
    token = token_of(world, SECOND)
    assert call_api(world, "GET", TENANT, token).status == 403
    grants = [*document["access"]["grants"], {"address": SECOND, "role": "auditor"}]
    access = document["access"] | {"grants": grants}
    assert put(world, TENANT, token_of(world, "administrator"), document | {"access": access}, 0).status == 200
    assert call_api(world, "GET", TENANT, token).status == 200
    assert granted(SECOND, "auditor") in world.settings_store.tenant("demo").access.grants


def test_of_many_edits_of_one_version_one_is_saved_and_all_others_are_told(
    world: World, document: dict[str, Any]
) -> None:
    token = token_of(world, "administrator")

    def edit(number: int) -> int:
        return put(world, TENANT, token, document | {"name": f"name {number}"}, 0).status

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(edit, range(8)))
    assert found == [200, *[412] * 7]
    assert world.settings_store.tenant("demo").version == 1
