"""The HTTP client that threads share: reuse, dead connections, bounds of time and number, answers that break off."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from shared.adapters.storage_http_answer import BrokenConnection
from shared.adapters.storage_http_threads import ThreadedHttpPool
from tests.support.threads import at_once
from tests.support.waiting import wait_for

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Script:
    """A server that answers each request with the next entry: pieces to send, and whether it closes then."""

    answers: list[tuple[list[bytes], bool]]
    connections: int = 0
    pause: float = 0.002
    at_a_time: int = 0
    most_at_a_time: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            while lines.readline():
                while lines.readline() not in (b"\r\n", b""):
                    pass
                with self.lock:
                    pieces, closes = self.answers.pop(0)
                    self.at_a_time += 1
                    self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
                for piece in pieces:
                    time.sleep(self.pause)
                    try:
                        connection.sendall(piece)
                    except OSError:
                        closes = True
                with self.lock:
                    self.at_a_time -= 1
                if closes:
                    connection.shutdown(socket.SHUT_RDWR)
                    return


@contextmanager
def pool_to(script: Script, connections: int = 4) -> Iterator[ThreadedHttpPool]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                script.connections += 1
                threading.Thread(target=script.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        port = listener.getsockname()[1]
        pool = ThreadedHttpPool("127.0.0.1", port, tls=False, connections=connections, connect_seconds=2)
        try:
            yield pool
        finally:
            pool.close()
            listener.shutdown(socket.SHUT_RDWR)


def test_one_connection_serves_requests_that_follow_each_other() -> None:
    script = Script([([OK[:20], OK[20:]], False)] * 5)
    with pool_to(script) as pool:
        for _ in range(5):
            answer = pool.exchange(REQUEST, 2)
            assert (answer.status, answer.body) == (200, b"ok")
    assert script.connections == 1


def test_threads_share_the_connections_allowed_and_each_gets_its_own_answer() -> None:
    script = Script([([OK], False)] * 40, pause=0.01)
    with pool_to(script, connections=3) as pool:
        outcomes = at_once(20, lambda _: [pool.exchange(REQUEST, 5).body for _ in range(2)])
    assert outcomes == [[b"ok", b"ok"]] * 20
    assert script.most_at_a_time == 3
    assert script.connections <= 3


def test_who_waits_for_a_connection_too_long_is_told_in_time() -> None:
    script = Script([([b"", OK], False), ([OK], False)], pause=0.4)
    with pool_to(script, connections=1) as pool:
        first = threading.Thread(target=pool.exchange, args=(REQUEST, 5))
        first.start()
        assert wait_for(lambda: script.at_a_time == 1)
        with pytest.raises(TimeoutError):
            pool.exchange(REQUEST, 0.1)
        first.join()
        assert pool.exchange(REQUEST, 5).body == b"ok", "its place is free again"


def test_a_kept_connection_that_ended_meanwhile_is_not_used() -> None:
    script = Script([([OK], True), ([OK], False)])
    with pool_to(script) as pool:
        assert pool.exchange(REQUEST, 2).body == b"ok"
        time.sleep(0.05)
        assert pool.exchange(REQUEST, 2).body == b"ok"
    assert script.connections == 2


def test_bytes_that_nobody_asked_for_end_the_connection() -> None:
    script = Script([([OK + b"surplus"], False), ([OK], False), ([OK, b"", b"", b"late"], False), ([OK], False)])
    with pool_to(script) as pool:
        for _ in range(3):
            assert pool.exchange(REQUEST, 2).body == b"ok"
        time.sleep(0.05)
        assert pool.exchange(REQUEST, 2).body == b"ok"
    assert script.connections == 3


def test_a_connection_that_was_idle_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.adapters.storage_http_threads._IDLE_SECONDS", 0.0)
    script = Script([([OK], False)] * 2)
    with pool_to(script) as pool:
        pool.exchange(REQUEST, 2)
        pool.exchange(REQUEST, 2)
    assert script.connections == 2


BROKEN = [
    pytest.param([b""], id="nothing"),
    pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"], id="half a body"),
    pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"], id="half a chunk"),
    pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n"], id="a chunk that goes on"),
    pytest.param([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 5000], id="an endless size"),
    pytest.param([b"SMTP ready\r\n\r\n"], id="no HTTP"),
]


@pytest.mark.parametrize("pieces", BROKEN)
def test_an_answer_that_breaks_off_is_an_error_and_the_request_is_not_repeated(pieces: list[bytes]) -> None:
    script = Script([(pieces, True), ([OK], False)])
    with pool_to(script) as pool:
        with pytest.raises((BrokenConnection, ConnectionError)):
            pool.exchange(REQUEST, 2)
        assert len(script.answers) == 1, "only the caller knows whether it may be repeated"
        assert pool.exchange(REQUEST, 2).body == b"ok"


def test_a_server_that_dribbles_is_given_up_in_time_and_its_answer_goes_to_nobody_else() -> None:
    script = Script([([bytes([byte]) for byte in OK], False), ([OK], False)], pause=0.05)
    with pool_to(script) as pool:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            pool.exchange(REQUEST, 0.3)
        assert time.monotonic() - begun < 1
        assert pool.exchange(REQUEST, 2).body == b"ok"
    assert script.connections == 2


def test_an_answer_in_chunks_is_put_together_however_it_is_cut() -> None:
    whole = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n"
    for size in (1, 7, len(whole)):
        pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
        script = Script([(pieces, False), ([OK], False)], pause=0.0005)
        with pool_to(script) as pool:
            assert pool.exchange(REQUEST, 5).body == b"abcde"
            assert pool.exchange(REQUEST, 5).body == b"ok"
        assert script.connections == 1


def test_nobody_listening_is_an_os_error() -> None:
    with pytest.raises(OSError, match="onnect"):
        ThreadedHttpPool("127.0.0.1", 1, tls=False, connections=1, connect_seconds=1).exchange(REQUEST, 1)
