"""Bytes both ways between two connections, until one of them ends or both are silent. Part of the egress proxy."""

from __future__ import annotations

import asyncio
import ssl

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_BLOCK = 64 * 1024
_LAST_WORDS_SECONDS = 5.0
"""How long the other direction may go on when one has ended: a pair that is half open serves nobody."""


class Tunnel:
    """``sent`` and ``received`` are the bytes from and to the first of the pair."""

    def __init__(self, inside: Pair, outside: Pair, silent_seconds: float) -> None:
        self._inside = inside
        self._outside = outside
        self._silent = silent_seconds
        self._last = 0.0
        self.sent = 0
        self.received = 0

    async def run(self) -> None:
        """Until it is over. The caller closes both."""
        self._last = asyncio.get_running_loop().time()
        up = asyncio.create_task(self._copy(self._inside[0], self._outside[1], outwards=True))
        down = asyncio.create_task(self._copy(self._outside[0], self._inside[1], outwards=False))
        try:
            await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait((up, down), timeout=_LAST_WORDS_SECONDS)
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outwards: bool) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    async with asyncio.timeout(self._silent):
                        block = await reader.read(_BLOCK)
                except TimeoutError:
                    if loop.time() - self._last >= self._silent:
                        return
                    continue  # the other direction is at work
                if not block:
                    break
                self._last = loop.time()
                if outwards:
                    self.sent += len(block)
                else:
                    self.received += len(block)
                writer.write(block)
                async with asyncio.timeout(self._silent):
                    await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
            else:
                writer.close()  # TLS knows no half-closed connections
        except (ConnectionError, ssl.SSLError, TimeoutError):
            pass  # one side is gone; the other one follows
