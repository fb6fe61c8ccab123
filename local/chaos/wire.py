"""``Wire``: a TCP proxy before a part, which slows, cuts, halves or answers in its place. Local tooling; no stage of the mail flow.

It runs in a thread of its own. One fault at a time is in force; setting it takes effect on open connections, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass
from types import TracebackType

from local.server_thread import ServerThread

_BLOCK = 64 * 1024
_METHODS = (b"GET ", b"PUT ", b"POST ", b"DELETE ", b"HEAD ", b"MERGE ", b"PATCH ")
_NOISE = b"\x00\xff\x13%&/ this is no answer \xfe\xfe\r\n\x01"
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class WireFault:
    """``kind``: ``slow`` (``amount`` bytes a second), ``cut`` (each connection after ``amount`` more bytes), ``refuse``,
    ``answer`` (``amount`` is an HTTP status), ``garbage``, ``half-close`` (the answer ends before it began).
    """

    kind: str
    amount: int = 0


class _Connection:
    """One client's connection and ours to the part behind."""

    def __init__(self, wire: Wire, client: asyncio.StreamWriter, part: asyncio.StreamWriter) -> None:
        self.wire = wire
        self.client = client
        self.part = part
        self.fault: WireFault | None = None
        self.bytes = 0

    def abort(self) -> None:
        """As a cable that is pulled: both sides see a reset."""
        for writer in (self.client, self.part):
            connected = writer.get_extra_info("socket")
            with contextlib.suppress(OSError, AttributeError):
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def pump(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        """Pass on until the end of this direction."""
        upwards = to is self.part
        while block := await reader.read(_BLOCK):
            fault = self.wire.fault
            if fault is not self.fault:
                self.fault, self.bytes = fault, 0
            if fault is None:
                to.write(block)
            elif not await self._suffer(fault, block, to, upwards=upwards):
                return
            await to.drain()
        if to.can_write_eof():
            to.write_eof()

    async def _suffer(self, fault: WireFault, block: bytes, to: asyncio.StreamWriter, *, upwards: bool) -> bool:
        """Whether the connection lives on."""
        self.bytes += len(block)
        if fault.kind == "slow":
            for start in range(0, len(block), 2048):
                piece = block[start : start + 2048]
                if self.wire.fault is fault:
                    await asyncio.sleep(len(piece) / fault.amount)
                to.write(piece)
                await to.drain()
            return True
        if fault.kind == "cut" and self.bytes > fault.amount:
            to.write(block[: max(len(block) - (self.bytes - fault.amount), 0)])
            await asyncio.sleep(0.01)  # what came before the cut arrives
            self.abort()
            return False
        if fault.kind == "answer" and upwards and block.startswith(_METHODS):
            self.client.write(
                f"HTTP/1.1 {fault.amount} Chaos\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            await self._leave()
            return False
        if fault.kind == "garbage" and not upwards:
            self.client.write(_NOISE)
            await self._leave()
            return False
        if fault.kind == "half-close" and not upwards:
            if self.client.can_write_eof():
                self.client.write_eof()
            await asyncio.sleep(0.5)
            self.abort()
            return False
        to.write(block)
        return True

    async def _leave(self) -> None:
        """Close after what was written has gone."""
        with contextlib.suppress(ConnectionError):
            await self.client.drain()
        self.client.close()
        self.part.close()


class Wire:
    """Passes on connections to ``upstream`` (a port of 127.0.0.1) while the ``with`` block lasts."""

    def __init__(self, upstream: int) -> None:
        self.port = 0
        self.fault: WireFault | None = None
        """What is wrong at this moment. Set it by ``strike`` and ``heal``."""
        self._upstream = upstream
        self._thread = ServerThread(f"wire-{upstream}")
        self._connections: set[_Connection] = set()

    def strike(self, fault: WireFault) -> None:
        """Go wrong from now on. ``refuse`` also resets what is open."""
        self.fault = fault
        if fault.kind == "refuse":
            self._thread.loop.call_soon_threadsafe(self._abort_all)

    def heal(self) -> None:
        """Be a good wire again."""
        self.fault = None

    def _abort_all(self) -> None:
        for connection in list(self._connections):
            connection.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        if fault is not None and fault.kind == "refuse":
            writer.transport.abort()
            return
        try:
            part_reader, part = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        for side in (writer, part):
            with contextlib.suppress(OSError, AttributeError):
                side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(self, writer, part)
        self._connections.add(connection)
        try:
            await asyncio.gather(connection.pump(reader, part), connection.pump(part_reader, writer))
        except (OSError, RuntimeError):  # RuntimeError: writing to a transport that is closing
            connection.abort()
        finally:
            self._connections.discard(connection)
            for side in (writer, part):
                side.close()

    def __enter__(self) -> Wire:
        self.port = self._thread.start(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.stop()
