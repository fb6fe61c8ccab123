"""``FakeMessageStore``: the ``MessageStore`` port in memory, held to the same tests as the one in Table storage."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.hold.record import Change, Event, MessageRecord, OutboxEntry
from shared.core.message.identity import TENANT_ID, MessageRef
from shared.core.replay.past_message import PastMessage
from shared.errors import Conflict, NotFound, PermanentError
from shared.ports import Stored
from tests.fakes.trouble import Trouble


@dataclass
class _Partition:
    record: MessageRecord
    etag: str
    outbox: dict[tuple[int, str], OutboxEntry] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)


class FakeMessageStore:
    """Methods for ``trouble``: ``create``, ``load``, ``commit``, ``outbox_sent``, ``events``, ``judged``, ``recent``."""

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

    def erase(self, stored: Stored) -> bool:
        """Take a message away if it is as it was loaded."""
        with self._lock:
            partition = self._partitions.get(stored.record.ref)
            if partition is None or partition.etag != stored.etag:
                return False
            del self._partitions[stored.record.ref]
            return True

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

    def judged(self, first: MessageRef, last: MessageRef) -> frozenset[MessageRef]:
        """See the port."""
        with self.trouble.around("judged"), self._lock:
            return frozenset(ref for ref in self._partitions if first <= ref <= last)

    def recent(self, tenant_id: str, since: datetime, until: datetime, limit: int) -> Iterator[PastMessage]:
        """See the port."""
        if not TENANT_ID.fullmatch(tenant_id):
            raise NotFound("not a tenant id")
        with self.trouble.around("recent"), self._lock:
            records = sorted((partition.record for partition in self._partitions.values()), key=lambda one: one.ref)
        first, end = since.replace(microsecond=since.microsecond // 1000 * 1000), until
        end = end.replace(microsecond=end.microsecond // 1000 * 1000)
        found = (
            PastMessage(one.ref, one.envelope, one.reception, one.summary, one.decision, one.created_at)
            for one in records
            if one.ref.tenant_id == tenant_id and not one.own and first <= one.ref.received_at < end
        )
        return itertools.islice(found, max(limit, 0))

    def _next_etag(self) -> str:
        return f"fake-{next(self._etags)}"


def _write(partition: _Partition, change: Change) -> None:
    for event in change.events:
        assert event.number not in partition.events, "an event is written once"
        partition.events[event.number] = event
    for entry in change.outbox:
        partition.outbox[entry.number, entry.kind.value] = entry
