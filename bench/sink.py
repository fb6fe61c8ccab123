"""A next hop that takes everything, keeps nothing and notes when each message was complete: for both sides of a benchmark.

It speaks as much SMTP as delivery agents need (EHLO with PIPELINING, 8BITMIME and SMTPUTF8) and costs next to nothing,
so that what is measured is what stands before it. Messages are told apart by their Message-ID.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from types import TracebackType

from local.server_thread import ServerThread

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^>\r\n]*)>", re.IGNORECASE | re.MULTILINE)
_HELLO = b"250-sink.localhost\r\n250-PIPELINING\r\n250-SIZE 200000000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_HEAD_BYTES = 1 << 14
_LARGEST_MESSAGE = 200_000_000


class Sink:
    """Listens on 127.0.0.1 on a free port while the ``with`` block lasts."""

    def __init__(self) -> None:
        self.port = 0
        self._thread = ServerThread("sink")
        self._changed = threading.Condition()
        self._at: dict[str, float] = {}
        self._count = 0

    @property
    def count(self) -> int:
        """Messages received so far, copies included."""
        return self._count

    def received_at(self, message_id: str) -> float | None:
        """When the message was first complete, on the clock of ``time.perf_counter``."""
        return self._at.get(message_id)

    def wait_for(self, message_id: str, timeout_seconds: float) -> float:
        """``received_at``, once it is there. Raises ``TimeoutError``."""
        with self._changed:
            if not self._changed.wait_for(lambda: message_id in self._at, timeout_seconds):
                raise TimeoutError(f"message {message_id} did not arrive within {timeout_seconds} s")
            return self._at[message_id]

    def wait_count(self, count: int, timeout_seconds: float) -> None:
        """Block until ``count`` messages came in all. Raises ``TimeoutError``."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._count >= count, timeout_seconds):
                raise TimeoutError(f"{self._count} of {count} messages arrived within {timeout_seconds} s")

    def _note(self, head: bytes) -> None:
        now = time.perf_counter()
        found = _MESSAGE_ID.search(head)
        with self._changed:
            self._count += 1
            if found:
                self._at.setdefault(found.group(1).decode("ascii", "replace"), now)
            self._changed.notify_all()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 sink.localhost ESMTP\r\n")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb in (b"EHLO", b"HELO"):
                    writer.write(_HELLO if verb == b"EHLO" else b"250 sink.localhost\r\n")
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    # Clients that pipeline send QUIT right behind the end of data, so exactly up to it is read.
                    data = await reader.readuntil(b"\r\n.\r\n")
                    self._note(data[:_HEAD_BYTES])
                    writer.write(b"250 2.0.0 taken\r\n")
                elif verb == b"QUIT":
                    writer.write(b"221 2.0.0 bye\r\n")
                    await writer.drain()
                    return
                else:
                    writer.write(b"250 2.0.0 ok\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def __enter__(self) -> Sink:
        self.port = self._thread.start(
            asyncio.start_server(self._session, "127.0.0.1", 0, limit=_LARGEST_MESSAGE, backlog=256)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.stop()
