"""The content of a message: its size, ambiguous line endings, lost connections, a storage that fails."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator

import pytest

from shared.ports_relay import Spooled
from tests.fakes.spool import FakeSpool
from tests.support.relay import Dialogue, RunningRelay, wait_until


def content_of(spool: FakeSpool, index: int = -1) -> bytes:
    return b"".join(spool.content("spool", spool.refs[index]).chunks())


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
