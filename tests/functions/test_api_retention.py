"""Retention over the API: what was deleted when, what is kept back, and what pages say of a message without content."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from shared.core.policy.retention_settings import LegalHold, Retention
from shared.core.policy.tenant_settings import Access
from shared.core.retention.deletion_record import DeletionRecord, first_break
from shared.usecases.purge import purge
from tests.support.api import DIRECTORY, call_api, granted, make_api_world, sign_on
from tests.support.app import INSIDE, OUTSIDE, SENDER, World

AUDITOR = "auditor@aozora.example"
DAY = 86400.0


@pytest.fixture
def world() -> World:
    return make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(AUDITOR, "auditor"),)),
        retention=Retention(10, 0, 0, (LegalHold(id="case-7", name="Case 7", addresses=("kept@aozora.example",)),)),
    )


def deleted(world: World) -> str:
    ref = world.judge(INSIDE)
    world.judge(INSIDE, "kept@aozora.example")
    world.judge(OUTSIDE)
    world.work()
    world.clock.advance(seconds=11 * DAY)
    assert purge(world.app).messages >= 1
    return ref.queue_id


def test_an_auditor_sees_what_went_what_stays_and_takes_the_proof_along(world: World) -> None:
    deleted(world)
    token = sign_on(world, AUDITOR)
    page = call_api(world, "GET", "/retention/deletions", token)
    assert page.status == 200, page.body
    [row] = page.json["rows"]
    assert (row["what"], row["days"], row["kept"]) == ("content", 10, [])
    assert page.json["intact"] is True
    kept = call_api(world, "GET", "/retention/kept", token).json["rows"]
    assert {(one["what"], one["kept"], one["hold"], one["messages"]) for one in kept} == {
        ("content", "legal-hold", "case-7", 1),
        ("content", "open", "", 1),
    }
    file = json.loads(call_api(world, "GET", "/retention/deletions/export", token).body)
    records = tuple(msgspec.convert(one, DeletionRecord) for one in file["records"])
    assert len(records) == 1
    assert first_break(records) is None


def test_pages_of_records_go_on_and_an_altered_one_shows(world: World) -> None:
    for _ in range(3):
        deleted(world)
    token = sign_on(world, AUDITOR)
    first = call_api(world, "GET", "/retention/deletions?limit=2", token).json
    rest = call_api(world, "GET", f"/retention/deletions?limit=2&after={first['after']}", token).json
    assert [row["number"] for row in (*first["rows"], *rest["rows"])] == [2, 1, 0]
    records = world.deletions._records["demo"]
    records[1] = replace(records[1], messages=records[1].messages + 1)
    broken = call_api(world, "GET", "/retention/deletions", token).json
    assert (broken["intact"], broken["broken_at"]) == (False, 1)


@pytest.mark.parametrize("path", ["deletions", "kept", "deletions/export"])
def test_ordinary_people_see_none_of_it(world: World, path: str) -> None:
    assert call_api(world, "GET", f"/retention/{path}", sign_on(world, SENDER)).status == 403


def test_a_message_without_content_says_so_everywhere_and_keeps_its_history(world: World) -> None:
    queue_id = deleted(world)
    token = sign_on(world, SENDER)
    view = call_api(world, "GET", f"/messages/{queue_id}?lang=en", token).json
    assert view["content_deleted_at"]
    assert view["history"][-1]["text"] == (
        "The content was deleted by retention, 10 days after the end; this record stays."
    )
    body = call_api(world, "GET", f"/messages/{queue_id}/body", token).json
    assert (body["available"], body["text"], body["deleted_at"]) == (False, "", view["content_deleted_at"])
    file = call_api(world, "GET", f"/messages/{queue_id}/attachments/2", token)
    assert (file.status, file.problem) == (410, "content-deleted")
    rows = call_api(world, "GET", "/messages/sent", token).json["rows"]
    shown = {row["message"]["ref"]["queue_id"]: row["message"]["body_deleted"] for row in rows}
    assert shown[queue_id] is True
    assert sum(shown.values()) == 1
