"""The endpoint with its real adapters: signed requests in, the bot's own token and cards out, over real connections."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from functions import teams
from shared.adapters.bot_tokens_jwt import JwtBotTokens
from shared.adapters.teams_connector import ConnectorTeamsMessenger
from shared.core.hold.record import State
from tests.fakes.secrets import FakeSecrets
from tests.support.activities import HANAKO, activity, body_of, card_action
from tests.support.app import OUTSIDE, World
from tests.support.connector_server import SECRET, SECRET_NAME, ConnectorServer, connector_server
from tests.support.hold_page_server import trigger, use
from tests.support.teams_chat import buttons_in, shown_hold, teams_world
from tests.support.teams_signing import APP_ID, key_server, token


@dataclass
class Desk:
    """A world behind the endpoint, and Microsoft's side of it."""

    world: World
    connector: ConnectorServer

    def post(self, document: dict[str, Any], authorization: str = "") -> func.HttpResponse:
        """A request as Teams makes it, with the good token unless another one is given."""
        headers = {"Authorization": authorization or f"Bearer {token(serviceurl=self.connector.service_url)}"}
        body = body_of(document | {"serviceUrl": self.connector.service_url})
        request = func.HttpRequest(method="POST", url="https://matta.example/api", headers=headers, body=body)
        return trigger(teams.bp, "teams_messages")(request)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    world = teams_world()
    with key_server() as keys, connector_server(tmp_path, monkeypatch) as connector:
        process = connector.process(bot_app_id=APP_ID, bot_openid_url=keys.url, public_url="https://matta.example")
        app = replace(
            world.app,
            process=process,
            bot_tokens=JwtBotTokens(process),
            teams=ConnectorTeamsMessenger(process, FakeSecrets({SECRET_NAME: SECRET})),
        )
        use(monkeypatch, app)
        yield Desk(world, connector)


def test_from_the_installation_to_the_release(desk: Desk) -> None:
    assert desk.post(activity("installationUpdate", action="add", id="f:1")).status_code == 200
    [hello] = desk.connector.sent
    assert hello.path == "/jp/v3/conversations/a%3A0001/activities"
    assert hello.headers["authorization"] == "Bearer token-1"
    assert desk.world.conversations.of("demo", HANAKO) is not None
    ref = desk.world.judge(OUTSIDE)
    asked = desk.post(card_action("hold.release.ask", shown_hold(desk.world, ref), id="f:2"))
    data = buttons_in(json.loads(asked.get_body()))["hold.release"]
    assert desk.post(card_action("hold.release", data, id="f:3")).status_code == 200
    assert desk.world.record(ref).state is State.DELIVERING


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aud": "99999999-2222-3333-4444-555555555555"}, id="another bot"),
        pytest.param({"serviceurl": "https://smba.trafficmanager.net/emea/"}, id="another service URL"),
        pytest.param({"exp": -400}, id="expired"),
        pytest.param({"key": "key-2"}, id="another key"),
    ],
)
def test_a_forged_request_decides_nothing_and_makes_the_bot_say_nothing(desk: Desk, changes: dict[str, Any]) -> None:
    ref = desk.world.judge(OUTSIDE)
    forged = token(**({"serviceurl": desk.connector.service_url} | changes))
    response = desk.post(card_action("hold.discard", shown_hold(desk.world, ref)), f"Bearer {forged}")
    assert (response.status_code, response.get_body()) == (403, b"")
    assert desk.world.record(ref).outcome is None
    assert desk.connector.server.asked == []
