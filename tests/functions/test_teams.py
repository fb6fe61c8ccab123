"""The trigger of the bot's endpoint: bytes and one header in, status and JSON out, nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping

import azure.functions as func
import pytest

from functions import teams
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.teams.activity import LARGEST
from shared.errors import StorageUnavailable
from tests.support.activities import activity, body_of, card_action
from tests.support.app import OUTSIDE, World
from tests.support.hold_page_server import trigger, use
from tests.support.teams_chat import AUTHORIZATION, buttons_in, shown_hold, teams_world


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = teams_world()
    use(monkeypatch, world.app)
    return world


@pytest.fixture
def ref(world: World) -> MessageRef:
    return world.judge(OUTSIDE)


def post(body: bytes, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    sent = {"Content-Type": "application/json", "Authorization": AUTHORIZATION} | dict(headers or {})
    handle = trigger(teams.bp, "teams_messages")
    url = "https://matta.example/api/teams/messages"
    return handle(func.HttpRequest(method="POST", url=url, headers=sent, body=body))


def test_the_whole_way_from_the_card_to_the_release(world: World, ref: MessageRef) -> None:
    asked = post(body_of(card_action("hold.release.ask", shown_hold(world, ref))))
    assert (asked.status_code, asked.mimetype) == (200, "application/json")
    data = buttons_in(json.loads(asked.get_body()))["hold.release"]
    done = json.loads(post(body_of(card_action("hold.release", data))).get_body())
    assert done["type"] == "application/vnd.microsoft.card.adaptive"
    assert world.record(ref).state is State.DELIVERING


def test_answers_are_not_kept_by_anybody(world: World, ref: MessageRef) -> None:
    response = post(body_of(card_action("hold.show", shown_hold(world, ref))))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(body_of(activity("message", text="hi")), {"Authorization": ""}, 403, id="no token"),
        pytest.param(body_of(activity("message", text="hi")), {"Authorization": "Bearer x"}, 403, id="bad token"),
        pytest.param(b"hello", {}, 400, id="no JSON"),
        pytest.param(b"", {}, 400, id="nothing"),
        pytest.param(b" " * (LARGEST + 1), {}, 413, id="too large"),
        pytest.param(body_of(activity("message", text="hi")), {}, 200, id="a message"),
    ],
)
def test_statuses_without_a_word(world: World, body: bytes, headers: Mapping[str, str], status: int) -> None:
    response = post(body, headers)
    assert (response.status_code, response.get_body()) == (status, b"")


def test_trouble_says_when_to_come_again_and_nothing_else(world: World) -> None:
    world.bot_tokens.trouble.before("check", StorageUnavailable("secret inside"))
    response = post(body_of(activity("message", text="hi")))
    assert (response.status_code, response.get_body()) == (503, b"")
    assert response.headers["Retry-After"] == "30"
