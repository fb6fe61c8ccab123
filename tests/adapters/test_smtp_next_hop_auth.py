"""The mechanism that settings name, and access tokens: from a real authority over TLS to a server that takes them."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from shared.adapters import smtp_next_hop_token
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_connection import ConnectionFailed
from shared.adapters.smtp_next_hop_token import OAuthTokens
from shared.core.policy.delivery_settings import OAuthClient
from shared.ports_next_hop import RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.support.certificates import AUTHORITY, issued
from tests.support.next_hop_hops import send, target
from tests.support.next_hop_server import NextHopServer as Server
from tests.support.web_server import Asked, Reply, web_server
from tests.support.web_server import Server as WebServer

USER = "matta@aozora.example"
SECRET = "s3cret ✓"


class Authority:
    """Gives out ``token-1``, ``token-2`` …; ``reply`` takes the place of the next answer."""

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.forms: list[Mapping[str, list[str]]] = []
        self.reply: Reply | None = None
        server.answer = self._answer

    @property
    def client(self) -> OAuthClient:
        """An application of this authority."""
        return OAuthClient(authority=f"{self.server.url}/directory-1", client_id="app-1")

    def _answer(self, asked: Asked) -> Reply:
        base = f"{self.server.url}/directory-1"
        if asked.path.endswith("/.well-known/openid-configuration"):
            names = {"authorization_endpoint": f"{base}/authorize", "issuer": f"{base}/v2.0"}
            return Reply(body=json.dumps(names | {"token_endpoint": f"{base}/token"}).encode())
        self.forms.append(parse_qs(asked.body.decode()))
        if self.reply is not None:
            return self.reply
        token = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-{len(self.forms)}"}
        return Reply(body=json.dumps(token).encode())


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    trusted = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    with web_server(lambda _: Reply(500), issued(tmp_path, "127.0.0.1")) as server:
        assert server.url.startswith("https://")
        yield Authority(server)


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(made)
    return made


@contextmanager
def running(tls: ssl.SSLContext, offer: str, *tokens: str, users: Mapping[str, str] | None = None) -> Iterator[Server]:
    with Server(tls=tls, extensions=["SIZE", f"AUTH {offer}"], tokens=tokens, users=users) as server:
        yield server
    assert server.violations == []


def deliver(server: Server, hop: SmtpNextHop | None = None, **settings: Any) -> RecipientReply:
    values = {"starttls": "required", "username": USER, "password_secret": "hop"} | settings
    return send(hop or SmtpNextHop("matta.test", FakeSecrets({"hop": SECRET})), target(server, **values))


@pytest.mark.parametrize(
    ("auth", "offer", "said"),
    [
        pytest.param("auto", "LOGIN PLAIN", "AUTH PLAIN", id="auto takes PLAIN"),
        pytest.param("auto", "XOAUTH2 LOGIN", "AUTH LOGIN", id="auto takes LOGIN where there is no PLAIN"),
        pytest.param("plain", "LOGIN PLAIN", "AUTH PLAIN", id="plain"),
        pytest.param("login", "LOGIN PLAIN", "AUTH LOGIN", id="login"),
        pytest.param("plain", "LOGIN", "", id="plain is not offered"),
        pytest.param("login", "PLAIN", "", id="login is not offered"),
        pytest.param("auto", "XOAUTH2", "", id="nothing for a password is offered"),
        pytest.param("xoauth2", "XOAUTH2 PLAIN", "", id="xoauth2 without an application"),
    ],
)
def test_the_mechanism_that_is_named_or_the_best_that_is_offered(
    tls: ssl.SSLContext, auth: str, offer: str, said: str
) -> None:
    with running(tls, offer, users={USER: SECRET}) as server:
        reply = deliver(server, auth=auth)
        assert reply.accepted is bool(said)
        asked = [
            command.rpartition(" ")[0] or command for command in server.commands if command.startswith("AUTH PLAIN")
        ]
        asked += [command for command in server.commands if command == "AUTH LOGIN"]
        assert asked == ([said] if said else [])
        if not said:
            assert (reply.permanent, reply.code, reply.status) == (False, 0, "4.7.8")


@pytest.mark.parametrize("auth", ["xoauth2", "auto"])
def test_a_token_is_fetched_once_and_shown_to_the_server(
    tls: ssl.SSLContext, authority: Authority, auth: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hop = SmtpNextHop("matta.test", FakeSecrets({"hop": SECRET}))
    with running(tls, "PLAIN XOAUTH2", "token-1") as server:
        for _ in range(3):
            assert deliver(server, hop, auth=auth, oauth=authority.client).accepted
        assert [message.user for message in server.messages] == [USER] * 3
    [form] = authority.forms
    assert (form["client_id"], form["client_secret"]) == (["app-1"], [SECRET])
    assert form["scope"] == ["https://outlook.office365.com/.default"]
    assert not [secret for secret in (SECRET, "token-1") if secret in caplog.text]


def test_the_applications_secret_is_never_sent_to_the_server(tls: ssl.SSLContext, authority: Authority) -> None:
    with running(tls, "PLAIN LOGIN", users={USER: SECRET}) as server:
        reply = deliver(server, oauth=authority.client)
        assert (reply.accepted, reply.status) == (False, "4.7.8")
        assert not [command for command in server.commands if command.startswith("AUTH")]


def test_a_refused_token_is_renewed_once(tls: ssl.SSLContext, authority: Authority) -> None:
    hop = SmtpNextHop("matta.test", FakeSecrets({"hop": SECRET}))
    with running(tls, "XOAUTH2", "token-2") as server:
        assert deliver(server, hop, oauth=authority.client).accepted
        server.tokens = ()
        reply = deliver(server, hop, oauth=authority.client)
        assert (reply.accepted, reply.permanent, reply.code, reply.status) == (False, False, 0, "4.7.8")
        assert "token-" not in reply.text
    assert len(authority.forms) == 3


def test_a_rotated_secret_gets_a_token_of_its_own(tls: ssl.SSLContext, authority: Authority) -> None:
    secrets = FakeSecrets({"hop": SECRET})
    hop = SmtpNextHop("matta.test", secrets)
    with running(tls, "XOAUTH2", "token-1", "token-2") as server:
        deliver(server, hop, oauth=authority.client)
        secrets.passwords["hop"] = "another"
        assert deliver(server, hop, oauth=authority.client).accepted
    assert [form["client_secret"] for form in authority.forms] == [[SECRET], ["another"]]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Reply(401, b'{"error":"invalid_client","error_description":"s3cret"}'), id="refused"),
        pytest.param(Reply(500, b"<html>"), id="broken"),
        pytest.param(Reply(200, b'{"access_token":7}'), id="no token"),
        pytest.param(Reply(302, b"", {"Location": "https://127.0.0.1:9/"}), id="a redirect"),
        pytest.param(Reply(200, b"{" + b" " * 300_000 + b"}"), id="more than anybody wants to read"),
        pytest.param(Reply(silent=True), id="no answer"),
    ],
)
def test_an_authority_that_gives_none_defers_the_mail(tls: ssl.SSLContext, authority: Authority, answer: Reply) -> None:
    authority.reply = answer
    with running(tls, "XOAUTH2") as server:
        reply = deliver(server, oauth=authority.client)
        assert (reply.accepted, reply.permanent, reply.code, reply.status) == (False, False, 0, "4.7.8")
        assert reply.text.startswith("no access token")
        assert "s3cret" not in reply.text
        assert "AUTH" not in "".join(server.commands)


def test_the_number_of_applications_is_bounded(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_next_hop_token, "MOST_APPLICATIONS", 2)
    tokens = OAuthTokens()
    for secret in ("a", "b", "c", "c", "a"):
        tokens.token(authority.client, secret)
    assert [form["client_secret"][0] for form in authority.forms] == ["a", "b", "c", "a"]


def test_an_authority_that_is_not_there_is_temporary() -> None:
    client = OAuthClient(authority="https://127.0.0.1:9/x", client_id="a")
    with pytest.raises(ConnectionFailed, match="no access token"):
        OAuthTokens().token(client, "s")
