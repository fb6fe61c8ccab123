"""Postfix and Exim as next hops of Matta's client; behind them a server that keeps what they hand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import trustme

from local.interop.findings import Finding
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import DsnWish, Envelope
from shared.core.policy.tenant_settings import NextHopServer as Hop
from shared.ports import Content
from shared.ports_next_hop import RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.interop.conftest import Note
from tests.support.certificates import AUTHORITY, issued
from tests.support.mail_server import Submission, Upstream
from tests.support.mail_server_exim import EximServer
from tests.support.mail_server_postfix import PostfixServer
from tests.support.next_hop_calls import SENDER, A, B, C
from tests.support.next_hop_server import DEFAULT_EXTENSIONS, NextHopServer
from tests.support.relay import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]
NAME, USER, PASSWORD = "mx.partner.example", "matta", "correct-horse"
CA = AUTHORITY.cert_pem.bytes().decode()
DATA = "Subject: x\r\n\r\nお見積もり\r\n.\r\n..two dots\r\n".encode()
SECRETS = FakeSecrets({"hop": PASSWORD})


@pytest.fixture
def behind() -> Iterator[NextHopServer]:
    """Where the server hands everything on to."""
    with NextHopServer(extensions=[*DEFAULT_EXTENSIONS, "DSN"]) as server:
        yield server
        assert server.violations == []


def deliver(
    hop: SmtpNextHop, to: Hop, recipients: Sequence[str] = (A,), data: bytes = DATA, envelope: Envelope | None = None
) -> tuple[RecipientReply, ...]:
    used = envelope or Envelope(SENDER, tuple(recipients), body="8BITMIME")
    return hop.deliver(to, SENDER, recipients, used, Content(len(data), lambda: iter([data])), tenant_id="demo")


def version(server: PostfixServer | EximServer) -> str:
    return f"{'postfix' if isinstance(server, PostfixServer) else 'exim'} {server.version()}"


@pytest.mark.parametrize("mechanism", ["plain", "login"])
def test_exim_asks_for_tls_and_a_password(behind: NextHopServer, tmp_path: Path, note: Note, mechanism: str) -> None:
    submission = Submission(issued(tmp_path, NAME), tls_required=True, user=USER, password=PASSWORD)
    with EximServer(tmp_path / "exim", Upstream(behind.port), submission) as server:
        settings: dict[str, Any] = {"starttls": "verified", "tls_name": NAME, "auth": mechanism, "username": USER}
        hop = SmtpNextHop("matta.test", SECRETS)
        good = Hop("127.0.0.1", server.port, ca=CA, password_secret="hop", **settings)
        [reply] = deliver(hop, good)
        assert reply.accepted, reply.text
        wait_until(lambda: len(behind.messages) == 1, 60)
        assert behind.messages[0].data.endswith(DATA)
        other = trustme.CA().cert_pem.bytes().decode()
        [untrusted] = deliver(hop, Hop("127.0.0.1", server.port, ca=other, password_secret="hop", **settings))
        assert (untrusted.accepted, untrusted.permanent, untrusted.status) == (False, False, "4.7.5")
        wrong = SmtpNextHop("matta.test", FakeSecrets({"hop": "guess"}))
        [refused] = deliver(wrong, good)
        assert (refused.accepted, refused.permanent) == (False, False)
        assert len(behind.messages) == 1
        tls = "TLSv1.3" if "TLS1.3" in server.log() else "TLSv1.2"
        exercised = f"STARTTLS verified by CA and name, AUTH {mechanism.upper()}; another CA; a wrong password"
        note(Finding(version(server), "next hop", tls, exercised, "delivered; both others deferred, nothing sent"))


def test_postfix_asks_for_tls(behind: NextHopServer, tmp_path: Path, note: Note) -> None:
    submission = Submission(issued(tmp_path, NAME), tls_required=True)
    with PostfixServer(tmp_path / "postfix", Upstream(behind.port), submission) as server:
        hop = SmtpNextHop("matta.test", SECRETS)
        [reply] = deliver(hop, Hop("127.0.0.1", server.port, starttls="verified", ca=CA, tls_name=NAME))
        assert reply.accepted, reply.text
        [clear] = deliver(hop, Hop("127.0.0.1", server.port, starttls="none"))
        assert (clear.accepted, clear.code) == (False, 530)
        [name] = deliver(hop, Hop("127.0.0.1", server.port, starttls="verified", ca=CA, tls_name="mx.other.example"))
        assert (name.accepted, name.status) == (False, "4.7.5")
        wait_until(lambda: len(behind.messages) == 1, 60)
        assert behind.messages[0].data.endswith(DATA)
        tls = "TLSv1.3" if "TLSv1.3" in server.log() else "TLSv1.2"
        exercised = "STARTTLS verified by CA and name; another name; in the clear where TLS is required"
        note(Finding(version(server), "next hop", tls, exercised, "delivered; both others refused, nothing sent"))


def strict(maker: str, directory: Path, behind: NextHopServer) -> PostfixServer | EximServer:
    """One that knows no ``b@``, puts ``c@`` off, and takes 20,000 bytes."""
    submission = Submission(size_limit=20_000)
    if maker == "postfix":
        answers = "inline:{{b@x.example=550 5.1.1 no such user}, {c@x.example=450 4.7.1 greylisted}}"
        changes = {"smtpd_recipient_restrictions": f"check_recipient_access {answers}, permit_mynetworks, reject"}
        return PostfixServer(directory, Upstream(behind.port), submission, changes)
    acl = (
        f"  deny recipients = {B}\n    message = 5.1.1 no such user\n"
        f"  defer recipients = {C}\n    message = 4.7.1 greylisted\n"
    )
    return EximServer(directory, Upstream(behind.port), submission, rcpt_acl=acl)


def test_each_recipient_has_the_servers_answer_and_too_large_mail_none(
    maker: str, behind: NextHopServer, tmp_path: Path, note: Note
) -> None:
    with strict(maker, tmp_path / maker, behind) as server:
        hop, to = SmtpNextHop("matta.test", SECRETS), Hop("127.0.0.1", server.port)
        good, unknown, later = deliver(hop, to, (A, B, C))
        assert good.accepted
        assert (unknown.accepted, unknown.permanent, unknown.code) == (False, True, 550)
        assert (later.accepted, later.permanent, later.code // 100) == (False, False, 4)
        [large] = deliver(hop, to, (A,), DATA + b"x" * 70 + b"\r\n" + b"y\r\n" * 10_000)
        assert (large.accepted, large.permanent, large.status) == (False, True, "5.3.4")
        wait_until(lambda: len(behind.messages) == 1, 60)
        assert behind.messages[0].recipients == (A,)
        exercised = "250, 550 and 4xx greylisting for one recipient each; SIZE"
        note(Finding(version(server), "next hop", "–", exercised, "told apart; the too large one not sent"))


def test_without_8bitmime_eight_bits_are_not_sent(
    maker: str, behind: NextHopServer, tmp_path: Path, note: Note
) -> None:
    server: PostfixServer | EximServer
    if maker == "postfix":
        changes = {"smtpd_discard_ehlo_keywords": "8bitmime, smtputf8", "smtputf8_enable": "no"}
        server = PostfixServer(tmp_path / maker, Upstream(behind.port), changes=changes)
    else:
        server = EximServer(tmp_path / maker, Upstream(behind.port), no_eight_bits=True)
    with server:
        hop, to = SmtpNextHop("matta.test", SECRETS), Hop("127.0.0.1", server.port)
        [eight] = deliver(hop, to)
        assert (eight.accepted, eight.needs_seven_bit, eight.status) == (False, True, "5.6.3")
        [foreign] = deliver(hop, to, ("社長@x.example",), b"Subject: x\r\n\r\nx\r\n")
        assert (foreign.accepted, foreign.permanent, foreign.status) == (False, True, "5.6.7")
        [seven] = deliver(hop, to, (A,), b"Subject: x\r\n\r\nx\r\n")
        assert seven.accepted
        wait_until(lambda: len(behind.messages) == 1, 60)
        exercised = "neither 8BITMIME nor SMTPUTF8 offered: 8-bit body, internationalised recipient, 7-bit body"
        note(Finding(version(server), "next hop", "–", exercised, "5.6.3 (7-bit form asked for), 5.6.7, delivered"))


def test_one_session_carries_many_messages_with_utf8_and_wishes(
    maker: str, behind: NextHopServer, tmp_path: Path, note: Note
) -> None:
    server: PostfixServer | EximServer
    if maker == "postfix":
        server = PostfixServer(tmp_path / maker, Upstream(behind.port))
    else:
        server = EximServer(tmp_path / maker, Upstream(behind.port))
    with server:
        hop, to = SmtpNextHop("matta.test", SECRETS, idle_seconds=20), Hop("127.0.0.1", server.port)
        foreign = "社長@x.example"
        wishes = (DsnWish(("FAILURE",), "rfc822;first+2Bone@x.example"), DsnWish())
        envelope = Envelope(SENDER, (A, foreign), True, "8BITMIME", "HDRS", "QQ314159", wishes)
        for _ in range(20):
            for reply in deliver(hop, to, (A, foreign), envelope=envelope):
                assert reply.accepted, reply.text
                assert reply.relays_dsn
        hop.close()
        wait_until(lambda: sum(len(message.recipients) for message in behind.messages) == 40, 60)
        started = "connect from" if maker == "postfix" else "(TCP/IP connection count"
        wait_until(lambda: server.log().count(started) >= 2, 30)
        assert server.log().count(f" {started}") - server.log().count(f"dis{started}") <= 2, "ours, and the test's look"
        assert any("NOTIFY=FAILURE" in wish for message in behind.messages for wish in message.wishes)
        assert any(
            "ORCPT=rfc822;first+2Bone@x.example" in wish for message in behind.messages for wish in message.wishes
        )
        assert all("RET=HDRS" in message.mail and "ENVID=QQ314159" in message.mail for message in behind.messages)
        exercised = "20 messages on one kept session; SMTPUTF8 recipient; RET, ENVID, NOTIFY, ORCPT; PIPELINING"
        note(Finding(version(server), "next hop", "–", exercised, "40 of 40 recipients once, one connection"))
