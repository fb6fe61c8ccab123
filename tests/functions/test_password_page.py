"""The trigger of the password page: GET and HEAD show no password, POST acts only for our own form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import azure.functions as func
import pytest

from functions.web import LARGEST_FORM
from shared.core.hold.password_notice import NoticeState
from shared.core.message.identity import MessageRef
from tests.support.app import World
from tests.support.encrypted_mail import delivered_file, password_of, receipt_token, the_notice, zip_world
from tests.support.hold_page_server import request_to, use

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = zip_world()
    use(monkeypatch, world.app)
    return world


@pytest.fixture
def ref(world: World) -> MessageRef:
    return delivered_file(world)


@pytest.fixture
def path(world: World, ref: MessageRef) -> str:
    return f"/p/{receipt_token(world, ref)}"


def html_of(response: func.HttpResponse) -> str:
    return response.get_body().decode("utf-8")


def hidden(response: func.HttpResponse) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html_of(response)))


def press(
    path: str, page: func.HttpResponse, action: str, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    fields = hidden(page) | {"action": action}
    return request_to(path, "POST", FORM | dict(headers or {}), urlencode(fields).encode())


def test_whole_way_from_link_to_sending(world: World, ref: MessageRef, path: str) -> None:
    asked = press(path, request_to(path), "send")
    assert the_notice(world, ref).state is NoticeState.WAITING
    done = press(path, asked, "send", {"X-Forwarded-For": "203.0.113.5, 198.51.100.7:51234"})
    assert done.status_code == 200
    assert the_notice(world, ref).state is NoticeState.SENT
    assert world.messages.events(ref)[-1].actor.peer == "198.51.100.7"
    assert press(path, asked, "send").status_code == 409


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_shows_no_password_and_changes_nothing(
    world: World, ref: MessageRef, path: str, method: str
) -> None:
    before = world.record(ref)
    response = request_to(path, method)
    assert response.status_code == 200
    assert password_of(world, ref) not in html_of(response)
    assert world.record(ref) == before
    assert response.headers["Cache-Control"] == "no-store"
    assert "script-src" not in response.headers["Content-Security-Policy"]


def test_password_is_shown_by_post_alone(world: World, ref: MessageRef, path: str) -> None:
    assert password_of(world, ref) in html_of(press(path, request_to(path), "show"))


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", FORM, 400),
        (b"action=%ff", FORM, 400),
        (b"action=pause", FORM, 403),
        (b"x" * (LARGEST_FORM + 1), FORM, 413),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"action=pause", FORM | {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
    ids=["empty", "no text", "no mark", "too large", "json", "cross-site"],
)
def test_what_is_no_form_of_ours_does_nothing(
    world: World, ref: MessageRef, path: str, body: bytes, headers: Mapping[str, str], status: int
) -> None:
    before = world.record(ref)
    assert request_to(path, "POST", headers, body).status_code == status
    assert world.record(ref) == before


def test_strangers_token_is_not_found(world: World) -> None:
    delivered_file(world)
    assert request_to("/p/nonsense").status_code == 404
