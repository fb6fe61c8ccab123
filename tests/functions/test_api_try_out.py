"""Dry run over the API: what would become of a message or of recent traffic, by drafts too, and nothing acts."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.support.api import Reply, call_api
from tests.support.api_settings import FIXED, people_of_sales, settings_world, token_of
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_message
from tests.support.encrypted_mail import letter_with_file


@pytest.fixture
def world() -> World:
    made = settings_world()
    people_of_sales(made)
    return made


def try_(world: World, token: str, data: bytes, **more: Any) -> Reply:
    return call_api(world, "POST", "/try", token, body={"message": base64.b64encode(data).decode(), **more})


def test_a_message_is_judged_and_explained_in_the_readers_language(world: World) -> None:
    found = try_(world, token_of(world, "the person"), make_message(OUTSIDE)).json
    assert (found["sender"], found["recipients"], found["disposition"]) == (SENDER, [OUTSIDE], "hold")
    (part,) = found["parts"]
    assert [(reason["code"], reason["id"]) for reason in part["reasons"]] == [("rule.recipient-external", "external")]
    assert part["reasons"][0]["text"] == "Recipients outside your organisation: 1."
    assert found["explanation"]["policies"][0]["matched"] is True


def test_outgoing_forms_are_told_without_their_passwords(world: World) -> None:
    reply = try_(world, token_of(world, "administrator"), letter_with_file(OUTSIDE))
    (form,) = reply.json["forms"]
    assert (form["transforms"], form["problem"]) == (["zip"], "")
    assert form["file_name"].endswith(".zip")
    assert FIXED.encode() not in reply.body


def test_envelope_and_time_can_be_said(world: World) -> None:
    found = try_(
        world,
        token_of(world, "the person"),
        make_message(OUTSIDE),
        recipients=[INSIDE],
        at="2026-11-22T03:00:00+09:00",
    ).json
    assert (found["recipients"], found["disposition"]) == ([INSIDE], "deliver")


def test_a_draft_of_the_tenants_settings_counts_and_is_not_saved(world: World) -> None:
    token = token_of(world, "administrator")
    draft = call_api(world, "GET", "/settings/tenant", token).json | {"rules": []}
    assert try_(world, token, make_message(OUTSIDE), draft=draft).json["disposition"] == "deliver"
    assert try_(world, token, make_message(OUTSIDE)).json["disposition"] == "hold"
    assert world.settings_store.tenant("demo").version == 0


def test_a_draft_of_ones_own_settings_counts_for_ones_own_mail(world: World) -> None:
    token = token_of(world, "the person")
    own = call_api(world, "GET", "/settings/scope", token).json
    draft = own | {"rules": [{"id": "mine", "rule": "subject-blank"}]}
    found = try_(world, token, make_message(INSIDE, subject=""), scope_draft=draft).json
    assert [reason["id"] for reason in found["parts"][0]["reasons"]] == ["mine"]


@pytest.mark.parametrize(
    ("who", "sender", "status"),
    [
        ("the person", SENDER, 200),
        ("the person", INSIDE, 404),
        ("group administrator", INSIDE, 200),
        ("group administrator", "other@aozora.example", 404),
        ("auditor", INSIDE, 200),
        ("administrator", "", 200),
    ],
)
def test_whose_mail_somebody_may_try(world: World, who: str, sender: str, status: int) -> None:
    assert try_(world, token_of(world, who), make_message(OUTSIDE), sender=sender).status == status


@pytest.mark.parametrize(
    ("who", "draft", "status"),
    [
        ("the person", "draft", 404),
        ("group administrator", "draft", 404),
        ("auditor", "draft", 200),
        ("the person", "scope_draft", 404),
        ("auditor", "scope_draft", 403),
        ("group administrator", "scope_draft", 200),
    ],
)
def test_whose_settings_somebody_may_try_drafts_of(world: World, who: str, draft: str, status: int) -> None:
    path = "/settings/tenant" if draft == "draft" else "/settings/scope?scope=group:sales/east"
    document = call_api(world, "GET", path, token_of(world, "administrator")).json
    token = token_of(world, who)
    sender = SENDER if who == "the person" else INSIDE
    assert try_(world, token, make_message(OUTSIDE), sender=sender, **{draft: document}).status == status


@pytest.mark.parametrize(
    "changes",
    [{"tenant_id": "another"}, {"time_zone": "Mars/Olympus"}, {"templates": [{"id": "t", "text": "{{ nothing }}"}]}],
)
def test_a_draft_that_could_not_be_saved_is_not_tried(world: World, changes: dict[str, Any]) -> None:
    token = token_of(world, "administrator")
    draft = call_api(world, "GET", "/settings/tenant", token).json | changes
    assert try_(world, token, make_message(OUTSIDE), draft=draft).status in (404, 422)


@pytest.mark.parametrize(
    "data",
    [b"\0", b"From: \xff\xfe\r\n\r\n", b"Subject: =?utf-8?q?=ED=A0=80?=\r\n\r\nx", b"no header at all"],
    ids=["a zero", "bytes", "half a pair", "no header"],
)
def test_bytes_that_are_no_decent_message_are_judged_all_the_same(world: World, data: bytes) -> None:
    reply = try_(world, token_of(world, "administrator"), data, sender=SENDER, recipients=[OUTSIDE])
    assert (reply.status, reply.json["disposition"]) == (200, "hold")


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": "?"}, {"message": "eA==", "recipients": ["a b"]}])
def test_requests_that_do_not_fit(world: World, body: dict[str, Any]) -> None:
    assert call_api(world, "POST", "/try", token_of(world, "the person"), body=body).status == 422


class TestReplay:
    def test_recent_traffic_is_judged_by_a_draft(self, world: World) -> None:
        for _ in range(3):
            world.judge(OUTSIDE)
        world.clock.advance(seconds=60)
        token = token_of(world, "administrator")
        draft = call_api(world, "GET", "/settings/tenant", token).json | {"rules": [], "policies": []}
        found = call_api(world, "POST", "/try/replay", token, body={"draft": draft, "days": 1}).json
        assert (found["figures"]["read"], found["cut"]) == (3, False)
        held = next(row for row in found["figures"]["fates"] if row["fate"] == "hold")
        assert held["count"] == {"before": 3, "after": 0}

    def test_no_more_messages_than_the_limit(self, world: World) -> None:
        for _ in range(3):
            world.judge(OUTSIDE)
        world.clock.advance(seconds=60)
        found = call_api(world, "POST", "/try/replay", token_of(world, "auditor"), body={"limit": 2}).json
        assert (found["figures"]["read"], found["cut"]) == (2, True)

    @pytest.mark.parametrize(
        ("who", "body", "status"),
        [
            ("the person", {}, 403),
            ("group administrator", {}, 404),
            ("administrator", {"days": 91}, 422),
            ("administrator", {"limit": 20_001}, 422),
        ],
    )
    def test_for_whom_and_how_far(self, world: World, who: str, body: dict[str, Any], status: int) -> None:
        assert call_api(world, "POST", "/try/replay", token_of(world, who), body=body).status == status
