"""A connection from greeting to end: order of commands, pipelining, limits, clocks, errors."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.ports_relay import Spooled
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
            "250-relay.example\n250-PIPELINING\n250-SIZE 157286400\n250-8BITMIME\n250-SMTPUTF8\n250 ENHANCEDSTATUSCODES"
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


SEQUENCES = [
    pytest.param(["MAIL FROM:<a@b.example>"], "503", id="MAIL before EHLO"),
    pytest.param(["EHLO c", "RCPT TO:<a@b.example>"], "503", id="RCPT before MAIL"),
    pytest.param(["EHLO c", "DATA"], "503", id="DATA before MAIL"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "DATA"], "503", id="DATA before RCPT"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503", id="MAIL in a transaction"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "RSET", "RCPT TO:<a@b.example>"], "503", id="RCPT after RSET"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "EHLO c", "RCPT TO:<a@b.example>"], "503", id="EHLO resets"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "HELO c", "MAIL FROM:<a@b.example>"], "250", id="HELO resets"),
    pytest.param(
        ["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<a@b.example>", "DATA now"], "501", id="DATA with argument"
    ),
    pytest.param(["HELO c", "MAIL FROM:<a@b.example> SIZE=1"], "555", id="parameters after HELO"),
    pytest.param(["EHLO"], "501", id="EHLO without name"),
    pytest.param(["EHLO a b"], "501", id="EHLO with two names"),
    pytest.param(["EHLO \u3042"], "501", id="EHLO with other characters"),
    pytest.param(["EHLO " + "a" * 300], "501", id="EHLO with a very long name"),
    pytest.param(["BDAT 10 LAST"], "500", id="a command that was not offered"),
    pytest.param([""], "500", id="an empty line"),
    pytest.param(["EHLO c", "STARTTLS"], "502", id="STARTTLS that was not offered"),
    pytest.param(["EHLO c", "AUTH PLAIN"], "502", id="AUTH that was not offered"),
    pytest.param(["EHLO c", "EXPN list"], "502", id="EXPN"),
    pytest.param(["EHLO c", "VRFY someone"], "252", id="VRFY"),
    pytest.param(["EHLO c", "HELP"], "214", id="HELP"),
    pytest.param(["NOOP x"], "250", id="NOOP"),
    pytest.param(["ehlo c", "mail from:<a@b.example>", "rcpt to:<a@b.example>"], "250", id="small letters"),
    pytest.param(["EHLO c", "MAIL FROM: <a@b.example>"], "250", id="a space before the path"),
]


@pytest.mark.parametrize(("commands", "code"), SEQUENCES)
def test_order_of_commands(relay: RunningRelay, commands: list[str], code: str) -> None:
    with Dialogue(relay.port) as smtp:
        *before, last = commands
        for command in before:
            assert smtp.command(command)[0] == "2"
        assert smtp.command(last)[:3] == code
        assert smtp.command("NOOP") == "250 2.0.0 OK", "the session goes on"


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


def test_every_reply_to_a_known_client_has_an_enhanced_status_code(relay: RunningRelay) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.hello()
        commands = [
            "NOOP",
            "MAIL FROM:<a@b.example>",
            "RCPT TO:<a@b.example>",
            "RSET",
            "VRFY a",
            "EXPN a",
            "HELP",
            "X",
            "DATA",
        ]
        for command in [*commands, "MAIL FROM:<a b>", "MAIL FROM:<a@b.example> X=1", "AUTH", "STARTTLS", "QUIT"]:
            reply = smtp.command(command)
            assert reply[4:6] == f"{reply[0]}.", reply


class TestAddresses:
    def test_non_ascii_address_needs_smtputf8(self, relay: RunningRelay, spool: FakeSpool) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.command("MAIL FROM:<花子@例え.example>")[:9] == "553 5.6.7"
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "250"
            assert smtp.command("RCPT TO:<太郎@例え.example>")[:9] == "553 5.6.7"
            smtp.command("RSET")
            assert smtp.command("MAIL FROM:<花子@例え.example> SMTPUTF8 BODY=8BITMIME")[:3] == "250"
            assert smtp.command("RCPT TO:<太郎@例え.example>")[:3] == "250"
            assert smtp.command("DATA")[:3] == "354"
            smtp.send(b"x\r\n.\r\n")
            assert smtp.reply()[:3] == "250"
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert stored.envelope.recipients == ("太郎@例え.example",)
        assert stored.envelope.smtputf8
        assert stored.reception.protocol == "UTF8SMTP"

    def test_recipient_number_1001_is_put_off_and_the_others_get_the_message(
        self, relay: RunningRelay, spool: FakeSpool
    ) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            commands = "".join(f"RCPT TO:<r{number}@d.example>\r\n" for number in range(1001))
            smtp.send(f"MAIL FROM:<a@b.example>\r\n{commands}RCPT TO:<r0@d.example>\r\nDATA\r\n".encode())
            replies = [smtp.reply() for _ in range(1004)]
            assert {reply[:3] for reply in replies[:1001]} == {"250"}
            assert replies[1001] == "452 4.5.3 too many recipients"
            assert replies[1002][:3] == "250", "one that is there already is no further one"
            assert replies[1003][:3] == "354"
            smtp.send(b"x\r\n.\r\n")
            assert smtp.reply()[:3] == "250"
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert stored.envelope.recipients == tuple(f"r{number}@d.example" for number in range(1000))


class TestSize:
    def test_announced_size_above_the_limit_is_refused_at_mail(self, relay: RunningRelay) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.command("MAIL FROM:<a@b.example> SIZE=157286401") == "552 5.3.4 message is too large"
            assert smtp.command("MAIL FROM:<a@b.example> SIZE=157286400")[:3] == "250"

    @pytest.mark.parametrize("size", ["-1", "1e3", "9" * 30, "", "٣"], ids=repr)
    def test_size_that_is_no_number_is_refused(self, relay: RunningRelay, size: str) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.command(f"MAIL FROM:<a@b.example> SIZE={size}")[:3] == "501"

    @pytest.mark.parametrize("size", [999, 1000], ids=["below", "at the limit"])
    def test_message_up_to_the_limit_is_taken(self, spool: FakeSpool, size: int) -> None:
        with RunningRelay(spool, size=1000) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"x" * (size - 2))[:3] == "250"
            assert len(content_of(spool)) == size

    def test_message_above_the_limit_is_read_to_its_end_and_refused(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, size=1000) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"x" * 1001 + b"\r\nMAIL FROM:<x@y.example>") == "552 5.3.4 message is too large"
            assert smtp.message(b"short")[:3] == "250"
        assert [content_of(spool)] == [b"short\r\n"]

    def test_message_without_end_is_cut_off(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, size=100_000) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            with pytest.raises(OSError):  # noqa: PT012  # which of the two meets the end is the network's choice
                for _ in range(1000):
                    smtp.send(b"x" * 100_000)
                smtp.send(b"x")
            wait_until(lambda: bool(relay.logged("session")))
            assert relay.logged("session")[0]["outcome"] == "endless message"
        assert spool.refs == ()


class TestAmbiguousLineEndings:
    @pytest.mark.parametrize(
        "variant", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\n.\0\r\n"], ids=repr
    )
    def test_smuggled_message_is_neither_split_off_nor_taken(
        self, relay: RunningRelay, spool: FakeSpool, variant: bytes
    ) -> None:
        smuggled = b"MAIL FROM:<ceo@aozora.example>\r\nRCPT TO:<victim@partner.example>\r\nDATA\r\nfake"
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"Subject: x\r\n\r\nhello" + variant + smuggled) == (
                "550 5.6.11 message has ambiguous line endings"
            )
            assert spool.refs == ()
            assert smtp.message(b"clean")[:3] == "250", "the session goes on in step"
        assert content_of(spool) == b"clean\r\n"

    def test_other_bare_line_endings_are_kept(self, relay: RunningRelay, spool: FakeSpool) -> None:
        body = b"a\nb\rc\n\nd\0e \xe9\xff\r\n..f"
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(body)[:3] == "250"
        assert content_of(spool) == b"a\nb\rc\n\nd\0e \xe9\xff\r\n.f\r\n"


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
        with RunningRelay(spool, data_pause_seconds=0.3, data_progress=1000) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            for _ in range(12):
                smtp.send(b"x" * 998 + b"\r\n")
                time.sleep(0.08)
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


class TestLostConnections:
    @pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
    def test_message_without_its_end_is_not_stored(self, relay: RunningRelay, spool: FakeSpool, reset: bool) -> None:
        smtp = Dialogue(relay.port)
        smtp.begin()
        smtp.send(b"Subject: half\r\n\r\nof a message\r\n")
        if reset:
            smtp.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        smtp.close()
        wait_until(lambda: bool(relay.logged("session")))
        assert relay.logged("message")[0]["outcome"] == "lost"
        assert relay.logged("session")[0]["outcome"] == "lost"
        assert spool.refs == ()


class BrokenWriter:
    """A spool writer with a bug."""

    def __init__(self, error: BaseException | None, *, takes: int = 10**9, returns: int | None = None) -> None:
        self.error = error
        self.takes = takes
        self.returns = returns

    async def write(self, message: Spooled, chunks: AsyncIterator[bytes]) -> int:
        """Takes some of the chunks and fails."""
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size >= self.takes:
                break
        if self.error is not None:
            raise self.error
        return size if self.returns is None else self.returns

    async def ready(self) -> bool:
        """Always."""
        return True


class TestFailures:
    @pytest.mark.parametrize(
        "writer",
        [
            pytest.param(BrokenWriter(RuntimeError("secret of the account")), id="fails at the end"),
            pytest.param(BrokenWriter(RuntimeError("secret of the account"), takes=1), id="fails at once"),
            pytest.param(BrokenWriter(ConnectionResetError("to storage")), id="loses its connection"),
            pytest.param(BrokenWriter(None, takes=1), id="stops reading"),
            pytest.param(BrokenWriter(None, returns=1), id="stored another number of bytes"),
            pytest.param(BrokenWriter(KeyError("x")), id="has a bug"),
        ],
    )
    def test_whatever_goes_wrong_in_storing_gives_451_and_the_session_goes_on(self, writer: BrokenWriter) -> None:
        with RunningRelay(writer) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            for _ in range(2):
                assert smtp.message(b"x" * 2_000_000) == "451 4.3.0 temporary failure, please try again later"
            assert smtp.command("NOOP")[:3] == "250"
            assert [line["outcome"] for line in relay.logged("message")] == ["storage", "storage"]

    def test_storage_that_never_answers_gives_451_in_time(self) -> None:
        class Hanging(BrokenWriter):
            async def write(self, message: Spooled, chunks: AsyncIterator[bytes]) -> int:
                async for _ in chunks:
                    pass
                await asyncio.Event().wait()
                return 0

        with RunningRelay(Hanging(None), commit_seconds=0.4) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            started = time.monotonic()
            assert smtp.message(b"x")[:9] == "451 4.3.0"
            assert time.monotonic() - started < 3
            assert smtp.command("NOOP")[:3] == "250"

    def test_error_in_a_command_ends_the_session_without_its_text(
        self, relay: RunningRelay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("smtp_relay.commands.read_mail", broken)
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.command("MAIL FROM:<a@b.example>") == "421 4.3.0 temporary failure, please try again later"
            assert smtp.at_end()
        [error] = relay.logged("error")
        assert error["kind"] == "RuntimeError"
