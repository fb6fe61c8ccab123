"""The wire passes bytes on as they are, and does to them what its faults say."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from local.chaos.wire import Wire, WireFault
from local.server_thread import ServerThread

CONTENT = bytes(range(256)) * 2000


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets, until the client has ended."""

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while block := await reader.read(65536):
                writer.write(block)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = ServerThread("echo")
    yield server.start(asyncio.start_server(session, "127.0.0.1", 0))
    server.stop()


def talk(port: int, content: bytes) -> bytes:
    """What comes back until the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while block := connection.recv(65536):
            found += block
        return found


def ping_until_the_end(connection: socket.socket) -> bytes:
    """Send and read in turn until the connection is gone; what came back."""
    found = b""
    try:
        while True:
            connection.sendall(CONTENT[:4000])
            block = connection.recv(65536)
            if not block:
                return found
            found += block
    except ConnectionError:
        return found


def ends(connection: socket.socket) -> bool:
    """Whether the connection is closed or reset."""
    try:
        return connection.recv(100) == b""
    except ConnectionError:
        return True


def test_a_healthy_wire_changes_nothing(echo: int) -> None:
    with Wire(echo) as wire:
        assert talk(wire.port, CONTENT[:100_000]) == CONTENT[:100_000]


def test_a_cut_ends_the_connection_after_so_many_bytes(echo: int) -> None:
    with Wire(echo) as wire, socket.create_connection(("127.0.0.1", wire.port), timeout=60) as connection:
        wire.strike(WireFault("cut", 10_000))
        assert len(ping_until_the_end(connection)) < 10_000
        wire.heal()
        assert talk(wire.port, b"again") == b"again"


def test_a_slow_wire_takes_its_time_and_loses_nothing(echo: int) -> None:
    with Wire(echo) as wire:
        wire.strike(WireFault("slow", 20_000))
        began = time.monotonic()
        assert talk(wire.port, CONTENT[:10_000]) == CONTENT[:10_000]
        assert time.monotonic() - began > 0.4


@pytest.mark.parametrize(
    ("fault", "sent", "answer"),
    [
        pytest.param(WireFault("answer", 503), b"GET /x HTTP/1.1\r\n\r\n", b"HTTP/1.1 503 ", id="answers in its place"),
        pytest.param(WireFault("answer", 503), b"no request", b"no request", id="only where a request begins"),
        pytest.param(WireFault("garbage"), b"GET /x HTTP/1.1\r\n\r\n", b"\x00\xff\x13", id="garbage for an answer"),
    ],
)
def test_an_answer_of_the_wire_s_own(echo: int, fault: WireFault, sent: bytes, answer: bytes) -> None:
    with Wire(echo) as wire:
        wire.strike(fault)
        assert talk(wire.port, sent).startswith(answer)


def test_half_closed_means_that_no_answer_comes(echo: int) -> None:
    with Wire(echo) as wire, socket.create_connection(("127.0.0.1", wire.port), timeout=60) as connection:
        wire.strike(WireFault("half-close"))
        connection.sendall(b"hello")
        assert connection.recv(100) == b""


def test_refusing_resets_what_is_open_and_what_comes(echo: int) -> None:
    with Wire(echo) as wire, socket.create_connection(("127.0.0.1", wire.port), timeout=60) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        wire.strike(WireFault("refuse"))
        assert ends(connection)
        with socket.create_connection(("127.0.0.1", wire.port), timeout=60) as another:
            assert ends(another)
        wire.heal()
        assert talk(wire.port, b"x") == b"x"
