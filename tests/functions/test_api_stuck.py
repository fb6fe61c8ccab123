"""The operator's list of messages that do not move on: no content, another try, a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from tests.functions.test_api_operator import operator
from tests.support.api import call_api
from tests.support.app import INSIDE, World


@pytest.fixture
def world() -> World:
    return World()


def stuck_one(world: World) -> MessageRef:
    """A message that its next hop has put off for two hours."""
    world.next_hop.answer(INSIDE, 452)
    ref = world.judge(INSIDE)
    end = world.clock.now() + timedelta(hours=2)
    world.pass_time(lambda: world.clock.now() >= end)
    return ref


def test_a_stuck_message_is_listed_without_content_or_anybodys_address(world: World) -> None:
    ref = stuck_one(world)
    reply = call_api(world, "GET", "/operator/stuck", operator(world))
    (row,) = reply.json["rows"]
    assert row["ref"] == {"tenant_id": "demo", "queue_id": ref.queue_id}
    assert (row["kind"], row["state"], row["pending"], row["code"]) == ("delivery", "delivering", 1, 452)
    assert row["attempts"] == world.record(ref).attempts > 1
    assert row["next_try"] is not None
    assert reply.json["after"] == ""
    for secret in (b"Estimate", b"taro", b"jiro", b"hanako"):
        assert secret not in reply.body


def test_it_is_tried_again_at_once_and_leaves_the_list(world: World) -> None:
    ref = stuck_one(world)
    token = operator(world)
    world.next_hop.answer(INSIDE, 250)
    attempts = world.record(ref).attempts
    body = {"messages": [{"tenant_id": "demo", "queue_id": ref.queue_id}] * 2}
    named = {"messages": [{"tenant_id": "demo", "queue_id": ref.queue_id}]}
    assert call_api(world, "POST", "/operator/stuck/retry", token, body=body).json == named
    world.work()
    assert (world.record(ref).state, world.record(ref).attempts) == (State.DELIVERED, attempts + 1)
    assert call_api(world, "GET", "/operator/stuck", token).json["rows"] == []
    assert world.stuck.oldest(10) == ()
    assert call_api(world, "POST", "/operator/stuck/retry", token, body=body).json == {"messages": []}
    entries = world.audit.between("demo", world.clock.now() - timedelta(days=1), world.clock.now() + timedelta(1), 10)
    assert [(entry.code, entry.actor.role) for entry in entries] == [("work-retried", "operator")]


def test_all_are_tried_again_hundred_by_hundred(world: World) -> None:
    world.next_hop.answer(INSIDE, 452)
    refs = [world.judge(INSIDE) for _ in range(105)]
    end = world.clock.now() + timedelta(hours=1, minutes=40)
    world.pass_time(lambda: world.clock.now() >= end, step=timedelta(minutes=5))
    token = operator(world)
    world.next_hop.answer(INSIDE, 250)
    first = call_api(world, "POST", "/operator/stuck/retry-all", token, body={}).json
    assert first["retried"] == 100
    rest = call_api(world, "POST", "/operator/stuck/retry-all", token, body={"after": first["after"]}).json
    assert rest == {"retried": 5, "after": ""}
    world.work()
    assert {world.record(ref).state for ref in refs} == {State.DELIVERED}
    assert call_api(world, "POST", "/operator/stuck/retry-all", token, body={"after": "forged"}).status == 422


def test_the_file_says_the_same(world: World) -> None:
    ref = stuck_one(world)
    reply = call_api(world, "GET", "/operator/stuck/export", operator(world))
    header, row = list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"))))
    said = dict(zip(header, row, strict=True))
    assert (said["tenant_id"], said["queue_id"], said["kind"]) == ("demo", ref.queue_id, "delivery")
    assert (said["state"], said["code"], said["pending"]) == ("delivering", "452", "1")
    assert b"jiro" not in reply.body


@pytest.mark.parametrize("queue_id", ["x", "0" * 25, "../../../../../../../etc/p0", "z" * 26])
def test_names_of_another_shape_are_refused(world: World, queue_id: str) -> None:
    body = {"messages": [{"tenant_id": "demo", "queue_id": queue_id}]}
    assert call_api(world, "POST", "/operator/stuck/retry", operator(world), body=body).status == 422
