"""The history of settings over the API, what differs, bringing a version back, and where effective values come from."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.core.policy.tenant_settings import Ingress
from shared.core.settings.compare import HIDDEN
from tests.support.api import call_api
from tests.support.api_settings import (
    ADMINISTRATOR,
    FIXED,
    people_of_sales,
    put,
    settings_world,
    token_of,
)
from tests.support.app import SENDER, World

TENANT = "/settings/tenant"
PERSON = f"/settings/scope?scope=user:{SENDER}"


@pytest.fixture
def world() -> World:
    made = settings_world()
    people_of_sales(made)
    return made


def change_tenant(world: World, comment: str = "", **changes: Any) -> None:
    token = token_of(world, "administrator")
    seen = call_api(world, "GET", TENANT, token).json
    path = f"{TENANT}?comment={comment}"
    assert put(world, path, token, seen | changes, seen["version"]).status == 200


def restore(world: World, token: str, scope: str, version: int, base: int) -> Any:
    headers = {"If-Match": f'"{base}"'}
    body = {"version": version, "comment": "back"}
    return call_api(world, "POST", f"/settings/restoration?scope={scope}", token, body=body, headers=headers)


def test_the_history_is_told_page_by_page_the_newest_first(world: World) -> None:
    for name in ("one", "two", "three"):
        change_tenant(world, comment=name, name=name)
    token = token_of(world, "auditor")
    first = call_api(world, "GET", "/settings/history?scope=tenant&limit=2", token).json
    assert [(row["version"], row["author"], row["comment"]) for row in first["versions"]] == [
        (3, ADMINISTRATOR, "three"),
        (2, ADMINISTRATOR, "two"),
    ]
    rest = call_api(world, "GET", f"/settings/history?scope=tenant&limit=2&before={first['before']}", token).json
    assert rest["versions"][0]["version"] == 1
    assert rest["before"] == 0


def test_versions_are_seen_and_compared_without_passwords_for_who_may_only_look(world: World) -> None:
    change_tenant(world, name="one")
    change_tenant(world, name="two")
    token = token_of(world, "auditor")
    seen = call_api(world, "GET", f"{TENANT}/versions/1", token)
    assert (seen.json["name"], seen.headers["ETag"]) == ("one", '"1"')
    assert seen.json["policies"][0]["actions"][0]["password"] == HIDDEN
    (difference,) = call_api(world, "GET", "/settings/comparison?scope=tenant&old=1", token).json["differences"]
    assert (difference["path"], difference["how"], difference["old"], difference["new"]) == (
        "name",
        "changed",
        "one",
        "two",
    )


@pytest.mark.parametrize("number", ["0", "99", "x", "-1", "12345678901"])
def test_a_version_that_there_is_not(world: World, number: str) -> None:
    assert call_api(world, "GET", f"{TENANT}/versions/{number}", token_of(world, "auditor")).status == 404


def test_an_older_version_comes_back_but_for_what_is_the_operators(world: World) -> None:
    change_tenant(world, name="one")
    change_tenant(world, name="two")
    present = world.settings_store.tenant("demo")
    ingress = Ingress(peers=("192.0.2.0/24",))
    world.settings_store.save(msgspec.structs.replace(present, ingress=ingress))  # the operator lets another relay in
    token = token_of(world, "administrator")
    done = restore(world, token, "tenant", 1, 3)
    assert (done.status, done.json["version"]) == (200, 4)
    now = world.settings_store.tenant("demo")
    assert (now.name, now.ingress) == ("one", ingress)
    (newest, *_) = call_api(world, "GET", "/settings/history?scope=tenant", token).json["versions"]
    assert (newest["restored"], newest["comment"], newest["author"]) == (1, "back", ADMINISTRATOR)


def test_bringing_back_is_refused_where_somebody_changed_it_meanwhile(world: World) -> None:
    change_tenant(world, name="one")
    change_tenant(world, name="two")
    late = restore(world, token_of(world, "administrator"), "tenant", 1, 1)
    assert (late.status, late.problem, late.json["current"]["name"]) == (412, "stale", "two")


@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("the person", 404), ("group administrator", 404)])
def test_only_who_may_write_brings_back(world: World, who: str, status: int) -> None:
    change_tenant(world, name="one")
    assert restore(world, token_of(world, who, "Matta.Auditor"), "tenant", 1, 1).status in (403, status)
    assert world.settings_store.tenant("demo").version == 1


@pytest.mark.parametrize(
    "path",
    [
        f"/settings/history?scope=user:{SENDER}",
        f"/settings/comparison?scope=user:{SENDER}&old=0",
        f"/settings/scope/versions/1?scope=user:{SENDER}",
        f"/settings/effective?scope=user:{SENDER}",
        "/settings/history?scope=group:sales/east",
    ],
)
@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 200), ("group administrator", 200), ("a colleague", 404)]
)
def test_whose_history_somebody_may_see(world: World, path: str, who: str, status: int) -> None:
    token = token_of(world, "the person")
    present = call_api(world, "GET", PERSON, token).json
    assert put(world, PERSON, token, present | {"notices": {"language": "en"}}, 0).status == 200
    assert call_api(world, "GET", path, token_of(world, who)).status == status


class TestEffectiveSettings:
    def test_name_the_level_that_each_value_comes_from(self, world: World) -> None:
        token = token_of(world, "the person")
        present = call_api(world, "GET", PERSON, token).json
        wishes = {"language": "en", "reminders": 5}
        assert put(world, PERSON, token, present | {"notices": wishes}, 0).status == 200
        notices = call_api(world, "GET", TENANT, token_of(world, "administrator")).json["notices"]
        change_tenant(world, notices=notices | {"reminders": 3})
        values = {one["path"]: one for one in call_api(world, "GET", "/settings/effective", token).json["values"]}
        language, reminders = values["notices.language"], values["notices.reminders"]
        assert (language["value"], language["origin"]["level"]) == ("en", "user")
        assert language["settable_by"] == ["tenant", "group", "user"]
        assert (reminders["value"], reminders["origin"]["level"]) == (3, "tenant")
        assert [origin["level"] for origin in reminders["passed_over"]] == ["user"]
        assert reminders["settable_by"] == ["tenant"]

    def test_of_a_group_are_what_somebody_gets_who_has_set_nothing(self, world: World) -> None:
        token = token_of(world, "group administrator")
        path = "/settings/scope?scope=group:sales/east"
        present = call_api(world, "GET", path, token).json
        assert put(world, path, token, present | {"notices": {"language": "en"}}, 0).status == 200
        seen = call_api(world, "GET", "/settings/effective?scope=group:sales/east", token).json
        values = {one["path"]: one for one in seen["values"]}
        assert values["notices.language"]["origin"] == {"level": "group", "id": "sales/east", "version": 1}

    def test_hide_servers_grants_and_passwords_from_who_does_not_administer(self, world: World) -> None:
        paths = {}
        for who in ("administrator", "the person"):
            seen = call_api(world, "GET", "/settings/effective", token_of(world, who))
            assert FIXED.encode() not in seen.body
            paths[who] = {one["path"].partition(".")[0] for one in seen.json["values"]}
        assert {"routes", "ingress", "access"} <= paths["administrator"]
        assert not {"routes", "ingress", "access"} & paths["the person"]
