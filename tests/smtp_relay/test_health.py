"""``GET /healthz``, asked properly and improperly."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import pytest

from tests.fakes.spool import FakeSpool
from tests.support.relay import RunningRelay


def ask(port: int, request: bytes, *, finish: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(request)
        if finish:
            client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    return answer


HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def test_relay_that_can_take_mail_is_healthy(relay: RunningRelay) -> None:
    answer = ask(relay.server.health_port, HEALTHZ)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nok\n")


def test_relay_whose_storage_is_down_is_not(relay: RunningRelay, spool: FakeSpool) -> None:
    spool.down = True
    assert ask(relay.server.health_port, HEALTHZ).startswith(b"HTTP/1.1 503 ")
    spool.down = False
    assert ask(relay.server.health_port, HEALTHZ).startswith(b"HTTP/1.1 503 "), "asked again only after a second"
    time.sleep(1.1)
    assert ask(relay.server.health_port, HEALTHZ).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("request_bytes", "answer"),
    [
        pytest.param(b"HEAD /healthz HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 ", id="HEAD"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 ", id="another path"),
        pytest.param(b"POST /healthz HTTP/1.1\r\n\r\n", b"HTTP/1.1 404 ", id="another method"),
        pytest.param(b"\r\n\r\n", b"HTTP/1.1 404 ", id="nothing"),
    ],
)
def test_other_requests(relay: RunningRelay, request_bytes: bytes, answer: bytes) -> None:
    assert ask(relay.server.health_port, request_bytes).startswith(answer)


@pytest.mark.parametrize("request_bytes", [b"x" * 100_000, b"GET /healthz"], ids=["endless", "half"])
def test_nonsense_is_dropped_and_the_next_is_answered(relay: RunningRelay, request_bytes: bytes) -> None:
    with suppress(ConnectionResetError):
        assert ask(relay.server.health_port, request_bytes, finish=True) == b""
    assert ask(relay.server.health_port, HEALTHZ).startswith(b"HTTP/1.1 200 ")


def test_without_a_port_there_is_none(spool: FakeSpool) -> None:
    with RunningRelay(spool, health_port=-1) as relay:
        assert relay.server.health_port == -1


def test_a_process_that_lives_is_alive_whatever_storage_does(relay: RunningRelay, spool: FakeSpool) -> None:
    spool.down = True
    assert ask(relay.server.health_port, b"GET /livez HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert ask(relay.server.health_port, b"GET /readyz HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 503 ")
