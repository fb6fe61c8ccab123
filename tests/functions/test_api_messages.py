"""Messages over the API: people see and decide their own, roles reach as far as they reach, and nobody else learns anything."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from shared.core.hold.record import Channel, Role, State
from shared.core.people.delegation import Delegation, Proxy
from shared.core.policy.tenant_settings import Access
from tests.support.api import DIRECTORY, call_api, granted, make_api_world, sign_on
from tests.support.app import INSIDE, OUTSIDE, SENDER, World

ADMINISTRATOR = "admin@aozora.example"


@pytest.fixture
def world() -> World:
    return make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(ADMINISTRATOR, "tenant-administrator"),))
    )


def test_a_sender_sees_what_waits_and_releases_it(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, SENDER)
    rows = call_api(world, "GET", "/messages/held", token).json["rows"]
    assert [row["message"]["ref"]["queue_id"] for row in rows] == [ref.queue_id]

    view = call_api(world, "GET", f"/messages/{ref.queue_id}", token)
    assert view.headers["ETag"] == f'"{view.json["version"]}"'
    assert view.json["possible"]["release"] is True
    numbers = [reason["number"] for reason in view.json["reasons"]]

    refused = call_api(
        world, "POST", f"/messages/{ref.queue_id}/decision", token, body={"verb": "release", "acknowledged": []}
    )
    assert (refused.status, refused.problem) == (422, "not-acknowledged")
    done = call_api(
        world, "POST", f"/messages/{ref.queue_id}/decision", token, body={"verb": "release", "acknowledged": numbers}
    )
    assert done.status == 200, done.body
    record = world.record(ref)
    assert record.state is State.DELIVERING
    assert record.outcome is not None
    assert (record.outcome.actor.role, record.outcome.actor.channel) == (Role.SENDER, Channel.PORTAL)


def test_the_second_decision_is_told_how_the_first_fell(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, SENDER)
    path = f"/messages/{ref.queue_id}/decision"
    assert call_api(world, "POST", path, token, body={"verb": "discard"}).status == 200
    again = call_api(world, "POST", path, token, body={"verb": "release", "acknowledged": [1]})
    assert (again.status, again.problem) == (409, "already-decided")
    assert again.json["current"]["sheet"]["outcome"]["verb"] == "discard"


@pytest.mark.parametrize("suffix", ["", "/body", "/attachments/2"])
def test_a_message_of_somebody_else_is_not_there(world: World, suffix: str) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, INSIDE)
    assert call_api(world, "GET", f"/messages/{ref.queue_id}{suffix}", token).status == 404


def test_a_proxy_sees_and_decides_for_whom_it_is_said(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.delegations.save("demo", Delegation(SENDER, (Proxy(INSIDE),)))
    token = sign_on(world, INSIDE)
    (row,) = call_api(world, "GET", "/messages/held", token).json["rows"]
    assert row["acting_for"] == SENDER
    assert call_api(world, "POST", f"/messages/{ref.queue_id}/decision", token, body={"verb": "discard"}).status == 200
    outcome = world.record(ref).outcome
    assert outcome is not None
    assert (outcome.actor.name, outcome.actor.on_behalf_of) == (INSIDE, SENDER)


def test_an_administrator_decides_in_the_senders_place(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, ADMINISTRATOR)
    view = call_api(world, "GET", f"/messages/{ref.queue_id}", token)
    assert view.json["possible"]["discard"] is True
    assert call_api(world, "POST", f"/messages/{ref.queue_id}/decision", token, body={"verb": "discard"}).status == 200
    outcome = world.record(ref).outcome
    assert outcome is not None
    assert (outcome.actor.role, outcome.actor.on_behalf_of) == (Role.ADMINISTRATOR, SENDER)


def test_an_auditor_sees_the_message_and_neither_its_content_nor_buttons(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, "auditor@aozora.example", "Matta.Auditor")
    view = call_api(world, "GET", f"/messages/{ref.queue_id}", token)
    assert view.status == 200
    assert not any(view.json["possible"].values())
    assert call_api(world, "GET", f"/messages/{ref.queue_id}/body", token).status == 404
    assert call_api(world, "POST", f"/messages/{ref.queue_id}/decision", token, body={"verb": "discard"}).status == 403


def test_every_look_at_a_body_is_written_down(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, SENDER)
    body = call_api(world, "GET", f"/messages/{ref.queue_id}/body", token)
    assert body.json["text"].strip() == "Hello."
    (entry,) = world.audit.about(ref)
    assert (entry.code, entry.actor.name, dict(entry.args)) == ("looked", SENDER, {"what": "body"})


def with_file(name: str) -> bytes:
    """A message with an attachment of that name."""
    return (
        f"From: {SENDER}\r\nTo: {OUTSIDE}\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello.\r\n--b\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n<script>\r\n--b--\r\n'
    ).encode()


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        pytest.param("見積書.xlsx", "見積書.xlsx", id="an ordinary one"),
        pytest.param("../../.profile", ".._.._.profile", id="a way up"),
        pytest.param("C:\\\\x\\\\y.exe", "C__x_y.exe", id="a place on a disk"),
        pytest.param("a\u202egpj.exe", "agpj.exe", id="turned around"),
        pytest.param("con.txt", "_con.txt", id="a device"),
    ],
)
def test_a_file_is_saved_under_a_safe_name_and_type(world: World, name: str, saved: str) -> None:
    ref = world.judge(OUTSIDE, data=with_file(name))
    file = call_api(world, "GET", f"/messages/{ref.queue_id}/attachments/2", sign_on(world, SENDER))
    assert (file.status, file.body) == (200, b"<script>")
    assert file.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(saved)}"
    assert file.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(("part", "status", "looks"), [("2", 200, 1), ("9", 404, 0), ("0", 404, 0)])
def test_what_was_given_to_nobody_was_not_looked_at(world: World, part: str, status: int, looks: int) -> None:
    ref = world.judge(OUTSIDE, data=with_file("a.txt"))
    path = f"/messages/{ref.queue_id}/attachments/{part}"
    assert call_api(world, "GET", path, sign_on(world, SENDER)).status == status
    assert [dict(entry.args) for entry in world.audit.about(ref)] == [{"what": "attachment 2"}] * looks


def test_a_release_leaves_out_what_the_view_names_and_never_everybody(world: World) -> None:
    ref = world.judge(OUTSIDE)
    token = sign_on(world, SENDER)
    view = call_api(world, "GET", f"/messages/{ref.queue_id}", token).json
    everybody = view["possible"]["leave_out"]
    assert everybody == [
        one["address"] for group in view["sheet"]["groups"] for domain in group["domains"] for one in domain["people"]
    ]
    wish = {
        "verb": "release",
        "acknowledged": [reason["number"] for reason in view["reasons"]],
        "drop_recipients": everybody,
    }
    refused = call_api(world, "POST", f"/messages/{ref.queue_id}/decision", token, body=wish)
    assert (refused.status, refused.json["type"]) == (422, "/problems/cannot-leave-out")
    assert call_api(world, "GET", f"/messages/{ref.queue_id}", token).json["sheet"]["state"] == "held"
