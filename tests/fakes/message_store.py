"""``FakeMessageStore``: the ``MessageStore`` port in memory, held to the same tests as the one in Table storage."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.core.hold.record import Change, Event, MessageRecord, OutboxEntry
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, PermanentError
from shared.ports import Stored
from tests.fakes.trouble import Trouble


@dataclass
class _Partition:
    record: MessageRecord
    etag: str
    outbox: dict[tuple[int, str], OutboxEntry] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)


class FakeMessageStore:
    """Methods for ``trouble``: ``create``, ``load``, ``commit``, ``outbox_sent``, ``events``."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._etags = itertools.count(1)
        self._partitions: dict[MessageRef, _Partition] = {}

    @property
    def refs(self) -> tuple[MessageRef, ...]:
        """Every message that has a state."""
        with self._lock:
            return tuple(self._partitions)

    def create(self, change: Change) -> Stored | None:
        """See the port."""
        with self.trouble.around("create"), self._lock:
            ref = change.record.ref
            if ref in self._partitions:
                return None
            partition = _Partition(change.record, self._next_etag())
            self._partitions[ref] = partition
            _write(partition, change)
            return Stored(change.record, partition.etag, change.outbox)

    def load(self, ref: MessageRef) -> Stored | None:
        """See the port."""
        with self.trouble.around("load"), self._lock:
            partition = self._partitions.get(ref)
            if partition is None:
                return None
            outbox = tuple(partition.outbox[key] for key in sorted(partition.outbox))
            return Stored(partition.record, partition.etag, outbox)

    def commit(self, before: Stored, change: Change) -> Stored:
        """See the port."""
        with self.trouble.around("commit"), self._lock:
            ref = before.record.ref
            for name in ("ref", "envelope", "reception", "summary", "decision"):
                if getattr(before.record, name) != getattr(change.record, name):
                    raise PermanentError(f"{name} of a message cannot change")
            partition = self._partitions.get(ref)
            if partition is None or partition.etag != before.etag:
                raise Conflict(f"message {ref.queue_id} was changed by somebody else")
            partition.record = change.record
            partition.etag = self._next_etag()
            _write(partition, change)
            return Stored(change.record, partition.etag, (*before.outbox, *change.outbox))

    def outbox_sent(self, ref: MessageRef, entries: Sequence[OutboxEntry]) -> None:
        """See the port."""
        with self.trouble.around("outbox_sent"), self._lock:
            partition = self._partitions.get(ref)
            if partition is not None:
                for entry in entries:
                    partition.outbox.pop((entry.number, entry.kind.value), None)

    def events(self, ref: MessageRef) -> tuple[Event, ...]:
        """See the port."""
        with self.trouble.around("events"), self._lock:
            partition = self._partitions.get(ref)
            return () if partition is None else tuple(partition.events[number] for number in sorted(partition.events))

    def _next_etag(self) -> str:
        return f"fake-{next(self._etags)}"


def _write(partition: _Partition, change: Change) -> None:
    for event in change.events:
        assert event.number not in partition.events, "an event is written once"
        partition.events[event.number] = event
    for entry in change.outbox:
        partition.outbox[entry.number, entry.kind.value] = entry
