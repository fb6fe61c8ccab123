"""The relay's health over HTTP: ``/livez`` and ``/readyz`` (also ``/healthz``). Stage receive.

``/livez`` is 200 as long as the process answers: restarting it helps against nothing else. ``/readyz`` is 200 while the
relay listens and storage answers, else 503. A relay that defers mail for a backlog is ready: it says so by SMTP, and
without one that listens, clients would learn less.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtp_relay.relay import Relay

_ANSWER_LASTS_SECONDS = 1.0
_LONGEST_REQUEST = 8192
_REQUEST_SECONDS = 5.0
_PATHS = frozenset({b"/livez", b"/readyz", b"/healthz"})


class Health:
    """A very small HTTP server. It asks storage at most once a second, however often it is asked."""

    def __init__(self, relay: Relay, is_listening: Callable[[], bool]) -> None:
        self._relay = relay
        self._is_listening = is_listening
        self._server: asyncio.Server | None = None
        self._asking = asyncio.Lock()
        self._asked = float("-inf")
        self._storage_answers = False

    @property
    def port(self) -> int:
        """Where it listens; -1 where it does not."""
        return -1 if self._server is None else int(self._server.sockets[0].getsockname()[1])

    async def start(self, host: str, port: int) -> None:
        """Listen; below 0 do nothing."""
        if port >= 0:
            self._server = await asyncio.start_server(self._answer, host, port, limit=_LONGEST_REQUEST)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def healthy(self) -> bool:
        """Whether messages can be taken in."""
        if not self._is_listening():
            return False
        async with self._asking:
            if time.monotonic() - self._asked > _ANSWER_LASTS_SECONDS:
                self._storage_answers = await self._relay.writer.ready()
                self._asked = time.monotonic()
        return self._storage_answers

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            method, _, rest = head.partition(b" ")
            path = rest.partition(b" ")[0]
            if method not in {b"GET", b"HEAD"} or path not in _PATHS:
                status, text = "404 Not Found", b"not found\n"
            elif path == b"/livez" or await self.healthy():
                status, text = "200 OK", b"ok\n"
            else:
                status, text = "503 Service Unavailable", b"unavailable\n"
            lines = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            writer.write(lines.encode() + (b"" if method == b"HEAD" else text))
            await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked went away or did not ask properly
        finally:
            writer.close()
