"""Reports over the API: figures from counters that a timer makes, whatever happens to the messages meanwhile."""

from __future__ import annotations

import pytest

from shared.core.policy.tenant_settings import Access
from shared.errors import StorageUnavailable
from shared.usecases.recount_hours import recount_hours
from tests.support.api import DIRECTORY, call_api, granted, make_api_world, sign_on
from tests.support.app import INSIDE, OUTSIDE, SENDER, World

ADMINISTRATOR = "admin@aozora.example"
SETTLED = 15 * 60


@pytest.fixture
def world() -> World:
    return make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(ADMINISTRATOR, "tenant-administrator"),))
    )


def report(world: World, query: str = "") -> dict[str, object]:
    reply = call_api(world, "GET", f"/reports?lang=en{query}", sign_on(world, ADMINISTRATOR))
    assert reply.status == 200, reply.body
    found: dict[str, object] = reply.json
    return found


def decide(world: World, queue_id: str, verb: str) -> None:
    token = sign_on(world, SENDER)
    numbers = [one["number"] for one in call_api(world, "GET", f"/messages/{queue_id}", token).json["reasons"]]
    body = {"verb": verb, "acknowledged": numbers}
    assert call_api(world, "POST", f"/messages/{queue_id}/decision", token, body=body).status == 200


def test_figures_follow_what_becomes_of_the_messages(world: World) -> None:
    released, discarded = world.judge(OUTSIDE), world.judge(OUTSIDE)
    world.judge(INSIDE, reverse_path=INSIDE)
    world.work()
    assert report(world)["messages"] == 0, "nothing is counted before its slot is over"
    world.clock.advance(seconds=SETTLED)
    assert recount_hours(world.app) == 1
    first = report(world)
    assert (first["messages"], first["held"], first["released"], first["p50_seconds"]) == (3, 2, 0, None)
    decide(world, released.queue_id, "release")
    decide(world, discarded.queue_id, "discard")
    world.work()
    world.clock.advance(seconds=SETTLED)
    assert recount_hours(world.app) == 1
    second = report(world)
    assert (second["messages"], second["held"]) == (3, 2), "an hour is replaced, never added to"
    assert (second["released"], second["discarded"]) == (1, 1)
    assert 600 < int(str(second["p50_seconds"])) <= 900, "fifteen minutes, to the width of a class"
    assert second["rules"] == [{"name": "社外宛て", "count": 2, "title": "社外宛て"}]
    assert second["senders"] == [
        {"sender": SENDER, "messages": 2, "held": 2},
        {"sender": INSIDE, "messages": 1, "held": 0},
    ]
    assert {"name": "sender", "count": 2, "title": "sender"} in second["deciders"]  # type: ignore[operator]
    assert recount_hours(world.app) == 0, "nothing has changed since"


def test_a_recount_that_fails_is_made_up_for(world: World) -> None:
    world.judge(OUTSIDE)
    world.clock.advance(seconds=SETTLED)
    world.counters.trouble.before("write", StorageUnavailable("down"))
    assert recount_hours(world.app) == 0
    world.counters.trouble.after("write", StorageUnavailable("answer lost"))
    assert recount_hours(world.app) == 0
    assert recount_hours(world.app) == 1
    assert report(world)["messages"] == 1


def test_rows_that_could_not_be_noted_are_filed_later(world: World) -> None:
    world.counters.trouble.before("mark", StorageUnavailable("down"), times=3)
    world.judge(OUTSIDE)
    world.pass_time(lambda: bool(world.counters.dirty(world.clock.now(), 10)))
    world.clock.advance(seconds=SETTLED)
    recount_hours(world.app)
    assert report(world)["messages"] == 1


def test_days_are_the_tenants(world: World) -> None:
    world.judge(OUTSIDE)
    world.clock.advance(seconds=SETTLED)
    recount_hours(world.app)
    found = report(world, "&since=2026-11-01&until=2026-11-30")
    assert found["time_zone"] == "Asia/Tokyo"
    assert len(found["days"]) == 30  # type: ignore[arg-type]
    busy = [one for one in found["hours"] if one["messages"]]  # type: ignore[attr-defined]
    local = (world.clock.now()).hour
    assert [int(one["name"]) for one in busy] == [(local + 9) % 24]


def test_reports_read_no_rows_and_no_messages(world: World) -> None:
    world.judge(OUTSIDE)
    world.clock.advance(seconds=SETTLED)
    recount_hours(world.app)
    sign_on(world, ADMINISTRATOR)
    for method in ("page", "put"):
        world.lists.trouble.before(method, AssertionError("rows were read"))
    world.messages.trouble.before("load", AssertionError("a message was read"))
    assert report(world)["messages"] == 1


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("a@aozora.example", "Matta.Auditor", 200),
        ("i@aozora.example", "Matta.IncidentResponder", 200),
        (SENDER, "", 403),
    ],
)
def test_who_sees_reports(world: World, who: str, role: str, status: int) -> None:
    token = sign_on(world, who, *filter(None, (role,)))
    assert call_api(world, "GET", "/reports", token).status == status


def test_the_file_has_every_figure(world: World) -> None:
    world.judge(OUTSIDE)
    world.clock.advance(seconds=SETTLED)
    recount_hours(world.app)
    text = call_api(world, "GET", "/reports/export?lang=en", sign_on(world, ADMINISTRATOR)).body.decode()
    assert "total,messages,1\r\n" in text
    assert "rules,社外宛て,1\r\n" in text
