"""Copies of one message over the API: listed once, decided by the one that leads, each to be looked at."""

from __future__ import annotations

from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from tests.support.api import call_api, make_api_world, sign_on
from tests.support.app import SENDER, World
from tests.support.copies import A, B, C, arrive, arrive_split, copy_of, delivered, settle


def parts_of(world: World, ref: MessageRef, token: str) -> dict[str, str]:
    view = call_api(world, "GET", f"/messages/{ref.queue_id}", token).json
    return {part["queue_id"]: part["relation"] for part in view["other_parts"]}


def test_copies_are_one_row_and_lead_to_each_other() -> None:
    world = make_api_world()
    refs = arrive_split(world, A, B, C)
    settle(world)
    token = sign_on(world, SENDER)
    (row,) = call_api(world, "GET", "/messages/held", token).json["rows"]
    assert row["message"]["recipients"] == 3
    leader = MessageRef("demo", row["message"]["ref"]["queue_id"])
    followers = [ref for ref in refs if ref != leader]
    assert parts_of(world, leader, token) == {ref.queue_id: "follows" for ref in followers}
    for ref in followers:
        assert parts_of(world, ref, token) == {leader.queue_id: "leads"}
        view = call_api(world, "GET", f"/messages/{ref.queue_id}", token).json
        assert (view["possible"]["release"], view["possible"]["discard"], view["end"]) == (False, False, None)
    assert len(call_api(world, "GET", "/messages/sent", token).json["rows"]) == 1


def test_a_release_without_somebody_of_another_copy_reaches_the_others_only() -> None:
    world = make_api_world()
    arrive_split(world, A, B, C)
    settle(world)
    token = sign_on(world, SENDER)
    (row,) = call_api(world, "GET", "/messages/held", token).json["rows"]
    path = f"/messages/{row['message']['ref']['queue_id']}"
    view = call_api(world, "GET", path, token).json
    assert set(view["possible"]["leave_out"]) == {A, B, C}
    numbers = [reason["number"] for reason in view["reasons"]]
    wish = {"verb": "release", "acknowledged": numbers, "drop_recipients": [B]}
    assert call_api(world, "POST", f"{path}/decision", token, body=wish).status == 200
    world.work()
    assert delivered(world) == sorted([A, C])
    sheet = call_api(world, "GET", path, token).json["sheet"]
    fates = {
        one["address"]: one["fate"]
        for group in sheet["groups"]
        for domain in group["domains"]
        for one in domain["people"]
    }
    assert fates == {A: "sent", B: "dropped", C: "sent"}


def test_a_late_copy_that_is_asked_about_by_itself_leads_to_the_earlier_one() -> None:
    world = make_api_world()
    first = arrive(world, copy_of(A), A)
    settle(world)
    token = sign_on(world, SENDER)
    wish = {"verb": "release", "acknowledged": [1]}
    assert call_api(world, "POST", f"/messages/{first.queue_id}/decision", token, body=wish).status == 200
    world.work()
    second = arrive(world, copy_of(A), B)
    settle(world)
    assert world.record(second).state is State.HELD
    assert parts_of(world, second, token) == {first.queue_id: "earlier"}


def test_a_release_of_what_was_read_before_a_copy_joined_is_refused_with_the_message_as_it_is() -> None:
    world = make_api_world()
    ref = arrive(world, copy_of(A), A)
    settle(world)
    token = sign_on(world, SENDER)
    path = f"/messages/{ref.queue_id}"
    view = call_api(world, "GET", path, token).json
    late = arrive(world, copy_of(A), "mallory@partner.example")
    settle(world)
    assert world.record(late).leader == ref
    numbers = [reason["number"] for reason in view["reasons"]]
    wish = {"verb": "release", "acknowledged": numbers, "shown": view["shown"]}
    refused = call_api(world, "POST", f"{path}/decision", token, body=wish)
    assert (refused.status, refused.problem) == (409, "recipients-joined")
    current = refused.json["current"]
    assert current["sheet"]["counts"]["total"] == 2
    several = {
        "verb": "release",
        "messages": [{k: v for k, v in wish.items() if k != "verb"} | {"queue_id": ref.queue_id}],
    }
    (result,) = call_api(world, "POST", "/decisions", token, body=several).json["results"]
    assert result["result"] == "recipients-joined"
    assert world.record(ref).state is State.HELD
    again = wish | {"shown": current["shown"]}
    assert call_api(world, "POST", f"{path}/decision", token, body=again).status == 200
    world.work()
    assert delivered(world) == sorted([A, "mallory@partner.example"])
