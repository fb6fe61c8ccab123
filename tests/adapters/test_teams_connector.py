"""Sending to Teams, before a real server that throttles, refuses, breaks off, redirects and lies about who it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from shared.adapters import teams_connector
from shared.adapters.bounded_http import Answer, BoundedHttp
from shared.adapters.teams_connector import LONGEST_PAUSE, ConnectorTeamsMessenger
from shared.ports_teams import CardRefused, Conversation, NotReachable, TeamsUnavailable
from tests.fakes.secrets import FakeSecrets
from tests.support.connector_server import SECRET, SECRET_NAME, ConnectorServer, connector_server
from tests.support.web_server import Asked, Reply, web_server

CARD = '{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"保留"}]}'.encode()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectorServer]:
    with connector_server(tmp_path, monkeypatch) as running:
        yield running


@pytest.fixture
def messenger(server: ConnectorServer) -> ConnectorTeamsMessenger:
    return ConnectorTeamsMessenger(server.process(), FakeSecrets({SECRET_NAME: SECRET}))


@pytest.fixture
def place(server: ConnectorServer) -> Conversation:
    return Conversation("tenant", "person", "a:1/b c", server.service_url, "29:person", "28:bot")


def test_a_card_is_posted_as_the_connector_wants_it(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    assert messenger.post_card(place, CARD, "保留メール") == "activity-1"
    [sent] = server.sent
    assert (sent.method, sent.path) == ("POST", "/jp/v3/conversations/a%3A1%2Fb%20c/activities")
    assert sent.headers["authorization"] == "Bearer token-1"
    assert json.loads(sent.body) == {
        "type": "message",
        "summary": "保留メール",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": json.loads(CARD)}],
        "from": {"id": "28:bot"},
        "recipient": {"id": "29:person"},
        "conversation": {"id": "a:1/b c"},
    }


def test_a_card_is_updated_in_its_place(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    messenger.update_card(place, "f:1/2?3", CARD, "decided")
    [sent] = server.sent
    assert (sent.method, sent.path) == ("PUT", "/jp/v3/conversations/a%3A1%2Fb%20c/activities/f%3A1%2F2%3F3")
    assert json.loads(sent.body)["id"] == "f:1/2?3"


def test_a_text_is_markdown(server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation) -> None:
    assert messenger.post_text(place, "**held**") == "activity-1"
    assert json.loads(server.sent[0].body)["textFormat"] == "markdown"


def test_one_token_serves_many_cards_and_is_asked_for_as_the_bot(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    for _ in range(3):
        messenger.post_card(place, CARD, "")
    [login] = server.logins
    assert login["scope"] == ["https://api.botframework.com/.default"]
    assert (login["client_id"], login["client_secret"]) == (["app-1"], [SECRET])
    assert login["grant_type"] == ["client_credentials"]


def test_a_refused_token_is_dropped_and_tried_once_more(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    server.refused = {"token-1"}
    assert messenger.post_card(place, CARD, "") == "activity-1"
    assert [sent.headers["authorization"] for sent in server.sent] == ["Bearer token-1", "Bearer token-2"]
    messenger.post_card(place, CARD, "")
    assert len(server.logins) == 2


def test_a_bot_that_is_always_refused_gives_up_after_the_second_time(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    server.refused = {f"token-{number}" for number in range(10)}
    with pytest.raises(TeamsUnavailable):
        messenger.post_card(place, CARD, "")
    assert len(server.sent) == 2


def test_a_new_secret_is_used_without_a_restart(server: ConnectorServer, place: Conversation) -> None:
    secrets = FakeSecrets({SECRET_NAME: "old"})
    messenger = ConnectorTeamsMessenger(server.process(), secrets)
    messenger.post_card(place, CARD, "")
    secrets.passwords[SECRET_NAME] = "new"
    messenger.post_card(place, CARD, "")
    assert [login["client_secret"] for login in server.logins] == [["old"], ["new"]]


@pytest.mark.parametrize(
    ("login", "hidden"),
    [
        pytest.param(
            Reply(401, b'{"error":"invalid_client","error_description":"no s3cret"}'), "s3cret", id="wrong secret"
        ),
        pytest.param(Reply(500), "", id="server error"),
        pytest.param(Reply(body=b"<html>"), "", id="no JSON"),
        pytest.param(Reply(body=b'{"token_type":"Bearer"}'), "", id="no token in it"),
        pytest.param(Reply(silent=True), "", id="closed without a word"),
        pytest.param(Reply(302, headers={"Location": "https://evil.example/"}), "", id="a redirect"),
        pytest.param(Reply(body=b'{"access_token":"' + b"x" * 400_000 + b'"}'), "", id="too large"),
    ],
)
def test_without_a_token_nothing_is_sent_and_it_may_be_tried_again(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation, login: Reply, hidden: str
) -> None:
    server.login = lambda _: login
    with pytest.raises(TeamsUnavailable) as raised:
        messenger.post_card(place, CARD, "")
    assert server.sent == []
    assert not hidden or hidden not in str(raised.value)


@pytest.mark.parametrize(
    ("app_id", "secrets"),
    [pytest.param("", {SECRET_NAME: SECRET}, id="no bot"), pytest.param("app-1", {}, id="no secret")],
)
def test_an_installation_that_lacks_its_bot_says_so_as_a_temporary_trouble(
    server: ConnectorServer, place: Conversation, app_id: str, secrets: dict[str, str]
) -> None:
    with pytest.raises(TeamsUnavailable):
        ConnectorTeamsMessenger(server.process(bot_app_id=app_id), FakeSecrets(secrets)).post_card(place, CARD, "")
    assert server.server.asked == []


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [408, 412, 425, 429, 500, 502, 503, 504, 301, 302, 307])
def test_what_may_pass_is_teams_being_unavailable(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation, status: int
) -> None:
    server.next = [Reply(status, headers={"Location": server.service_url})]
    with pytest.raises(TeamsUnavailable):
        messenger.post_card(place, CARD, "")
    assert len(server.sent) == 1


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        pytest.param("7", 7, 7, id="seconds"),
        pytest.param("0", 0, 0, id="at once"),
        pytest.param(600, 400, 600, id="a moment"),
        pytest.param(-60, 0, 0, id="a moment that is over"),
        pytest.param("999999999999", LONGEST_PAUSE, LONGEST_PAUSE, id="endless"),
        pytest.param("soon", 0, 0, id="nonsense"),
        pytest.param("-5", 0, 0, id="negative"),
        pytest.param("", 0, 0, id="nothing"),
    ],
)
def test_retry_after_is_handed_on(
    server: ConnectorServer,
    messenger: ConnectorTeamsMessenger,
    place: Conversation,
    header: str | int,
    least: float,
    most: float,
) -> None:
    told = (
        in_seconds(header) if isinstance(header, int) else header
    )  # counted from now, not from when tests were collected
    server.next = [Reply(429, headers={"Retry-After": told})]
    with pytest.raises(TeamsUnavailable) as raised:
        messenger.post_card(place, CARD, "")
    assert least <= raised.value.retry_after <= most


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_person_who_is_gone_is_not_reachable(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation, status: int
) -> None:
    server.next = [Reply(status)] * 3
    with pytest.raises(NotReachable):
        messenger.post_card(place, CARD, "")
    with pytest.raises(NotReachable):
        messenger.update_card(place, "f:1", CARD, "")
    with pytest.raises(NotReachable):
        messenger.post_text(place, "held")


@pytest.mark.parametrize("status", [400, 405, 413, 415])
def test_a_card_that_teams_does_not_take_is_refused(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation, status: int
) -> None:
    server.next = [Reply(status)] * 3
    with pytest.raises(CardRefused):
        messenger.post_card(place, CARD, "")
    with pytest.raises(CardRefused):
        messenger.update_card(place, "f:1", CARD, "")
    with pytest.raises(NotReachable):
        messenger.post_text(place, "held")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(202, b""), id="nothing"),
        pytest.param(Reply(201, b"<html>"), id="no JSON"),
        pytest.param(Reply(201, b'{"id":7}'), id="a number"),
        pytest.param(Reply(201, b'{"id":"activity-1"}', cut=6), id="broken off"),
        pytest.param(Reply(201, b'{"id":"' + b"x" * 100_000 + b'"}'), id="too large"),
    ],
)
def test_a_card_that_was_taken_is_not_an_error_though_its_id_got_lost(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation, reply: Reply
) -> None:
    server.next = [reply]
    assert messenger.post_card(place, CARD, "") == ""
    assert len(server.sent) == 1


def test_a_card_without_an_id_cannot_be_updated(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    with pytest.raises(NotReachable):
        messenger.update_card(place, "", CARD, "")
    assert server.server.asked == []


def test_a_connection_that_ends_without_an_answer_is_temporary(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    server.next = [Reply(silent=True)]
    with pytest.raises(TeamsUnavailable):
        messenger.post_card(place, CARD, "")
    assert messenger.post_card(place, CARD, "") == "activity-1"


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        pytest.param(Reply(201, delay=1.5), TeamsUnavailable, id="no answer in time"),
        pytest.param(Reply(201, b'{"id":"activity-1"}', pause=0.2), "", id="a byte at a time"),
    ],
)
def test_a_slow_server_is_given_up(
    server: ConnectorServer, place: Conversation, monkeypatch: pytest.MonkeyPatch, reply: Reply, outcome: object
) -> None:
    monkeypatch.setattr(teams_connector, "BoundedHttp", lambda _, most: BoundedHttp(0.6, most))
    messenger = ConnectorTeamsMessenger(server.process(), FakeSecrets({SECRET_NAME: SECRET}))
    server.next = [reply]
    if outcome is TeamsUnavailable:
        with pytest.raises(TeamsUnavailable):
            messenger.post_card(place, CARD, "")
    else:
        assert messenger.post_card(place, CARD, "") == outcome


def test_nothing_is_sent_to_a_host_that_is_not_listed(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    def never(asked: Asked) -> Reply:
        raise AssertionError(asked)

    with web_server(never) as other, pytest.raises(NotReachable):
        messenger.post_card(replace(place, service_url=f"{other.url}/jp/"), CARD, "")
    assert other.asked == []
    assert server.server.asked == []


def test_a_redirect_to_another_host_is_not_followed(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation
) -> None:
    with web_server(lambda _: Reply(201, b'{"id":"stolen"}')) as other:
        server.next = [Reply(307, headers={"Location": f"{other.url}/jp/"})]
        with pytest.raises(TeamsUnavailable):
            messenger.post_card(place, CARD, "")
        assert other.asked == []


@pytest.mark.parametrize(
    ("hosts", "url", "allowed"),
    [
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net/jp/", True, id="listed"),
        pytest.param("SMBA.trafficmanager.NET ", "https://smba.TrafficManager.net/jp/", True, id="in any case"),
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net:443/jp", True, id="the usual port"),
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net:444/jp/", False, id="another port"),
        pytest.param("smba.trafficmanager.net", "http://smba.trafficmanager.net/jp/", False, id="without TLS"),
        pytest.param(
            "smba.trafficmanager.net", "https://smba.trafficmanager.net.evil.example/", False, id="a longer host"
        ),
        pytest.param(
            "smba.trafficmanager.net", "https://evil.example/smba.trafficmanager.net", False, id="in the path"
        ),
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net@evil.example/", False, id="as a user"),
        pytest.param(
            "smba.trafficmanager.net", "https://evil.example\\@smba.trafficmanager.net/", False, id="backslash"
        ),
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net/?x=", False, id="a query"),
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net/#x", False, id="a fragment"),
        pytest.param("smba.trafficmanager.net", "https://smba.trafficmanager.net:x/", False, id="a port that is none"),
        pytest.param("smba.trafficmanager.net", "https:///jp/", False, id="no host"),
        pytest.param("smba.trafficmanager.net", "", False, id="nothing"),
        pytest.param("", "https:///", False, id="nothing listed"),
        pytest.param("127.0.0.1:8443", "http://127.0.0.1:8443/", True, id="this machine, with its port"),
        pytest.param("127.0.0.1", "http://127.0.0.1:8443/", True, id="this machine, any port"),
        pytest.param("127.0.0.1:8443", "http://127.0.0.1:8444/", False, id="this machine, another port"),
        pytest.param("smba.trafficmanager.net", "http://127.0.0.1/", False, id="this machine, not listed"),
    ],
)
def test_where_the_bots_token_may_go(
    server: ConnectorServer, place: Conversation, hosts: str, url: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def exchange(self: BoundedHttp, method: str, url: str, **_: object) -> object:
        sent.append(url)
        return Answer(201, {}, b'{"id":"1"}')

    messenger = ConnectorTeamsMessenger(server.process(bot_service_hosts=hosts), FakeSecrets({SECRET_NAME: SECRET}))
    monkeypatch.setattr(messenger._token, "value", lambda: "token")
    monkeypatch.setattr(BoundedHttp, "exchange", exchange)
    if allowed:
        assert messenger.post_card(replace(place, service_url=url), CARD, "") == "1"
        assert len(sent) == 1
    else:
        with pytest.raises(NotReachable):
            messenger.post_card(replace(place, service_url=url), CARD, "")
        assert sent == []


@pytest.mark.parametrize(
    ("conversation", "activity"),
    [
        pytest.param("", "1", id="no conversation"),
        pytest.param("..", "1", id="up"),
        pytest.param("a:1", "..", id="up from it"),
    ],
)
def test_an_id_never_leads_to_another_path(
    server: ConnectorServer, messenger: ConnectorTeamsMessenger, place: Conversation, conversation: str, activity: str
) -> None:
    with pytest.raises(NotReachable):
        messenger.update_card(replace(place, id=conversation), activity, CARD, "")
    assert server.sent == []
