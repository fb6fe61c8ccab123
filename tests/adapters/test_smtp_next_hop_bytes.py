"""Bytes on their way to a next hop: exact, streamed, and never a smuggled second message."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from shared.errors import StorageUnavailable
from shared.ports import Content
from tests.support.next_hop_actions import (
    StopReading,
)
from tests.support.next_hop_calls import deliver, deliver_content, fates
from tests.support.next_hop_server import NextHopServer as Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert running.violations == []


class TestBytes:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"", id="nothing"),
            pytest.param(b".\r\n", id="a dot alone"),
            pytest.param(b".", id="a dot without line end"),
            pytest.param(b"..\r\n.\r\n...\r\n", id="lines of dots"),
            pytest.param(b"a\r\n.\r\nb\r\n", id="the end of data inside"),
            pytest.param(b"a\nb\rc\r\n", id="bare LF and CR away from dots"),
            pytest.param(b"a\n.b\r.c\r\n", id="bare line ends before dots that are not alone"),
            pytest.param(b"a\r\n.\nb\r\n", id="CRLF dot LF"),
            pytest.param(b"a\r\n.\rb\r\n", id="CRLF dot CR"),
            pytest.param(bytes(range(256)) + b"\r\n", id="every byte"),
            pytest.param(b"x" * 100_000 + b"\r\n", id="a very long line"),
            pytest.param(b"\r\n\r\n\r\n", id="empty lines"),
            pytest.param(b"\r\n.\r\n" * 60_000, id="dots over many blocks"),
            pytest.param(("日本語\r\n" * 1000).encode("iso-2022-jp"), id="ISO-2022-JP"),
        ],
    )
    def test_content_arrives_byte_for_byte_however_it_is_cut(self, server: Server, data: bytes) -> None:
        expected = data if not data or data.endswith(b"\r\n") else data + b"\r\n"
        cuts = [[data], [data[:1], data[1:]], [data[:-1], data[-1:]]]
        if len(data) < 1000:
            cuts.append([data[place : place + 1] for place in range(len(data))])
        for pieces in cuts:
            assert fates(deliver(server, chunks=pieces)) == ["sent", "sent"]
            assert server.messages.pop().data == expected

    @pytest.mark.parametrize("end", [b"", b"\n", b"\r"], ids=["none", "LF", "CR"])
    def test_a_line_end_is_added_where_the_content_has_none(self, server: Server, end: bytes) -> None:
        deliver(server, data=b"x" + end)
        assert server.messages[0].data == b"x" + end + b"\r\n"

    @pytest.mark.parametrize(
        "sequence",
        [
            pytest.param(b"\n.\r\n", id="LF dot CRLF"),
            pytest.param(b"\n.\n", id="LF dot LF"),
            pytest.param(b"\r.\r", id="CR dot CR"),
            pytest.param(b"\r.\r\n", id="CR dot CRLF"),
            pytest.param(b"\r.\n", id="CR dot LF"),
            pytest.param(b"\n.\r", id="LF dot CR"),
            pytest.param(b"\n\r.\r\n", id="LF CR dot CRLF"),
            pytest.param(b"\r\n\0.\r\n", id="CRLF NUL dot CRLF"),
            pytest.param(b"\r\0\n.\r\n", id="CR NUL LF dot CRLF"),
            pytest.param(b"\n.\0\n", id="LF dot NUL LF"),
        ],
    )
    def test_a_line_end_that_smuggles_is_refused_and_never_sent(self, server: Server, sequence: bytes) -> None:
        bad = b"a: b\r\n\r\nhello" + sequence + b"MAIL FROM:<evil@x.example>\r\n"
        for pieces in ([bad], [bad[:14], bad[14:]], [bad[place : place + 1] for place in range(len(bad))]):
            replies = deliver(server, chunks=pieces)
            assert fates(replies) == ["permanent", "permanent"]
            assert {(reply.code, reply.status) for reply in replies} == {(0, "5.6.11")}
        assert server.messages == []
        assert not [command for command in server.commands if "evil" in command]

    def test_the_line_end_that_is_added_does_not_smuggle_either(self, server: Server) -> None:
        assert {reply.status for reply in deliver(server, data=b"x\n.")} == {"5.6.11"}
        assert server.messages == []

    def test_large_content_is_streamed_and_read_no_further_than_the_server_takes_it(self, server: Server) -> None:
        server.on("DATA", StopReading(1024 * 1024))
        size, read = 150 * 1024 * 1024, 0

        def chunks() -> Iterator[bytes]:
            nonlocal read
            while read < size:
                read += 256 * 1024
                yield b"x" * 254 * 1024 + b"\r\n" * 1024

        tracemalloc.start(1)
        replies = deliver_content(server, Content(size, chunks), longest=100.0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert fates(replies) == ["temporary"]
        assert read < 40 * 1024 * 1024
        assert peak < 8 * 1024 * 1024

    def test_storage_that_fails_before_the_first_byte_costs_the_server_no_connection(self, server: Server) -> None:
        def chunks() -> Iterator[bytes]:
            yield from down()

        def down() -> Iterator[bytes]:
            raise StorageUnavailable("down")

        with pytest.raises(StorageUnavailable):
            deliver_content(server, Content(5, chunks))
        assert server.connections == 0

    def test_storage_that_fails_in_the_middle_leaves_the_server_without_a_message(self, server: Server) -> None:
        def chunks() -> Iterator[bytes]:
            yield b"x" * 400_000
            raise StorageUnavailable("down")

        with pytest.raises(StorageUnavailable):
            deliver_content(server, Content(500_000, chunks))
        assert server.connections == 1
        assert server.messages == []
