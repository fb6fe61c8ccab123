"""The trigger of the approver's page: GET and HEAD never act, POST acts only for our own form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import azure.functions as func
import pytest

from functions.web import LARGEST_FORM
from shared.core.hold.link import Purpose
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Approval
from shared.usecases.make_link import make_link
from tests.support.app import World
from tests.support.approvals import BOSS, approval_world, requested
from tests.support.hold_page_server import request_to, use

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = approval_world(Approval())
    use(monkeypatch, world.app)
    return world


@pytest.fixture
def ref(world: World) -> MessageRef:
    return requested(world)


@pytest.fixture
def path(world: World, ref: MessageRef) -> str:
    url = make_link(world.app, ref, BOSS, Purpose.APPROVAL, world.settings).url
    return url.removeprefix("https://matta.example")


def hidden(response: func.HttpResponse) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.get_body().decode()))


def press(
    path: str, page: func.HttpResponse, action: str, comment: str = "", headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    fields = {"comment": comment} | hidden(page) | {"action": action}
    return request_to(path, "POST", FORM | dict(headers or {}), urlencode(fields).encode())


def test_whole_way_from_link_to_approval(world: World, ref: MessageRef, path: str) -> None:
    asked = press(path, request_to(path), "approve", "見ました")
    assert asked.status_code == 200
    assert world.record(ref).state is State.AWAITING_APPROVAL
    done = press(path, asked, "approve", headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.7:51234"})
    assert done.status_code == 200
    assert world.record(ref).state is State.DELIVERING
    assert world.messages.events(ref)[-1].actor.peer == "198.51.100.7"
    request = world.record(ref).approval
    assert request is not None
    assert request.steps[0].votes[0].comment == "見ました"
    assert press(path, asked, "approve").status_code == 409


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_and_is_locked_down(world: World, ref: MessageRef, path: str, method: str) -> None:
    before = world.record(ref)
    response = request_to(f"{path}?lang=en", method)
    assert response.status_code == 200
    assert response.headers["Content-Language"] == "en"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert bool(response.get_body()) == (method == "GET")
    assert world.record(ref) == before


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        pytest.param(FORM | {"Sec-Fetch-Site": "cross-site"}, b"action=approve", 403, id="another site"),
        pytest.param(FORM | {"Origin": "https://evil.example"}, b"action=approve", 403, id="another origin"),
        pytest.param({"Content-Type": "application/json"}, b"{}", 415, id="no form"),
        pytest.param(FORM, b"a=" + b"x" * LARGEST_FORM, 413, id="too large"),
        pytest.param(FORM, b"\xff", 400, id="broken"),
        pytest.param(FORM, b"action=approve&confirm=1", 403, id="without a mark"),
        pytest.param(FORM, b"action=release", 400, id="another action"),
    ],
)
def test_what_is_no_form_of_ours_does_nothing(
    world: World, ref: MessageRef, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    assert request_to(path, "POST", headers, body).status_code == status
    assert world.record(ref).state is State.AWAITING_APPROVAL


def test_what_is_no_link_is_not_found(world: World) -> None:
    assert request_to("/a/x").status_code == 404
