"""Password notices over the API: the sender's business alone, each look recorded, and no password that was not asked for."""

from __future__ import annotations

import pytest

from shared.core.hold.password_notice import NoticeState
from shared.core.policy.tenant_settings import Access
from shared.ports_people import AuditCode
from tests.support.api import DIRECTORY, call_api, granted, sign_on
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.encrypted_mail import password_of, send_file, the_notice, zip_world

ADMINISTRATOR = "admin@aozora.example"


@pytest.fixture
def world() -> World:
    grants = (granted(ADMINISTRATOR, "tenant-administrator"),)
    return zip_world(access=Access(entra_tenant=DIRECTORY, grants=grants))


def test_a_sender_sees_the_encrypted_files_without_their_passwords(world: World) -> None:
    ref = send_file(world, OUTSIDE)
    token = sign_on(world, SENDER)
    (row,) = call_api(world, "GET", "/passwords", token).json["rows"]
    assert row["message"]["password"] == "waiting"
    seen = call_api(world, "GET", f"/passwords/{ref.queue_id}", token)
    (file,) = seen.json["sheet"]["encryptions"]
    assert (file["password"], file["state"], file["algorithm"]) == ("", "waiting", "AES-256")
    assert password_of(world, ref).encode() not in seen.body
    assert [entry.code for entry in world.audit.about(ref)] == [AuditCode.LOOKED]


def test_a_password_is_shown_when_asked_for_and_that_is_recorded(world: World) -> None:
    ref = send_file(world, OUTSIDE)
    token = sign_on(world, SENDER)
    variant = the_notice(world, ref).variant
    shown = call_api(world, "POST", f"/passwords/{ref.queue_id}/reveal", token, body={"variant": variant})
    assert shown.json["password"] == password_of(world, ref)
    assert AuditCode.LOOKED_AT_PASSWORD in [entry.code for entry in world.audit.about(ref)]
    unknown = call_api(world, "POST", f"/passwords/{ref.queue_id}/reveal", token, body={"variant": "part-9"})
    assert unknown.status == 404


def test_a_notice_is_paused_and_a_change_of_what_was_not_seen_is_refused(world: World) -> None:
    ref = send_file(world, OUTSIDE)
    token = sign_on(world, SENDER)
    path, variant = f"/passwords/{ref.queue_id}", the_notice(world, ref).variant
    seen = call_api(world, "GET", path, token).json["version"]
    pause = {"variant": variant, "verb": "pause", "version": seen}
    done = call_api(world, "POST", f"{path}/change", token, body=pause)
    assert done.json["sheet"]["encryptions"][0]["state"] == "paused"
    assert "password-paused" in [line["code"] for line in done.json["history"]]
    stale = call_api(world, "POST", f"{path}/change", token, body=pause | {"verb": "delete"})
    assert (stale.status, stale.problem) == (409, "conflict")
    assert stale.json["current"]["sheet"]["encryptions"][0]["state"] == "paused"
    assert the_notice(world, ref).state is NoticeState.PAUSED


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("POST", "/change", {"variant": "part-0", "verb": "send"}),
        ("POST", "/reveal", {"variant": "part-0"}),
    ],
)
@pytest.mark.parametrize(("person", "status"), [(INSIDE, 404), (ADMINISTRATOR, 403)])
def test_passwords_are_nobody_elses_business(
    world: World, method: str, suffix: str, body: object, person: str, status: int
) -> None:
    ref = send_file(world, OUTSIDE)
    token = sign_on(world, person)
    assert call_api(world, method, f"/passwords/{ref.queue_id}{suffix}", token, body=body).status == status
    assert the_notice(world, ref).state is NoticeState.WAITING
