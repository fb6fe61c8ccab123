"""A small HTTP/1.1 client for threads that call one storage endpoint: kept connections, one write for each request.

The counterpart of ``storage_http.py`` for the functions (stages 3 to 6), whose work runs in threads. RFC 9112.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time

from shared.adapters.storage_http_answer import AnswerReader, BrokenConnection, Response

_IDLE_SECONDS = 30.0
"""A kept connection is not used after this: storage closes them after a minute or more, and closing crosses with use."""
_RECEIVE_BYTES = 64 * 1024


class _Connection:
    """One connection, one request at a time. Any error leaves it unusable."""

    def __init__(self, plain: socket.socket, tls: ssl.SSLContext | None, host: str) -> None:
        """Takes over a connected socket whose time-out is set. Raises ``OSError``."""
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = plain if tls is None else tls.wrap_socket(plain, server_hostname=host)
        self.idle_since = 0.0

    def exchange(self, request: bytes, deadline: float, without_body: bool) -> tuple[Response, bool]:
        """Send and wait; also whether the connection can be used again. Raises ``OSError``."""
        reader = AnswerReader(without_body=without_body)
        self._socket.settimeout(_remaining(deadline))
        self._socket.sendall(request)
        while True:
            self._socket.settimeout(_remaining(deadline))
            data = self._socket.recv(_RECEIVE_BYTES)
            if not data:
                raise BrokenConnection("storage closed the connection")
            try:
                response = reader.feed(data)
            except ValueError as error:
                raise BrokenConnection(f"storage's answer is no HTTP: {error}") from error
            if response is not None:
                closing = response.headers.get("connection", "").lower() == "close"
                return response, not (closing or reader.surplus)

    @property
    def quiet(self) -> bool:
        """Whether nothing came while nobody had asked: neither the end of the connection nor stray bytes."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Let it go."""
        self._socket.close()


class ThreadedHttpPool:
    """Connections to one host, shared by threads."""

    def __init__(self, host: str, port: int, *, tls: bool, connections: int, connect_seconds: float) -> None:
        """At most ``connections`` requests at a time; who comes beyond that waits. Nothing is connected here."""
        self._address = (host, port)
        self._tls = ssl.create_default_context() if tls else None
        self._connect_seconds = connect_seconds
        self._idle: list[_Connection] = []
        self._room = threading.BoundedSemaphore(connections)

    def exchange(self, request: bytes, timeout_seconds: float, *, without_body: bool = False) -> Response:
        """Send a complete request, return its answer; ``without_body``: it is a HEAD.

        The time bounds all of it, the wait for a free connection included. Raises ``OSError``; ``TimeoutError`` is one.
        Where a kept connection turns out to be dead, the request is not repeated: only the caller knows if it may be.
        """
        deadline = time.monotonic() + timeout_seconds
        if not self._room.acquire(timeout=timeout_seconds):
            raise TimeoutError("no connection became free in time")
        try:
            connection = self._kept() or self._opened(deadline)
            reusable = False
            try:
                response, reusable = connection.exchange(request, deadline, without_body)
                return response
            finally:
                if reusable:
                    connection.idle_since = time.monotonic()
                    self._idle.append(connection)
                else:
                    connection.close()
        finally:
            self._room.release()

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> _Connection | None:
        # The one used last: the others grow old and are closed, so that the pool shrinks after a rush. Lists lock
        # themselves: another thread may only take the last one between the look and the pop.
        now = time.monotonic()
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if now - connection.idle_since < _IDLE_SECONDS and connection.quiet:
                return connection
            connection.close()

    def _opened(self, deadline: float) -> _Connection:
        plain = socket.create_connection(self._address, timeout=min(self._connect_seconds, _remaining(deadline)))
        try:
            return _Connection(plain, self._tls, self._address[0])
        except BaseException:
            plain.close()
            raise


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("storage gave no complete answer in time")
    return left
