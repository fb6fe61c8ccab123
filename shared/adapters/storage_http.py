"""A small HTTP/1.1 client on asyncio for one storage endpoint: kept connections, one write for each request.

Used by the relay (stage receive). General clients spend more processor time on a small PUT than storage needs to carry
it out; what they can do besides (redirects, cookies, proxies, compression) storage never asks for. RFC 9112.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from shared.adapters.storage_http_answer import AnswerReader, BrokenConnection, Response

__all__ = ["BrokenConnection", "HttpPool", "Response"]
_IDLE_SECONDS = 30.0
"""A kept connection is not used after this: storage closes them after a minute or more, and closing crosses with use."""


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.idle_since = 0.0
        self._reader = AnswerReader()
        self._waiter: asyncio.Future[Response] | None = None

    # --- asyncio.Protocol ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # other event loops have transports of other classes

    def data_received(self, data: bytes) -> None:
        if self._waiter is None:
            self.close()  # nobody asked
            return
        try:
            response = self._reader.feed(data)
        except ValueError as error:
            self._fail(BrokenConnection(f"storage's answer is no HTTP: {error}"))
            return
        if response is not None:
            self._answer(response)

    def eof_received(self) -> None:
        self.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(BrokenConnection("storage closed the connection"), error)

    # --- one request ---

    @property
    def usable(self) -> bool:
        """Whether another request may be sent."""
        return self.transport is not None and not self.transport.is_closing()

    async def exchange(self, request: bytes, without_body: bool) -> Response:
        """Send and wait. Raises ``BrokenConnection``. Cancelled, the connection cannot be used any more."""
        if self.transport is None or self.transport.is_closing():
            raise BrokenConnection("the connection is closed")
        self._reader = AnswerReader(without_body=without_body)
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            self.transport.write(request)
            return await self._waiter
        except BaseException:
            self.close()
            raise
        finally:
            self._waiter = None

    def close(self) -> None:
        """Give it up at once: what is not sent yet is not worth waiting for."""
        if self.transport is not None:
            self.transport.abort()
            self.transport = None

    def _answer(self, response: Response) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(response)
        if self._reader.surplus or response.headers.get("connection", "").lower() == "close":
            self.close()

    def _fail(self, failure: Exception, cause: Exception | None = None) -> None:
        failure.__cause__ = cause
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(failure)
        self.close()


class HttpPool:
    """Connections to one host. Belongs to one event loop."""

    def __init__(self, host: str, port: int, *, tls: bool, connections: int) -> None:
        self._address = (host, port)
        self._tls = ssl.create_default_context() if tls else None
        self._idle: list[_Connection] = []
        self._room = asyncio.Semaphore(connections)

    async def exchange(self, request: bytes, *, without_body: bool = False) -> Response:
        """Send a complete request, return its answer; ``without_body``: it is a HEAD. Raises ``OSError``.

        Where a kept connection turns out to be dead, the request is not repeated: only the caller knows if it may be.
        """
        loop = asyncio.get_running_loop()
        async with self._room:
            connection = self._kept(loop.time())
            if connection is None:
                host, port = self._address
                _, connection = await loop.create_connection(_Connection, host, port, ssl=self._tls)
            try:
                return await connection.exchange(request, without_body)
            finally:
                if connection.usable:
                    connection.idle_since = loop.time()
                    self._idle.append(connection)

    def close(self) -> None:
        """Close the idle connections; those in use close when they are done."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self, now: float) -> _Connection | None:
        # The one used last: the others grow old and are closed, so that the pool shrinks after a rush.
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and now - connection.idle_since < _IDLE_SECONDS:
                return connection
            connection.close()
        return None
