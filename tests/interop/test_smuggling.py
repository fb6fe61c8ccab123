"""SMTP smuggling, inbound, outbound and from end to end: one message stays one message, or is refused."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from local.interop.findings import Finding
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer as Hop
from shared.ports import Content
from shared.ports_next_hop import RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.fakes.spool import FakeSpool
from tests.interop.conftest import Note
from tests.support.lax_sink import LAX, STRICT, LaxSink, Reading
from tests.support.mail_server import Upstream
from tests.support.mail_server_exim import EximServer
from tests.support.mail_server_postfix import PostfixServer
from tests.support.next_hop_server import NextHopServer
from tests.support.relay import Dialogue, RunningRelay, wait_until
from tests.support.smuggling import HARMLESS, REFUSED, SECOND, VICTIM, carrier

SENDER, RECIPIENT = "hanako@aozora.example", "taro@partner.example"
AMBIGUOUS = "550 5.6.11 message has ambiguous line endings"
END = b"\r\n.\r\n"


@pytest.fixture
def relay(spool: FakeSpool) -> Iterator[RunningRelay]:
    with RunningRelay(spool) as running:
        yield running


def contents(spool: FakeSpool) -> list[bytes]:
    return [b"".join(spool.content("spool", ref).chunks()) for ref in spool.refs]


def talk(port: int, pieces: list[bytes], recipient: str = RECIPIENT) -> list[str]:
    """Send a message in these pieces, each a segment of its own, and QUIT; all replies from that to the content on."""
    with Dialogue(port) as smtp:
        smtp.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert smtp.begin(recipient, sender=SENDER)[:3] == "354"
        for piece in pieces:
            smtp.send(piece)
            if len(pieces) > 1:
                time.sleep(0.002)  # so that the other side reads them apart
        replies = []
        while reply := smtp.reply():
            replies.append(reply)
        return replies


class TestInbound:
    @pytest.mark.parametrize("variant", REFUSED.values(), ids=REFUSED)
    def test_a_false_end_is_refused_however_it_is_cut(
        self, relay: RunningRelay, spool: FakeSpool, variant: bytes
    ) -> None:
        stream = carrier(variant) + b".\r\nQUIT\r\n"
        start = stream.index(variant)
        cuts = [[stream]] + [[stream[:at], stream[at:]] for at in range(start, start + len(variant) + 2)]
        cuts.append([stream[:start], *(bytes([byte]) for byte in variant), stream[start + len(variant) :]])
        for pieces in cuts:
            assert talk(relay.port, pieces) == [AMBIGUOUS, "221 2.0.0 bye"], "one answer to one message"
        assert spool.refs == ()

    @pytest.mark.parametrize(("variant", "kept"), HARMLESS.values(), ids=HARMLESS)
    def test_what_ends_nothing_is_kept_byte_for_byte(
        self, relay: RunningRelay, spool: FakeSpool, variant: bytes, kept: bytes
    ) -> None:
        [reply, bye] = talk(relay.port, [carrier(variant) + b".\r\nQUIT\r\n"])
        assert (reply[:3], bye[:3]) == ("250", "221")
        assert contents(spool) == [carrier(kept)]

    def test_after_the_real_end_a_second_transaction_is_the_clients_own(
        self, relay: RunningRelay, spool: FakeSpool
    ) -> None:
        """The counter-check: were one of the others taken for an end, the tests above would see it."""
        stream = b"Subject: first\r\n\r\nhello" + END + SECOND + b".\r\nQUIT\r\n"
        replies = talk(relay.port, [stream])
        assert [reply[:3] for reply in replies] == ["250", "250", "250", "354", "250", "221"]
        assert len(spool.refs) == 2

    def test_bdat_is_neither_offered_nor_obeyed(self, relay: RunningRelay, spool: FakeSpool) -> None:
        with Dialogue(relay.port) as smtp:
            assert "CHUNKING" not in smtp.hello()
            smtp.command(f"MAIL FROM:<{SENDER}>")
            smtp.command(f"RCPT TO:<{RECIPIENT}>")
            assert smtp.command("BDAT 5 LAST")[:3] == "500"
        assert spool.refs == ()


def deliver(port: int, data: bytes, recipient: str = RECIPIENT, hop: SmtpNextHop | None = None) -> RecipientReply:
    envelope = Envelope(SENDER, (recipient,), body="8BITMIME")
    content = Content(len(data), lambda: iter([data[:17], data[17:]]))
    used = hop or SmtpNextHop("matta.test", FakeSecrets())
    [reply] = used.deliver(Hop("127.0.0.1", port, timeout_seconds=10), SENDER, [recipient], envelope, content)
    return reply


READINGS = {"strict": STRICT, **LAX}
EVERY = {**REFUSED, **{name: kept for name, (_, kept) in HARMLESS.items()}, "CRLF . CRLF": END}


class TestOutbound:
    @pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
    def test_no_server_however_lax_finds_two_messages_in_one(self, reading: Reading) -> None:
        with LaxSink(reading) as sink:
            accepted = 0
            for name, variant in EVERY.items():
                reply = deliver(sink.port, carrier(variant))
                assert reply.accepted or (reply.permanent, reply.status) == (True, "5.6.11"), name
                accepted += reply.accepted
                sink.wait()
                assert len(sink.messages) == accepted, name
            assert {message.recipients for message in sink.messages} == {(RECIPIENT,)}
            assert accepted >= len(HARMLESS), "what is harmless goes out"

    @pytest.mark.parametrize("reading", LAX.values(), ids=LAX)
    def test_each_lax_server_would_be_split_by_a_careless_client(self, reading: Reading) -> None:
        """The counter-check: at least one variant, sent as it is, is two messages for it."""
        with LaxSink(reading) as sink:
            for variant in REFUSED.values():
                with Dialogue(sink.port) as smtp:
                    smtp.begin(RECIPIENT, sender=SENDER)
                    smtp.send(carrier(variant) + b".\r\nQUIT\r\n")
                    while smtp.reply():
                        pass
            sink.wait()
            assert (VICTIM,) in {message.recipients for message in sink.messages}

    @pytest.mark.slow
    @pytest.mark.timeout(150)
    def test_postfix_and_exim_find_none_either(self, maker: str, tmp_path: Path, note: Note) -> None:
        server: PostfixServer | EximServer
        with NextHopServer() as behind:
            if maker == "postfix":  # as it was before 2024: a bare LF ends a line
                changes = {"smtpd_forbid_bare_newline": "no", "smtpd_forbid_unauth_pipelining": "no"}
                server = PostfixServer(tmp_path / maker, Upstream(behind.port), changes=changes)
            else:
                server = EximServer(tmp_path / maker, Upstream(behind.port))
            with server:
                replies = {name: deliver(server.port, carrier(variant)) for name, variant in EVERY.items()}
                taken = sum(reply.accepted for reply in replies.values())
                for name, reply in replies.items():
                    assert reply.accepted or reply.permanent, (name, reply.text)
                wait_until(lambda: len(behind.messages) >= taken, 60)
                assert [message.recipients for message in behind.messages] == [(RECIPIENT,)] * taken
                if maker == "postfix":
                    assert taken >= len(HARMLESS)
                    with Dialogue(server.port) as smtp:  # the counter-check: a careless client does split it
                        smtp.begin(RECIPIENT, sender=SENDER)
                        smtp.send(carrier(b"\n.\n") + b".\r\nQUIT\r\n")
                        wait_until(lambda: any(message.recipients == (VICTIM,) for message in behind.messages), 60)
                held = len(EVERY) - taken
                exercised = f"smuggling: {len(EVERY)} false ends within a message"
                result = f"{taken} arrived as one message each, {held} refused before they were complete, 0 split"
                note(Finding(f"{maker} {server.version()}", "next hop", "–", exercised, result))


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_postfix_in_front_and_a_lax_server_behind(spool: FakeSpool, tmp_path: Path, note: Note) -> None:
    """Handed to Postfix's sendmail, every variant reaches the last server once or comes back; never does it split."""
    with (
        RunningRelay(spool) as relay,
        PostfixServer(tmp_path / "postfix", Upstream(relay.port)) as server,
        LaxSink(LAX["drops NUL, any line end"]) as sink,
    ):
        for number, variant in enumerate(EVERY.values()):
            server.submit(SENDER, [f"box-{number}@partner.example"], carrier(variant))
        wait_until(lambda: server.log().count("status=") >= len(EVERY), 60)
        envelopes = [found.envelope for ref in spool.refs if (found := spool.describe(ref)) is not None]
        ours = [envelope.recipients[0] for envelope in envelopes if envelope.reverse_path]
        assert len(ours) == len(set(ours))
        assert VICTIM not in ours
        accepted = 0
        for ref in spool.refs:
            accepted += deliver(sink.port, b"".join(spool.content("spool", ref).chunks())).accepted
        sink.wait()
        assert len(sink.messages) == accepted > 0
        assert {message.recipients for message in sink.messages} == {(RECIPIENT,)}
        exercised = f"smuggling from end to end: {len(EVERY)} false ends by sendmail, a lax server behind Matta"
        result = f"{len(ours)} taken by the relay, {accepted} went out (with reports), 0 split"
        note(Finding(f"postfix {server.version()}", "client and beyond", "–", exercised, result))


STREAMS = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"\0", b"a", b"\r\n.", b"\r\n..", b" ", b"QUIT", b"\xff"]),
    max_size=20,
).map(b"".join)


def test_whatever_the_relay_takes_is_one_message_for_everybody_behind_it(relay: RunningRelay, spool: FakeSpool) -> None:
    """Any bytes: relay, spool, client of the next hop, and then servers of every reading."""
    hop = SmtpNextHop("matta.test", FakeSecrets(), idle_seconds=20)
    arrived = 0
    with connected(relay) as smtp, NextHopServer() as server:

        @settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(STREAMS)
        @example(b"a\r\n..\r\nb")
        @example(b"a\n.\nb")
        def through(stream: bytes) -> None:
            nonlocal arrived
            assume(END not in b"\r\n" + stream + b"\r\n.")
            before = len(spool.refs)
            reply = smtp.message(stream)
            if reply == AMBIGUOUS:
                assert len(spool.refs) == before
                return
            assert reply[:3] == "250"
            assert len(spool.refs) == before + 1
            stored = b"".join(spool.content("spool", spool.refs[-1]).chunks())
            assert stored == (b"\r\n" + stream + b"\r\n").replace(b"\r\n.", b"\r\n")[2:]
            assert deliver(server.port, stored, hop=hop).accepted
            message = server.messages.pop()
            assert message.data == stored
            for name, reading in READINGS.items():
                assert reading.ends(message.wire) == 0, name
            arrived += 1

        through()
    assert arrived > 100, "enough of them got through to mean something"
    hop.close()


@contextmanager
def connected(relay: RunningRelay) -> Iterator[Dialogue]:
    with Dialogue(relay.port) as smtp:
        smtp.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.hello()
        yield smtp
