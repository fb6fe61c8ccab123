"""TLS and authentication towards a next hop: what each policy allows, and what never goes out in the clear."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from shared.adapters import smtp_next_hop_session
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer, StartTls
from shared.errors import StorageUnavailable
from shared.ports import Content
from shared.ports_next_hop import RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import HANDSHAKE, Drop, Raw, Silence
from tests.support.next_hop_server import NextHopServer as Server

A = "a@x.example"
DATA = b"Subject: x\r\n\r\nHello.\r\n"
PASSWORD = "p4ß wörd"
POLICIES: tuple[StartTls, ...] = ("none", "opportunistic", "required", "verified")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trust(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the authority that the "verified" policy trusts."""
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made


@pytest.fixture(scope="module")
def good(authority: trustme.CA) -> ssl.SSLContext:
    return context(authority, "127.0.0.1", "localhost")


@contextmanager
def running(**options: object) -> Iterator[Server]:
    with Server(**options) as server:  # type: ignore[arg-type]  # handed on
        yield server
    assert server.violations == []


def deliver(
    server: Server,
    policy: StartTls,
    trust: str = "",
    *,
    username: str = "",
    passwords: dict[str, str] | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> RecipientReply:
    hop = SmtpNextHop("matta.test", FakeSecrets(passwords or {}), trust=trust, longest_seconds=20)
    target = NextHopServer(
        host=host,
        port=port or server.port,
        starttls=policy,
        username=username,
        password_secret="hop" if username else "",
        timeout_seconds=2,
    )
    content = Content(len(DATA), lambda: iter([DATA]))
    [reply] = hop.deliver(target, "me@aozora.example", [A], Envelope("me@aozora.example", (A,)), content)
    return reply


class TestStartTls:
    @pytest.mark.parametrize(
        ("policy", "encrypted"), [("none", False), ("opportunistic", True), ("required", True), ("verified", True)]
    )
    def test_a_good_server(self, good: ssl.SSLContext, trust: str, policy: StartTls, encrypted: bool) -> None:
        with running(tls=good) as server:
            assert deliver(server, policy, trust).accepted
            [message] = server.messages
            assert message.encrypted is encrypted
            assert message.data == DATA
            assert server.commands.count("EHLO matta.test") == (2 if encrypted else 1)

    @pytest.mark.parametrize(("policy", "sent"), list(zip(POLICIES, [True, True, False, False], strict=True)))
    def test_a_server_that_offers_none(self, policy: StartTls, sent: bool) -> None:
        with running() as server:
            reply = deliver(server, policy)
            assert reply.accepted is sent
            if not sent:
                assert (reply.permanent, reply.code, reply.status) == (False, 0, "4.7.4")
                assert not [command for command in server.commands if command.startswith("MAIL")]

    @pytest.mark.parametrize(("policy", "sent"), list(zip(POLICIES, [True, True, True, False], strict=True)))
    @pytest.mark.parametrize("wrong", ["another name", "another authority"])
    def test_a_certificate_that_does_not_hold(
        self, authority: trustme.CA, trust: str, policy: StartTls, sent: bool, wrong: str
    ) -> None:
        bad = context(authority, "other.example") if wrong == "another name" else context(trustme.CA(), "127.0.0.1")
        with running(tls=bad) as server:
            reply = deliver(server, policy, trust)
            assert reply.accepted is sent
            if not sent:
                assert (reply.permanent, reply.code, reply.status) == (False, 0, "4.7.5")
                assert "certificate" in reply.text
            assert server.connections == 1

    @pytest.mark.parametrize(("policy", "sent"), [("opportunistic", True), ("required", False), ("verified", False)])
    def test_a_handshake_that_fails_goes_on_in_the_clear_only_where_allowed(
        self, good: ssl.SSLContext, trust: str, policy: StartTls, sent: bool
    ) -> None:
        with running(tls=good) as server:
            server.on(HANDSHAKE, Drop())
            reply = deliver(server, policy, trust)
            assert reply.accepted is sent
            assert server.connections == (2 if sent else 1)
            assert [message.encrypted for message in server.messages] == ([False] if sent else [])

    @pytest.mark.parametrize(("policy", "sent"), [("opportunistic", True), ("required", False), ("verified", False)])
    def test_a_server_that_takes_its_offer_back(
        self, good: ssl.SSLContext, trust: str, policy: StartTls, sent: bool
    ) -> None:
        with running(tls=good) as server:
            server.on("STARTTLS", "454 4.7.0 not now")
            reply = deliver(server, policy, trust)
            assert reply.accepted is sent
            assert reply.permanent is False
            assert server.connections == 1

    @pytest.mark.parametrize("policy", ["required", "verified"])
    def test_answers_injected_in_the_clear_end_the_session(
        self, good: ssl.SSLContext, trust: str, policy: StartTls
    ) -> None:
        with running(tls=good) as server:
            server.on("STARTTLS", Raw(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"))
            reply = deliver(server, policy, trust)
            assert (reply.accepted, reply.permanent, reply.status) == (False, False, "4.7.5")

    def test_a_server_that_never_answers_the_handshake(self, good: ssl.SSLContext) -> None:
        with running(tls=good) as server:
            server.on(HANDSHAKE, Silence())
            begin = time.monotonic()
            reply = deliver(server, "required")
            assert (reply.accepted, reply.permanent) == (False, False)
            assert time.monotonic() - begin < 10


def play_465(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """Port 465 cannot be had in a test: the port of the server at hand plays it."""
    monkeypatch.setattr(smtp_next_hop_session, "IMPLICIT_TLS_PORT", server.port)


class TestImplicitTls:
    @pytest.mark.parametrize("policy", POLICIES)
    def test_it_is_tls_from_the_first_byte_whatever_the_policy(
        self, good: ssl.SSLContext, trust: str, policy: StartTls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with running(tls=good, implicit_tls=True) as server:
            play_465(monkeypatch, server)
            assert deliver(server, policy, trust).accepted
            assert server.messages[0].encrypted
            assert "STARTTLS" not in server.commands

    def test_a_certificate_that_does_not_hold_counts_for_verified_only(
        self, authority: trustme.CA, trust: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with running(tls=context(authority, "other.example"), implicit_tls=True) as server:
            play_465(monkeypatch, server)
            assert deliver(server, "required", trust).accepted
            reply = deliver(server, "verified", trust)
            assert (reply.accepted, reply.permanent, reply.status) == (False, False, "4.7.5")

    @pytest.mark.parametrize("policy", POLICIES)
    def test_there_is_no_way_back_to_the_clear(self, policy: StartTls, monkeypatch: pytest.MonkeyPatch) -> None:
        with running() as server:  # speaks in the clear
            play_465(monkeypatch, server)
            reply = deliver(server, policy)
            assert (reply.accepted, reply.permanent, reply.code) == (False, False, 0)
            assert server.messages == []


USERS = {"matta@aozora.example": PASSWORD}


class TestAuth:
    @pytest.mark.parametrize(
        "offer",
        ["AUTH PLAIN LOGIN", "AUTH LOGIN", "AUTH plain", "AUTH=LOGIN", "AUTH GSSAPI NTLM LOGIN"],
    )
    def test_each_mechanism(self, good: ssl.SSLContext, trust: str, offer: str) -> None:
        with running(tls=good, users=USERS, extensions=["SIZE", offer]) as server:
            reply = deliver(server, "verified", trust, username="matta@aozora.example", passwords={"hop": PASSWORD})
            assert reply.accepted
            assert server.messages[0].user == "matta@aozora.example"

    @pytest.mark.parametrize(
        ("passwords", "offer", "status"),
        [
            pytest.param({"hop": "wrong"}, "AUTH PLAIN", "4.7.8", id="wrong password, PLAIN"),
            pytest.param({"hop": "wrong"}, "AUTH LOGIN", "4.7.8", id="wrong password, LOGIN"),
            pytest.param({"hop": PASSWORD}, "AUTH NTLM", "4.7.8", id="no mechanism in common"),
            pytest.param({"hop": PASSWORD}, "SIZE", "4.7.8", id="not offered at all"),
            pytest.param({}, "AUTH PLAIN", "4.3.5", id="no such secret"),
        ],
    )
    def test_no_authentication_is_temporary_and_tells_no_secret(
        self,
        good: ssl.SSLContext,
        trust: str,
        passwords: dict[str, str],
        offer: str,
        status: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        users = USERS if offer.startswith("AUTH") else None
        with running(tls=good, users=users, extensions=["8BITMIME", offer]) as server:
            reply = deliver(server, "verified", trust, username="matta@aozora.example", passwords=passwords)
            assert (reply.accepted, reply.permanent, reply.code, reply.status) == (False, False, 0, status)
            assert not [command for command in server.commands if command.startswith("MAIL")]
            assert not [secret for secret in ("wrong", PASSWORD) if secret in reply.text + caplog.text]

    @pytest.mark.parametrize("stripped", [False, True], ids=["handshake fails", "STARTTLS stripped"])
    def test_opportunistic_sends_no_password_in_the_clear(self, good: ssl.SSLContext, stripped: bool) -> None:
        with running(tls=None if stripped else good, users=USERS) as server:
            server.on(HANDSHAKE, Drop())
            reply = deliver(server, "opportunistic", username="matta@aozora.example", passwords={"hop": PASSWORD})
            assert (reply.accepted, reply.permanent, reply.status) == (False, False, "4.7.11")
            assert not [command for command in server.commands if command.startswith("AUTH")]

    def test_the_policy_none_sends_it_since_somebody_chose_so(self) -> None:
        with running(users=USERS) as server:
            reply = deliver(server, "none", username="matta@aozora.example", passwords={"hop": PASSWORD})
            assert reply.accepted
            assert server.messages[0].user == "matta@aozora.example"

    def test_secrets_that_cannot_be_reached_are_temporary(self, good: ssl.SSLContext) -> None:
        class Unreachable(FakeSecrets):
            def secret(self, name: str) -> str:
                raise StorageUnavailable("vault is down")

        with running(tls=good, users=USERS) as server:
            hop = SmtpNextHop("matta.test", Unreachable())
            target = NextHopServer(host="127.0.0.1", port=server.port, username="u", password_secret="hop")
            content = Content(1, lambda: iter([b"x"]))
            [reply] = hop.deliver(target, "", [A], Envelope("", (A,)), content)
            assert (reply.accepted, reply.permanent, reply.status) == (False, False, "4.3.5")
