"""Tracking over the API: all messages in reach, searched within bounds, and as a file that no spreadsheet runs."""

from __future__ import annotations

import pytest

from shared.core.people.person import Group, Person
from shared.core.policy.tenant_settings import Access
from shared.usecases import track_messages
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, sign_on
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_message

ADMINISTRATOR = "admin@aozora.example"
OWNER = "owner@aozora.example"


@pytest.fixture
def world() -> World:
    world = make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(ADMINISTRATOR, "tenant-administrator"),))
    )
    world.directory.save_groups("demo", [Group("sales", owners=(OWNER,))])
    world.directory.save("demo", [Person(SENDER, "Hanako", groups=("sales",))])
    return world


def ids(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [row["ref"]["queue_id"] for row in reply.json["rows"]]


def test_all_held_mail_is_shown_to_those_whose_reach_it_is_in(world: World) -> None:
    first = world.judge(OUTSIDE)
    second = world.judge(OUTSIDE, reverse_path=INSIDE)
    held = "/tracking/held"
    assert ids(call_api(world, "GET", held, sign_on(world, ADMINISTRATOR))) == [second.queue_id, first.queue_id]
    assert ids(call_api(world, "GET", f"{held}?sender=JIRO", sign_on(world, ADMINISTRATOR))) == [second.queue_id]
    assert ids(call_api(world, "GET", held, sign_on(world, OWNER))) == [first.queue_id]
    assert ids(call_api(world, "GET", held, sign_on(world, "a@aozora.example", "Matta.Auditor"))) == [
        second.queue_id,
        first.queue_id,
    ]
    assert call_api(world, "GET", held, sign_on(world, SENDER)).status == 403


def test_messages_of_all_states_are_found_newest_first(world: World) -> None:
    held = world.judge(OUTSIDE)
    world.clock.advance(seconds=26 * 3600)
    passed = world.judge(INSIDE)
    world.work()
    token = sign_on(world, ADMINISTRATOR)
    path = "/tracking/messages"
    assert ids(call_api(world, "GET", path, token)) == [passed.queue_id, held.queue_id]
    assert ids(call_api(world, "GET", f"{path}?state=held", token)) == [held.queue_id]
    assert ids(call_api(world, "GET", f"{path}?recipient=JIRO", token)) == [passed.queue_id]
    assert ids(call_api(world, "GET", f"{path}?subject=no+such", token)) == []
    assert ids(call_api(world, "GET", f"{path}?queue_id={held.queue_id.upper()}", token)) == [held.queue_id]
    today = world.clock.now().strftime("%Y-%m-%d")
    assert ids(call_api(world, "GET", f"{path}?since={today}&until={today}", token)) == [passed.queue_id]
    one = call_api(world, "GET", f"{path}?limit=1", token)
    assert ids(one) == [passed.queue_id]
    assert ids(call_api(world, "GET", f"{path}?limit=1&after={one.json['after']}", token)) == [held.queue_id]


def test_a_recipient_that_the_row_does_not_name_is_found_too(world: World) -> None:
    many = [f"person{number}@partner.example" for number in range(20)]
    ref = world.judge(*many)
    token = sign_on(world, ADMINISTRATOR)
    assert ids(call_api(world, "GET", "/tracking/messages?recipient=person19@", token)) == [ref.queue_id]
    assert ids(call_api(world, "GET", "/tracking/messages?recipient=person20@", token)) == []


def test_one_request_reads_a_bounded_number_and_tells_how_far_it_came(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(track_messages, "MOST_READ", 3)
    refs = []
    for number in range(8):
        refs.append(world.judge(OUTSIDE, data=make_message(OUTSIDE, subject="needle" if number == 0 else "hay")))
        world.clock.advance(seconds=60)
    token = sign_on(world, ADMINISTRATOR)
    found: list[str] = []
    after, requests = "", 0
    while requests < 10:
        page = call_api(world, "GET", f"/tracking/messages?subject=needle&after={after}", token)
        found += ids(page)
        requests += 1
        after = page.json["after"]
        if not after:
            break
        assert page.json["searched_to"]
    assert (found, requests) == ([refs[0].queue_id], 3)


def test_a_group_administrator_tracks_the_groups_people_alone(world: World) -> None:
    mine, _ = world.judge(OUTSIDE), world.judge(OUTSIDE, reverse_path=INSIDE)
    token = sign_on(world, OWNER)
    assert ids(call_api(world, "GET", "/tracking/messages", token)) == [mine.queue_id]
    assert b"jiro@" not in call_api(world, "GET", "/tracking/export", token).body


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-13-01",
        "since=yesterday",
        "since=2026-11-20&until=2026-11-01",
        "since=2026-01-01&until=2026-11-21",
        "until=0001-01-01",
        "until=9999-12-31&since=9999-12-31",
        "state=lost",
        "limit=0",
        "limit=201",
    ],
)
def test_what_does_not_fit_is_refused(world: World, query: str) -> None:
    assert call_api(world, "GET", f"/tracking/messages?{query}", sign_on(world, ADMINISTRATOR)).status == 422


def test_the_file_runs_nothing_in_a_spreadsheet(world: World) -> None:
    world.judge(OUTSIDE, data=make_message(OUTSIDE, subject='=HYPERLINK("http://x.example","a")'))
    reply = call_api(world, "GET", "/tracking/export?lang=ja", sign_on(world, ADMINISTRATOR))
    text = reply.body.decode("utf-8")
    assert text.startswith("\ufeff受信日時,送信者")
    assert "\"'=HYPERLINK(" in text
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.headers["Content-Type"].startswith("text/csv")
