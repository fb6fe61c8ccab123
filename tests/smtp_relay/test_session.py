"""A connection from greeting to end: pipelining, lines, clocks, numbers of connections."""

from __future__ import annotations

import random
import socket
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from shared.ports_relay import IngressRule, IngressUser
from tests.fakes.spool import FakeSpool
from tests.support.relay import Dialogue, RunningRelay, wait_until


def content_of(spool: FakeSpool, index: int = -1) -> bytes:
    return b"".join(spool.content("spool", spool.refs[index]).chunks())


def test_message_of_an_ordinary_session_is_in_the_spool_with_its_envelope(
    relay: RunningRelay, spool: FakeSpool
) -> None:
    with Dialogue(relay.port) as smtp:
        assert smtp.banner == "220 relay.example ESMTP"
        assert smtp.hello() == (
            "250-relay.example\n250-PIPELINING\n250-SIZE 157286400\n250-8BITMIME\n250-SMTPUTF8\n250-ENHANCEDSTATUSCODES\n250 DSN"
        )
        assert smtp.command("MAIL FROM:<hanako@aozora.example> SIZE=20 BODY=8BITMIME") == "250 2.1.0 sender OK"
        assert smtp.command("RCPT TO:<taro@partner.example>") == "250 2.1.5 recipient OK"
        assert smtp.command("RCPT TO:<jiro@partner.example>") == "250 2.1.5 recipient OK"
        assert smtp.command("RCPT TO:<taro@partner.example>") == "250 2.1.5 recipient OK"
        assert smtp.command("DATA") == "354 end data with <CR><LF>.<CR><LF>"
        smtp.send("Subject: 見積\r\n\r\nbody\r\n.\r\n".encode())
        [ref] = spool.refs if (reply := smtp.reply()) else ()
        assert reply == f"250 2.0.0 queued as {ref.queue_id}"
        assert smtp.command("QUIT") == "221 2.0.0 bye"
        assert smtp.at_end()
    stored = spool.describe(ref)
    assert stored is not None
    assert ref.tenant_id == "demo"
    assert stored.envelope.reverse_path == "hanako@aozora.example"
    assert stored.envelope.recipients == ("taro@partner.example", "jiro@partner.example")
    assert (stored.envelope.body, stored.envelope.smtputf8) == ("8BITMIME", False)
    reception = stored.reception
    assert (reception.peer, reception.helo, reception.protocol, reception.tls) == (
        "127.0.0.1",
        "client.example",
        "ESMTP",
        "",
    )
    assert (reception.attributed_by, reception.relay_host) == ("peer", "relay.example")
    assert reception.received_at == pytest.approx(ref.received_at, abs=timedelta(seconds=1))
    assert content_of(spool) == "Subject: 見積\r\n\r\nbody\r\n".encode()
    [message] = relay.logged("message")
    assert message["queue_id"] == ref.queue_id
    assert message["session"] == reception.session_id
    assert (message["tenant"], message["recipients"], message["outcome"]) == ("demo", 2, "queued")


def test_log_names_no_person_and_no_word_of_the_message(relay: RunningRelay) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.hello()
        smtp.message(b"Subject: secret plan\r\n\r\nsecret")
        smtp.command("VRFY hanako@aozora.example")
        smtp.command("QUIT")
    wait_until(lambda: bool(relay.logged("session")))
    text = str(relay.log)
    for word in ("hanako", "aozora", "taro", "partner", "secret"):
        assert word not in text


def test_everything_may_be_sent_at_once(relay: RunningRelay, spool: FakeSpool) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.send(
            b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nfirst\r\n.\r\n"
            b"MAIL FROM:<>\r\nRCPT TO:<e@f.example>\r\nDATA\r\n..second\r\n.\r\nNOOP\r\nQUIT\r\n"
        )
        codes = [smtp.reply()[:3] for _ in range(10)]
        assert codes == ["250", "250", "250", "354", "250", "250", "250", "354", "250", "250"]
        assert smtp.reply() == "221 2.0.0 bye"
        assert smtp.at_end()
    assert [content_of(spool, index) for index in (0, 1)] in (
        [b"first\r\n", b".second\r\n"],
        [b".second\r\n", b"first\r\n"],
    )


def test_replies_to_pipelined_commands_leave_together(relay: RunningRelay) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.hello()
        smtp.send(b"NOOP\r\n" * 50)
        received = b""
        pieces = 0
        while len(received) < 50 * len("250 2.0.0 OK\r\n"):
            received += smtp.socket.recv(65536)
            pieces += 1
        assert pieces <= 3


def test_client_that_closes_its_side_after_the_message_still_gets_its_reply(
    relay: RunningRelay, spool: FakeSpool
) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.begin()
        smtp.send(b"x\r\n.\r\n")
        smtp.socket.shutdown(socket.SHUT_WR)
        assert smtp.reply().startswith("250 2.0.0 queued")
        assert smtp.at_end()
    assert len(spool.refs) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"NOOP\n",
        b"NO\rOP\r\n",
        b"NOOP \0\r\n",
        b"NOOP \xff\xfe\r\n",
        b"\xe3\x81\x82\r\n",
        b"NOOP " + b"x" * 5000 + b"\r\n",
    ],
    ids=["bare LF", "bare CR", "NUL", "not UTF-8", "non-ASCII command", "long"],
)
def test_malformed_command_line_is_refused_and_the_session_goes_on(relay: RunningRelay, line: bytes) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.hello()
        smtp.send(line)
        assert smtp.reply()[:3] == "500"
        assert smtp.command("NOOP") == "250 2.0.0 OK"


def test_endless_command_line_ends_the_session(relay: RunningRelay) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.hello()
        smtp.send(b"x" * 300_000)
        assert smtp.reply() == "500 5.5.6 line too long"
        assert smtp.at_end()


def test_too_many_mistakes_end_the_session(spool: FakeSpool) -> None:
    with RunningRelay(spool, bad_commands=3) as relay, Dialogue(relay.port) as smtp:
        for _ in range(3):
            assert smtp.command("GET / HTTP/1.1")[:3] == "500"
        assert smtp.command("Host: x") == "421 4.7.0 too many errors"
        assert smtp.at_end()


class TestClocks:
    def test_client_that_says_nothing_is_sent_away(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, command_seconds=0.2) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.reply() == "421 4.4.2 timed out"
            assert smtp.at_end()

    def test_client_that_talks_without_end_is_sent_away(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, session_seconds=0.5, command_seconds=0.2) as relay, Dialogue(relay.port) as smtp:
            replies = []
            while (reply := smtp.command("NOOP")) == "250 2.0.0 OK":
                replies.append(reply)
                time.sleep(0.02)
            assert reply == "421 4.4.2 timed out"
            assert replies

    def test_message_that_comes_too_slowly_is_given_up(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, data_pause_seconds=0.4, data_progress=1000) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            started = time.monotonic()
            with pytest.raises(OSError):  # noqa: PT012  # the drip goes on until the relay closes
                while time.monotonic() - started < 10:
                    smtp.send(b"x\r\n")
                    time.sleep(0.05)
            assert time.monotonic() - started < 5
            wait_until(lambda: bool(relay.logged("session")))
            assert relay.logged("session")[0]["outcome"] == "timeout"
        assert spool.refs == ()

    def test_message_that_comes_steadily_is_not_hurried(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, data_pause_seconds=0.8, data_progress=1000) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            for _ in range(12):
                smtp.send(b"x" * 998 + b"\r\n")
                time.sleep(0.12)
            smtp.send(b".\r\n")
            assert smtp.reply()[:3] == "250"

    def test_message_has_a_time_in_all(self, spool: FakeSpool) -> None:
        limits = {"data_seconds": 0.6, "data_pause_seconds": 0.5, "data_progress": 1}
        with RunningRelay(spool, **limits) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            started = time.monotonic()
            with pytest.raises(OSError):  # noqa: PT012  # see above
                while time.monotonic() - started < 10:
                    smtp.send(b"x" * 998 + b"\r\n")
                    time.sleep(0.05)
            assert time.monotonic() - started < 5
        assert spool.refs == ()


class TestConnectionLimits:
    def test_connection_beyond_the_limit_of_a_peer_is_put_off(self, spool: FakeSpool) -> None:
        rules_for_all = 2
        with RunningRelay(spool, connections_per_peer=rules_for_all) as relay:
            first, second = Dialogue(relay.port), Dialogue(relay.port)
            with Dialogue(relay.port) as third:
                assert third.banner == "421 4.3.2 too many connections, please try again later"
                assert third.at_end()
            with Dialogue(relay.port, source="127.0.0.2") as elsewhere:
                assert elsewhere.banner[:3] == "220"
            first.command("QUIT")
            wait_until(lambda: len(relay.relay.sessions) == 1)
            with Dialogue(relay.port) as third:
                assert third.banner[:3] == "220"
            first.close()
            second.close()

    def test_connection_beyond_the_limit_of_all_is_put_off(self, spool: FakeSpool) -> None:
        with (
            RunningRelay(spool, connections=2) as relay,
            Dialogue(relay.port),
            Dialogue(relay.port, source="127.0.0.2"),
            Dialogue(relay.port, source="127.0.0.3") as third,
        ):
            assert third.banner[:9] == "421 4.3.2"


PIECES = [
    b"EHLO c\r\n", b"HELO c\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"DATA\r\n", b"RSET\r\n",
    b".\r\n", b"\r\n", b"\r\n.\r\n", b"AUTH PLAIN\r\n", b"AUTH LOGIN\r\n", b"STARTTLS\r\n", b"NOOP\r\n", b"QUIT\r\n", b"*\r\n",
    b"\n", b"\r", b"\0", b" ", b"<", b">", b":", b"=", b"\xff", b"\xe3\x81\x82", b"x" * 3000, b"SIZE=1 ", b"MAIL FROM:<",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_never_breaks_the_relay(spool: FakeSpool, seed: int) -> None:
    dice = random.Random(seed)
    rules = [IngressRule("demo", peers=("127.0.0.1",), users=(IngressUser("a", "b"),))]
    limits = {
        "auth_without_tls_on_loopback": True,
        "auth_failures": 10**6,
        "bad_commands": 50,
        "connections_per_peer": 1000,
    }
    with RunningRelay(spool, rules, **limits) as relay:
        for _ in range(60):
            with Dialogue(relay.port) as smtp, suppress(ConnectionError):
                smtp.send(b"".join(dice.choice(PIECES) for _ in range(dice.randrange(1, 40))))
                smtp.socket.shutdown(socket.SHUT_WR)
                while smtp.reply():
                    pass
        wait_until(lambda: not relay.relay.sessions)
        assert relay.logged("error") == []
        assert relay.logged("library") == []
        assert len(relay.logged("session")) == 60
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"still there")[:3] == "250"
