"""What every ``TeamsMessenger`` does: the fake and the one on the Bot Connector are held to the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.adapters.teams_connector import ConnectorTeamsMessenger
from shared.ports_teams import CardRefused, Conversation, NotReachable, TeamsMessenger, TeamsUnavailable
from tests.fakes.secrets import FakeSecrets
from tests.fakes.teams_messenger import FakeTeamsMessenger
from tests.support.connector_server import SECRET, SECRET_NAME, connector_server
from tests.support.web_server import Asked, Reply

CARD = b'{"type":"AdaptiveCard"}'


@dataclass(frozen=True)
class Parts:
    """A messenger, a place, and ways to make the other side behave."""

    messenger: TeamsMessenger
    place: Conversation
    block: Callable[[], None]
    refuse: Callable[[str], None]
    throttle: Callable[[str], None]


@pytest.fixture(params=["fake", "connector"])
def parts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    if request.param == "fake":
        fake = FakeTeamsMessenger()
        yield Parts(
            fake,
            Conversation("tenant", "person", "a:1", "https://smba.trafficmanager.net/jp/", "29:p", "28:b"),
            lambda: fake.blocked.add("a:1"),
            lambda method: fake.trouble.before(method, CardRefused("bad")),
            lambda method: fake.trouble.before(method, TeamsUnavailable("later", 5.0)),
        )
        return
    with connector_server(tmp_path, monkeypatch) as server:
        known: set[str] = set()

        def like_teams(asked: Asked) -> Reply:
            if asked.method == "PUT":
                return Reply(200 if asked.path.rpartition("/")[2] in known else 404)
            known.add(f"activity-{len(known) + 1}")
            return Reply(201, json.dumps({"id": f"activity-{len(known)}"}).encode())

        plain = server.server.answer

        def answer(asked: Asked) -> Reply:
            return like_teams(asked) if asked in server.sent and not server.next else plain(asked)

        server.server.answer = answer
        yield Parts(
            ConnectorTeamsMessenger(server.process(), FakeSecrets({SECRET_NAME: SECRET})),
            Conversation("tenant", "person", "a:1", server.service_url, "29:p", "28:b"),
            lambda: server.next.extend([Reply(403, b'{"error":{"code":"ConversationBlockedByUser"}}')] * 5),
            lambda _: server.next.append(Reply(400)),
            lambda _: server.next.append(Reply(429, headers={"Retry-After": "5"})),
        )


def test_posted_cards_have_ids_of_their_own_and_can_be_updated(parts: Parts) -> None:
    first = parts.messenger.post_card(parts.place, CARD, "held")
    second = parts.messenger.post_card(parts.place, CARD, "held")
    assert first
    assert second
    assert first != second
    parts.messenger.update_card(parts.place, first, CARD, "released")
    parts.messenger.update_card(parts.place, first, CARD, "released")


def test_a_text_has_an_id(parts: Parts) -> None:
    assert parts.messenger.post_text(parts.place, "held")


def test_a_card_that_is_not_there_is_not_reachable(parts: Parts) -> None:
    with pytest.raises(NotReachable):
        parts.messenger.update_card(parts.place, "never-posted", CARD, "released")


def test_who_has_blocked_the_bot_is_not_reachable(parts: Parts) -> None:
    activity = parts.messenger.post_card(parts.place, CARD, "held")
    parts.block()
    with pytest.raises(NotReachable):
        parts.messenger.post_card(parts.place, CARD, "held")
    with pytest.raises(NotReachable):
        parts.messenger.update_card(parts.place, activity, CARD, "released")
    with pytest.raises(NotReachable):
        parts.messenger.post_text(parts.place, "held")


@pytest.mark.parametrize("method", ["post_card", "update_card"])
def test_a_card_may_be_refused(parts: Parts, method: str) -> None:
    activity = parts.messenger.post_card(parts.place, CARD, "held")
    parts.refuse(method)
    with pytest.raises(CardRefused):
        _call(parts, method, activity)
    _call(parts, method, activity)


@pytest.mark.parametrize("method", ["post_card", "update_card", "post_text"])
def test_teams_may_ask_to_come_back_later(parts: Parts, method: str) -> None:
    activity = parts.messenger.post_card(parts.place, CARD, "held")
    parts.throttle(method)
    with pytest.raises(TeamsUnavailable) as raised:
        _call(parts, method, activity)
    assert raised.value.retry_after == 5.0
    _call(parts, method, activity)


def _call(parts: Parts, method: str, activity: str) -> None:
    if method == "post_card":
        parts.messenger.post_card(parts.place, CARD, "held")
    elif method == "update_card":
        parts.messenger.update_card(parts.place, activity, CARD, "held")
    else:
        parts.messenger.post_text(parts.place, "held")
