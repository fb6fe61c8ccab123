"""Approvals over the API: approvers see what they are asked and answer once; others learn nothing of it."""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.record import State
from shared.core.policy.tenant_settings import Access
from tests.support.api import DIRECTORY, call_api, sign_on
from tests.support.app import INSIDE, SENDER, World
from tests.support.approvals import DEPUTY, LEGAL, approval, approval_world, name_proxy, requested


@pytest.fixture
def world() -> World:
    return approval_world(approval(LEGAL), access=Access(entra_tenant=DIRECTORY))


def test_an_approver_finds_the_request_and_allows_it(world: World) -> None:
    ref = requested(world, comment="Please")
    token = sign_on(world, LEGAL)
    (row,) = call_api(world, "GET", "/approvals?status=open", token).json["rows"]
    assert row["message"]["ref"]["queue_id"] == ref.queue_id
    view = call_api(world, "GET", f"/messages/{ref.queue_id}", token).json
    assert view["possible"]["answer"] is True
    assert view["approval"]["comment"] == "Please"

    path = f"/approvals/{ref.queue_id}/answer"
    done = call_api(world, "POST", path, token, body={"allow": True, "comment": "Fine"})
    assert done.status == 200, done.body
    assert done.json["possible"]["answer"] is False
    record = world.record(ref)
    assert record.state is State.DELIVERING
    assert record.approval is not None
    (vote,) = record.approval.steps[0].votes
    assert (vote.actor.name, vote.actor.channel, vote.comment) == (LEGAL, Channel.PORTAL, "Fine")
    assert call_api(world, "GET", "/approvals?status=open", token).json["rows"] == []
    assert len(call_api(world, "GET", "/approvals?status=approved", token).json["rows"]) == 1


def test_the_second_answer_is_told_how_it_ended(world: World) -> None:
    ref = requested(world)
    token = sign_on(world, LEGAL)
    path = f"/approvals/{ref.queue_id}/answer"
    assert call_api(world, "POST", path, token, body={"allow": False}).status == 200
    again = call_api(world, "POST", path, token, body={"allow": True})
    assert (again.status, again.problem) == (409, "already-decided")
    assert again.json["current"]["sheet"]["outcome"]["verb"] == "deny"


def test_a_proxy_of_the_approver_answers_for_them(world: World) -> None:
    ref = requested(world)
    name_proxy(world, LEGAL, DEPUTY)
    token = sign_on(world, DEPUTY)
    (row,) = call_api(world, "GET", "/approvals", token).json["rows"]
    assert row["acting_for"] == LEGAL
    assert call_api(world, "POST", f"/approvals/{ref.queue_id}/answer", token, body={"allow": True}).status == 200


def test_the_sender_sees_what_they_asked_for_and_cannot_answer_it(world: World) -> None:
    ref = requested(world)
    token = sign_on(world, SENDER)
    assert call_api(world, "GET", "/approvals", token).json["rows"] == []
    assert len(call_api(world, "GET", "/approvals?view=requested", token).json["rows"]) == 1
    refused = call_api(world, "POST", f"/approvals/{ref.queue_id}/answer", token, body={"allow": True})
    assert (refused.status, refused.problem) == (403, "not-allowed")
    assert world.record(ref).state is State.AWAITING_APPROVAL


def test_for_somebody_else_there_is_no_request(world: World) -> None:
    ref = requested(world)
    token = sign_on(world, INSIDE)
    assert call_api(world, "GET", "/approvals", token).json["rows"] == []
    assert call_api(world, "POST", f"/approvals/{ref.queue_id}/answer", token, body={"allow": True}).status == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("subject=ESTI", 1),
        ("subject=nothing", 0),
        ("requester=hanako", 1),
        ("requester=taro", 0),
        ("since=2026-11-21T00:00:00Z", 1),
        ("until=2026-11-21T00:00:00Z", 0),
    ],
)
def test_the_history_is_searched(world: World, query: str, count: int) -> None:
    requested(world)
    rows = call_api(world, "GET", f"/approvals?{query}", sign_on(world, LEGAL)).json["rows"]
    assert len(rows) == count


@pytest.mark.parametrize("query", ["since=0001-01-01T00:00:00Z", "until=yesterday", "since=2026-11-21T00:00:00"])
def test_a_time_that_no_message_has_is_refused(world: World, query: str) -> None:
    assert call_api(world, "GET", f"/approvals?{query}", sign_on(world, LEGAL)).status == 422


def test_a_mark_of_one_search_does_not_continue_another(world: World) -> None:
    requested(world)
    requested(world)
    token = sign_on(world, LEGAL)
    page = call_api(world, "GET", "/approvals?limit=1", token).json
    assert page["after"]
    assert len(call_api(world, "GET", f"/approvals?limit=1&after={page['after']}", token).json["rows"]) == 1
    assert call_api(world, "GET", f"/approvals?limit=1&subject=x&after={page['after']}", token).status == 422
