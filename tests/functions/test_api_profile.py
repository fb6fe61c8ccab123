"""Profiles over the API: one's own, and for administrators those of the people whom they reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.core.hold.actor import Role
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person
from shared.ports_people import AuditCode, AuditEntry
from tests.support.api import Reply, call_api, person_id
from tests.support.api_settings import (
    ADMINISTRATOR,
    SALES_CHIEF,
    people_of_sales,
    put,
    settings_world,
    token_of,
)
from tests.support.app import INSIDE, SENDER, World

ME = "/profiles/me"
HANAKO = f"/profiles/{SENDER}"


@pytest.fixture
def world() -> World:
    made = settings_world()
    people_of_sales(made)
    return made


def change(world: World, method: str, path: str, token: str, body: Any = None) -> Reply:
    return call_api(world, method, path, token, body=body)


def lines(world: World) -> tuple[AuditEntry, ...]:
    """The audit log of the day."""
    now = world.clock.now()
    return world.audit.between("demo", now - timedelta(hours=1), now + timedelta(hours=1), 100)


def test_a_profile_tells_manager_groups_proxies_and_for_whom_one_acts(world: World) -> None:
    token = token_of(world, "the person")
    person = Person(SENDER, "青空 花子", "ja", SALES_CHIEF, ("sales/east",), id=person_id(SENDER))
    world.directory.save("demo", [person, Person(SALES_CHIEF, "部長")])
    world.delegations.save("demo", Delegation(SENDER, (Proxy(INSIDE),)))
    world.delegations.save("demo", Delegation(SALES_CHIEF, (Proxy(SENDER),)))
    seen = call_api(world, "GET", ME, token).json
    assert seen["manager"] == {"address": SALES_CHIEF, "name": "部長"}
    assert [(group["id"], group["name"]) for group in seen["groups"]] == [("sales/east", "営業")]
    (proxy,) = seen["proxies"]
    assert (proxy["proxy"]["address"], proxy["name"], proxy["acts_now"]) == (INSIDE, "Sales", True)
    assert seen["principals"] == [{"address": SALES_CHIEF, "name": "部長"}]


def test_a_proxy_is_named_with_dates_and_taken_away_again(world: World) -> None:
    token = token_of(world, "the person")
    dates = {"since": "2026-11-22T09:00:00+09:00", "until": "2026-11-30T00:00:00Z"}
    named = change(world, "PUT", f"{ME}/proxies/{INSIDE}", token, dates)
    (proxy,) = named.json["proxies"]
    assert (proxy["proxy"]["since"], proxy["acts_now"]) == ("2026-11-22T00:00:00Z", False)
    assert change(world, "DELETE", f"{ME}/proxies/{INSIDE}", token).json["proxies"] == []
    codes = [entry.code for entry in lines(world)]
    assert codes == [AuditCode.PROXIES_CHANGED, AuditCode.PROXIES_CHANGED]


def test_what_an_administrator_has_named_stays_for_the_person(world: World) -> None:
    named = change(world, "PUT", f"{HANAKO}/proxies/{INSIDE}", token_of(world, "group administrator"), {})
    assert named.json["proxies"][0]["proxy"]["by_administrator"] is True
    refused = change(world, "DELETE", f"{ME}/proxies/{INSIDE}", token_of(world, "the person"))
    assert (refused.status, refused.problem) == (422, "invalid")
    (entry,) = lines(world)
    assert (entry.actor.role, entry.actor.name, entry.actor.on_behalf_of) == (Role.ADMINISTRATOR, SALES_CHIEF, SENDER)


@pytest.mark.parametrize(
    ("proxy", "body", "status"),
    [
        (SENDER, {}, 422),
        ("taro@partner.example", {}, 422),
        ("nobody", {}, 422),
        (INSIDE, {"until": "2020-01-01T00:00:00Z"}, 422),
        (INSIDE, {"until": "9999-01-01T00:00:00Z"}, 422),
        (INSIDE, {"until": "2026-12-01T00:00:00"}, 422),
        (INSIDE, {"for_ever": True}, 422),
    ],
    ids=["oneself", "a stranger", "no address", "over already", "beyond all years", "no zone", "an unknown field"],
)
def test_proxies_that_cannot_be(world: World, proxy: str, body: dict[str, Any], status: int) -> None:
    token = token_of(world, "the person")
    assert change(world, "PUT", f"{ME}/proxies/{proxy}", token, body).status == status
    assert call_api(world, "GET", ME, token).json["proxies"] == []


def test_absences_are_said_and_count(world: World) -> None:
    token = token_of(world, "the person")
    spans = {"absences": [{"since": "2026-11-21T00:00:00Z", "until": "2026-11-28T00:00:00Z"}]}
    assert change(world, "PUT", f"{ME}/absences", token, spans).json["is_away"] is True
    back = change(world, "PUT", f"{ME}/absences", token, {"absences": []}).json
    assert (back["is_away"], back["absences"]) == (False, [])
    wrong = {"absences": [{"since": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}]}
    assert change(world, "PUT", f"{ME}/absences", token, wrong).status == 422


def test_wishes_for_notices_are_versions_of_ones_settings(world: World) -> None:
    token = token_of(world, "the person")
    seen = call_api(world, "GET", ME, token)
    assert seen.headers["ETag"] == '"0"'
    done = put(world, f"{ME}/notices", token, {"language": "en", "reminders": 4}, 0)
    assert (done.json["told"]["language"], done.json["wishes"]) == ("en", {"language": "en", "reminders": 4})
    assert done.headers["ETag"] == '"1"'
    late = put(world, f"{ME}/notices", token, {"language": "ja"}, 0)
    assert (late.status, late.json["current"]["settings_version"]) == (412, 1)
    (line,) = call_api(world, "GET", "/settings/history", token).json["versions"]
    assert line["author"] == SENDER


def test_wishes_leave_the_rest_of_ones_settings_as_it_is(world: World) -> None:
    token = token_of(world, "the person")
    rule = {"id": "blank", "rule": "subject-blank"}
    present = call_api(world, "GET", "/settings/scope", token).json
    assert put(world, "/settings/scope", token, present | {"rules": [rule]}, 0).status == 200
    assert put(world, f"{ME}/notices", token, {"language": "en"}, 1).status == 200
    after = call_api(world, "GET", "/settings/scope", token).json
    assert [one["id"] for one in after["rules"]] == ["blank"]


@pytest.mark.parametrize(
    ("who", "see", "write"),
    [
        ("the person", 200, 200),
        ("administrator", 200, 200),
        ("group administrator", 200, 200),
        ("auditor", 200, 403),
        ("a colleague", 404, 404),
    ],
)
def test_who_may_see_and_change_whose_profile(world: World, who: str, see: int, write: int) -> None:
    token = token_of(world, who)
    seen = call_api(world, "GET", HANAKO, token)
    assert seen.status == see
    if see == 200:
        assert seen.json["may_change"] is (write == 200)
    assert change(world, "PUT", f"{HANAKO}/proxies/{INSIDE}", token, {}).status == write
    assert change(world, "DELETE", f"{HANAKO}/proxies/{INSIDE}", token).status == write
    assert change(world, "PUT", f"{HANAKO}/absences", token, {"absences": []}).status == write
    assert put(world, f"{HANAKO}/notices", token, {"language": "en"}, 0).status == write


def test_a_group_administrator_does_not_reach_people_of_other_groups(world: World) -> None:
    token_of(world, "a colleague")
    assert (
        call_api(world, "GET", "/profiles/other@aozora.example", token_of(world, "group administrator")).status == 404
    )


@pytest.mark.parametrize("address", ["taro@partner.example", "x", ADMINISTRATOR + "x"])
def test_profiles_that_there_are_not(world: World, address: str) -> None:
    assert call_api(world, "GET", f"/profiles/{address}", token_of(world, "administrator")).status == 404
