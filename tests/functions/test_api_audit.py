"""The audit log over the API: everything that somebody must be able to answer for, in the reader's language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.policy.tenant_settings import Access
from shared.core.text.audit import AUDIT
from shared.ports_people import AuditCode, AuditEntry
from shared.ports_sign_on import SignOnClaims
from tests.support.api import DIRECTORY, call_api, granted, make_api_world, sign_on
from tests.support.app import OUTSIDE, SENDER, World

ADMINISTRATOR = "admin@aozora.example"


@pytest.fixture
def world() -> World:
    return make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(ADMINISTRATOR, "tenant-administrator"),))
    )


def test_looks_decisions_and_changed_settings_are_told_in_words(world: World) -> None:
    ref = world.judge(OUTSIDE)
    sender, token = sign_on(world, SENDER), sign_on(world, ADMINISTRATOR)
    call_api(world, "GET", f"/messages/{ref.queue_id}/body", sender)
    world.clock.advance(seconds=1)
    call_api(world, "POST", f"/messages/{ref.queue_id}/decision", sender, body={"verb": "discard"})
    world.clock.advance(seconds=1)
    settings = call_api(world, "GET", "/settings/tenant", token)
    body = settings.json | {"name": "Aozora"}
    put = call_api(world, "PUT", "/settings/tenant", token, body=body, headers={"If-Match": settings.headers["ETag"]})
    assert put.status == 200, put.body
    rows = call_api(world, "GET", "/audit?lang=en", token).json["rows"]
    assert [row["code"] for row in rows] == ["settings-changed", "decided", "looked"]
    assert rows[0]["text"].startswith("Changed settings: tenant, version ")
    assert rows[0]["text"].endswith(", name")
    assert rows[1]["text"] == "Decided about a message: discarded"
    assert rows[1]["queue_id"] == ref.queue_id
    assert call_api(world, "GET", "/audit?lang=ja", token).json["rows"][1]["text"] == "メールを処理しました: 破棄"


def test_a_refused_sign_on_is_noted_once_an_hour(world: World) -> None:
    world.sign_on.people["stranger"] = SignOnClaims(
        DIRECTORY, "id", "x@elsewhere.example", "X", frozenset(), world.clock.now() + timedelta(hours=1)
    )
    for _ in range(3):
        assert call_api(world, "GET", "/me", "stranger").status == 403
    (row,) = call_api(world, "GET", "/audit", sign_on(world, ADMINISTRATOR)).json["rows"]
    assert (row["code"], row["actor"]["name"], row["actor"]["role"]) == (
        "sign-on-refused",
        "x@elsewhere.example",
        "stranger",
    )


def test_every_line_is_shown_once_however_many_share_a_moment(world: World) -> None:
    for number in range(25):
        actor = Actor(Role.SENDER, f"p{number}@aozora.example", Channel.PORTAL)
        world.audit.append("demo", AuditEntry(AuditCode.LOOKED, actor, world.clock.now(), None, (("what", "page"),)))
        if number % 7 == 0:
            world.clock.advance(seconds=1)
    token = sign_on(world, ADMINISTRATOR)
    seen: list[str] = []
    after = ""
    for _ in range(20):
        page = call_api(world, "GET", f"/audit?limit=4&after={after}", token).json
        seen += [row["actor"]["name"] for row in page["rows"]]
        after = page["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 25
    some = call_api(world, "GET", "/audit?person=P7@&code=looked", token).json["rows"]
    assert [row["actor"]["name"] for row in some] == ["p7@aozora.example"]
    assert call_api(world, "GET", "/audit?code=refused", token).json["rows"] == []


def test_the_log_is_for_roles_that_may_read_it(world: World) -> None:
    assert call_api(world, "GET", "/audit", sign_on(world, "a@aozora.example", "Matta.Auditor")).status == 200
    assert call_api(world, "GET", "/audit", sign_on(world, SENDER)).status == 403


def test_the_file_has_every_line_and_runs_nothing(world: World) -> None:
    actor = Actor(Role.STRANGER, "=1+1@x.example", Channel.PORTAL)
    world.audit.append(
        "demo", AuditEntry(AuditCode.REFUSED, actor, world.clock.now(), None, (("why", "hold.release"),))
    )
    text = call_api(world, "GET", "/audit/export?lang=en", sign_on(world, ADMINISTRATOR)).body.decode()
    assert text.startswith("\ufeffWhen,Kind,What")
    assert "'=1+1@x.example" in text


@pytest.mark.parametrize("code", list(AuditCode))
def test_every_kind_has_words(code: AuditCode) -> None:
    assert code.value in AUDIT
    assert f"title.{code}" in AUDIT
