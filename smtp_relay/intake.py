"""Takes the content of one message from the connection into the spool. Stage receive: its heart.

Nothing is stored before the real end of a message that may be stored; whatever goes wrong before, the spool writer is
told by an exception and commits nothing. What follows the message on the connection is left for the command loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.errors import StorageUnavailable
from shared.ports_relay import Spooled
from smtp_relay import replies
from smtp_relay.data_reader import DataReader
from smtp_relay.exchange_header import LONGEST_HEADER, end_of_header, ends_plainly
from smtp_relay.paths import Refused
from smtp_relay.session import Hangup

if TYPE_CHECKING:
    from smtp_relay.relay import Relay
    from smtp_relay.session import Session

_BLOCK_BYTES = 1024 * 1024
"""More than a stream ever buffers, so that a read takes all there is."""


Attribution = str | Callable[[bytes], str]
"""The tenant, or what tells it from a message's header section; that raises ``Refused`` where the message is nobody's."""


class ClientGone(ConnectionError):
    """The connection ended inside a message."""


class Intake:
    """The content of one message: an asynchronous stream of its bytes, within the limits."""

    def __init__(self, session: Session, bound: asyncio.Timeout) -> None:
        self.size = 0
        self._session = session
        self._configuration = session.relay.configuration
        self._bound: asyncio.Timeout | None = bound
        self._data = DataReader()
        self._end = time.monotonic() + self._configuration.data_seconds
        self._window_end = 0.0
        self._window_bytes = 0
        self._ahead = b""

    @property
    def finished(self) -> bool:
        """Whether the end of the message has come."""
        return self._data.finished

    async def header(self) -> bytes:
        """The header section, read ahead of ``chunks``; one that is too long is cut off. Raises ``ClientGone``.

        Nothing of one whose end servers would not agree about: below it may stand what the sending server has written.
        """
        ahead = bytearray()
        while (end := end_of_header(ahead)) < 0 and len(ahead) < LONGEST_HEADER and not self._data.finished:
            ahead += await self._next()
        self._ahead = bytes(ahead)
        if end > 0 and not ends_plainly(self._ahead, end):
            return b""
        return self._ahead if end < 0 else self._ahead[:end]

    async def chunks(self) -> AsyncIterator[bytes]:
        """The message's bytes as they come; ends where the message ends.

        Raises ``Refused`` at its end where it is too large or ambiguous, and ``ClientGone``.
        """
        if self._ahead:
            await self._check()
            ahead, self._ahead = self._ahead, b""
            yield ahead
        while not self._data.finished:
            content = await self._next()
            await self._check()
            if content:
                yield content

    async def _check(self) -> None:
        if self.size > self._configuration.size or self._data.ambiguous:
            await self.drain()
            raise Refused(replies.AMBIGUOUS_LINES if self._data.ambiguous else replies.TOO_LARGE)

    async def drain(self) -> None:
        """Read to the message's end and forget what comes, so that it is not taken for commands."""
        self._bound = None  # nothing will be stored any more, so nothing has to be stored in time
        while not self._data.finished:
            await self._next()
            if self.size > 2 * self._configuration.size:
                self._session.last_word(replies.TOO_LARGE, "endless message")

    async def _next(self) -> bytes:
        block = await self._read()
        if not block:
            raise ClientGone("connection ended inside a message")
        content = self._data.feed(block)
        self.size += len(content)
        self._window_bytes += len(block)
        if self._data.finished:
            self._session.give_back(self._data.rest)
            if self._bound is not None:
                self._bound.reschedule(asyncio.get_running_loop().time() + self._configuration.commit_seconds)
        return content

    async def _read(self) -> bytes:
        session = self._session
        now = time.monotonic()
        if self._window_bytes >= self._configuration.data_progress or not self._window_end:
            self._window_bytes = 0
            self._window_end = now + self._configuration.data_pause_seconds
        # The clock runs only while it is the client's turn: a slow storage is not the client's fault.
        session.wait_at_most(min(self._window_end, self._end) - now)
        block: bytes = await session._reader.read(_BLOCK_BYTES)
        session.wait_at_most(None)
        return block


async def receive(
    relay: Relay,
    session: Session,
    queue_id: str,
    attribution: Attribution,
    envelope: Envelope,
    reception: Reception,
) -> str:
    """Take one message in; return the reply. ``250`` is returned only after the spool has it."""
    tenant_id = attribution if isinstance(attribution, str) else ""
    started = time.monotonic()
    outcome = "lost"
    bound = asyncio.timeout(None)
    intake = Intake(session, bound)
    try:
        try:
            async with bound:
                if not isinstance(attribution, str):
                    tenant_id = await _ask(attribution, intake)
                message = Spooled(MessageRef(tenant_id, queue_id), envelope, reception)
                stored = await relay.writer.write(message, intake.chunks())
            if not intake.finished or stored != intake.size:
                raise StorageUnavailable(f"{stored} of {intake.size} bytes were stored")
        except Refused as refusal:
            outcome = "deferred" if refusal.reply[0] == "4" else "refused"
            if tenant_id:  # whoever found no tenant has counted it
                relay.counters.refused["message"] += 1
            relay.valve.given_up()
            return refusal.reply
        except (ClientGone, Hangup, asyncio.CancelledError):
            relay.valve.given_up()
            raise
        except Exception as error:
            outcome = "storage"
            relay.log.write("error", session=session.id, queue_id=queue_id, kind=type(error).__name__, cause=str(error))
            relay.counters.deferred["storage"] += 1
            relay.valve.not_stored()
            await intake.drain()
            return replies.TEMPORARY
        outcome = "queued"
        session.messages += 1
        relay.counters.accepted += 1
        relay.counters.accepted_bytes += intake.size
        relay.valve.stored()
        return replies.queued(queue_id)
    finally:
        relay.log.write(
            "message",
            queue_id=queue_id,
            session=session.id,
            tenant=tenant_id,
            peer=session.peer,
            size=intake.size,
            recipients=len(envelope.recipients),
            outcome=outcome,
            ms=round((time.monotonic() - started) * 1000),
        )
        relay.telemetry.message(tenant_id, outcome)


async def _ask(tell: Callable[[bytes], str], intake: Intake) -> str:
    header = await intake.header()
    try:
        return tell(header)
    except Refused:
        await intake.drain()
        raise
