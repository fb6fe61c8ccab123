"""``FakeSpool``: both sides of the spool, ``SpoolWriter`` and ``Spool``, in memory."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from shared.adapters.spool_blob_format import variant_blob_name
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, NotFound, StorageUnavailable
from shared.ports import Clock, Content, SpoolEntry
from shared.ports_relay import Spooled
from tests.fakes.trouble import Trouble


class FakeSpool:
    """Methods for ``trouble``: ``write``, ``describe``, ``content``, ``write_outgoing``, ``submit``,
    ``committed_since``.

    ``down`` makes ``ready`` say no; ``keep`` puts a message in without asyncio.
    """

    def __init__(self, clock: Clock) -> None:
        self.trouble = Trouble()
        self.down = False
        self._clock = clock
        self._lock = threading.Lock()
        self._messages: dict[MessageRef, tuple[Spooled, bytes, datetime]] = {}
        self._outgoing: dict[MessageRef, bytes] = {}
        self._variants: dict[str, bytes] = {}

    # --- SpoolWriter ---

    async def write(self, message: Spooled, chunks: AsyncIterator[bytes]) -> int:
        """See the port."""
        data = b"".join([chunk async for chunk in chunks])
        with self.trouble.around("write"):
            self.keep(message, data)
        return len(data)

    async def ready(self) -> bool:
        """See the port."""
        return not self.down

    def keep(self, message: Spooled, data: bytes) -> None:
        """Commit a message now. Raises ``StorageUnavailable`` where there is one of that name."""
        sized = replace(message, reception=replace(message.reception, size=len(data)))
        with self._lock:
            if message.ref in self._messages:
                raise StorageUnavailable("a message of that name is stored already")
            self._messages[message.ref] = (sized, data, self._clock.now())

    def lose(self, ref: MessageRef) -> None:
        """Take a message away, as retention does."""
        with self._lock:
            self._messages.pop(ref, None)
            self._outgoing.pop(ref, None)

    def stored(self) -> tuple[tuple[str, str, int], ...]:
        """Container, name and size of every blob."""
        with self._lock:
            found = [("spool", ref.blob_name, len(data)) for ref, (_, data, _) in self._messages.items()]
            found += [("outgoing", ref.blob_name, len(data)) for ref, data in self._outgoing.items()]
            found += [("outgoing", name, len(data)) for name, data in self._variants.items()]
            return tuple(sorted(found))

    def erase(self, container: str, name: str) -> None:
        """Delete a blob; no error where there is none."""
        with self._lock:
            kept: dict[MessageRef, object] = self._messages if container == "spool" else self._outgoing  # type: ignore[assignment]  # keys alone count
            for ref in [ref for ref in kept if ref.blob_name == name]:
                del kept[ref]
            if container == "outgoing":
                self._variants.pop(name, None)

    @property
    def refs(self) -> tuple[MessageRef, ...]:
        """All committed messages, by queue id."""
        with self._lock:
            return tuple(sorted(self._messages, key=lambda ref: ref.queue_id))

    @property
    def outgoing(self) -> dict[MessageRef, bytes]:
        """What Matta wrote so far."""
        with self._lock:
            return dict(self._outgoing)

    # --- Spool ---

    def describe(self, ref: MessageRef) -> Spooled | None:
        """See the port."""
        with self.trouble.around("describe"), self._lock:
            found = self._messages.get(ref)
            return None if found is None else found[0]

    def open(self, ref: MessageRef) -> tuple[Spooled, Content] | None:
        """See the port. Troubles are those of ``describe`` and ``content``."""
        described = self.describe(ref)
        return None if described is None else (described, self.content("spool", ref))

    def content(self, source: str, ref: MessageRef, blob: str = "") -> Content:
        """See the port."""
        with self.trouble.around("content"), self._lock:
            if source == "spool":
                data = self._messages[ref][1] if ref in self._messages else None
            elif source == "outgoing":
                data = self._outgoing.get(ref)
            elif source == "variant":
                data = self._variants.get(variant_blob_name(ref, blob))
            else:
                raise ValueError("the source is spool, outgoing or variant")
        if data is None:
            raise NotFound("no such blob")
        # In two pieces, so that nobody relies on getting everything at once.
        middle = len(data) // 2
        return Content(len(data), lambda: iter([piece for piece in (data[:middle], data[middle:]) if piece]))

    def write_variant(self, ref: MessageRef, blob: str, chunks: Iterable[bytes]) -> int:
        """See the port."""
        name = variant_blob_name(ref, blob)
        data = b"".join(chunks)
        with self.trouble.around("write_variant"), self._lock:
            if name in self._variants:
                raise Conflict("an outgoing form of that name is stored already")
            self._variants[name] = data
        return len(data)

    def write_outgoing(self, ref: MessageRef, data: bytes) -> bytes:
        """See the port."""
        with self.trouble.around("write_outgoing"), self._lock:
            return self._outgoing.setdefault(ref, data)

    def submit(self, message: Spooled, data: bytes) -> None:
        """See the port."""
        with self.trouble.around("submit"):
            with self._lock:
                if message.ref in self._messages:
                    raise Conflict("a message of that name is in the spool already")
            self.keep(message, data)

    def committed_since(self, since: datetime, until: datetime) -> Iterator[SpoolEntry]:
        """See the port."""
        with self.trouble.around("committed_since"), self._lock:
            entries = [SpoolEntry(ref, at) for ref, (_, _, at) in self._messages.items() if since < at <= until]
        yield from sorted(entries, key=lambda entry: entry.ref.queue_id)
