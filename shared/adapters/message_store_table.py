"""State of messages in Table storage: the ``MessageStore`` port (stages 3 to 6).

One partition for each message and one entity-group transaction for each change, guarded by the ETag of ``a:state``
(docs/adr/0020). Nothing here is ever upserted.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.adapters import message_store_table_rows as rows
from shared.adapters.storage_errors import repeated, storage_call
from shared.adapters.storage_table import Mark, StorageTable, storage_table
from shared.adapters.storage_table_batch import Insert, Operation, Replace
from shared.adapters.storage_table_row import StoredRow
from shared.adapters.storage_transaction import commit_history, transact
from shared.core.hold.record import Change, Event, OutboxEntry
from shared.core.message.identity import TENANT_ID, MessageRef
from shared.core.replay.past_message import PastMessage
from shared.errors import Conflict, NotFound, PermanentError, StorageUnavailable
from shared.ports import Stored
from shared.settings import ProcessSettings

_PAGE = 500
"""Rows of one answer when many messages are read: about 1 MiB as they usually are, and 1,000 is the most (Azure)."""
_READS = 5
"""How often rows are read that do not fit together."""


@dataclass(frozen=True, slots=True)
class _StoredRow(Stored):
    """A record with the two columns of its state row that the next commit builds on."""

    commits: str = ""
    delivery: str = ""


class TableMessageStore:
    """``MessageStore`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "messages") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def create(self, change: Change) -> Stored | None:
        """See the port. Raises ``StorageUnavailable``, and ``PermanentError`` for a record too large for storage."""
        record = change.record
        commit, commits = commit_history("")
        operations: list[Operation] = [
            Insert(rows.state_row(record, commits, commit)),
            Insert(rows.fixed_row(record)),
            Insert(rows.delivery_row(record, commit)),
            *_inserts(change),
        ]
        done = transact(self._table, operations, commit, self._process.storage_timeout, "create a message's state")
        if done is None:
            return None
        return _StoredRow(record, done.etag, _in_order(change.outbox), commits, commit)

    def load(self, ref: MessageRef) -> Stored | None:
        """See the port. Raises ``StorageUnavailable``."""
        for tried in range(_READS):
            found = self._query(ref, "RowKey lt 'c'")
            if not found:
                return None
            if rows.fits_together(found):
                state = found[rows.STATE]
                outbox = (rows.read_outbox(row) for key, row in found.items() if key.startswith(rows.OUTBOX_PREFIX))
                record = rows.read_record(found)
                return _StoredRow(record, state.etag, tuple(outbox), state["commits"], state["delivery"])
            time.sleep(0.01 * 2**tried)
        raise StorageUnavailable(f"the rows of message {ref.queue_id} do not fit together")

    def commit(self, before: Stored, change: Change) -> Stored:
        """See the port. Raises ``Conflict``, ``StorageUnavailable``, and ``PermanentError`` for what cannot be stored.

        The envelope, reception, summary and decision of a message are written once: a change of them is refused.
        """
        if not isinstance(before, _StoredRow):
            raise TypeError("commit() continues what create(), load() or commit() of this store returned")
        record = change.record
        if record.ref != before.record.ref or not rows.same(before.record, record, rows.FIXED_FIELDS):
            raise PermanentError(f"message {before.record.ref.queue_id}: what it is and was judged to be cannot change")
        if not before.etag:  # others had already followed when it was stored
            raise Conflict(f"message {record.ref.queue_id} was changed by somebody else")
        commit, commits = commit_history(before.commits)
        redelivered = not rows.same(before.record, record, rows.DELIVERY_FIELDS)
        delivery = commit if redelivered else before.delivery
        operations: list[Operation] = [Replace(rows.state_row(record, commits, delivery), before.etag)]
        if redelivered:
            operations.append(Replace(rows.delivery_row(record, commit)))
        operations += _inserts(change)
        done = transact(self._table, operations, commit, self._process.storage_timeout, "commit a message's state")
        if done is None:
            raise Conflict(f"message {record.ref.queue_id} was changed by somebody else")
        return _StoredRow(record, done.etag, _in_order((*before.outbox, *change.outbox)), commits, delivery)

    def outbox_sent(self, ref: MessageRef, entries: Sequence[OutboxEntry]) -> None:
        """See the port. Raises ``StorageUnavailable``; entries before the failing one are forgotten then."""
        for entry in entries:
            self._delete(rows.partition_key(ref), rows.outbox_key(entry))

    def events(self, ref: MessageRef) -> tuple[Event, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        found = self._query(ref, "RowKey ge 'e:' and RowKey lt 'f'")
        return tuple(rows.read_event(row) for row in found.values())

    def judged(self, first: MessageRef, last: MessageRef) -> frozenset[MessageRef]:
        """See the port: the keys of up to 1,000 messages in one answer. Raises ``StorageUnavailable``."""

        def once() -> frozenset[MessageRef]:
            with storage_call("look which messages have a state"):
                found = self._table.rows(rows.states_filter(first, last), select=["PartitionKey"])
                return frozenset(rows.read_ref(row) for row in found)

        return repeated(once, self._process.storage_timeout)

    def recent(self, tenant_id: str, since: datetime, until: datetime, limit: int) -> Iterator[PastMessage]:
        """See the port. One row of each message is read. Raises ``NotFound``, ``StorageUnavailable``."""
        if not TENANT_ID.fullmatch(tenant_id):
            raise NotFound("not a tenant id")
        return self._recent(rows.past_filter(tenant_id, since, until), limit)

    def _recent(self, wanted: str, limit: int) -> Iterator[PastMessage]:
        mark: Mark | None = None
        while limit > 0:
            found, mark = self._page(wanted, mark)
            for past in map(rows.read_past, found):
                if past is not None:
                    yield past
                    limit -= 1
                    if limit == 0:
                        return
            if mark is None:
                return

    def _page(self, wanted: str, mark: Mark | None) -> tuple[list[StoredRow], Mark | None]:
        """The rows of one answer, which may be none, and the mark of what comes after; ``None`` at the end."""

        def once() -> tuple[list[StoredRow], Mark | None]:
            with storage_call("read past messages"):
                return self._table.page(wanted, most=_PAGE, mark=mark)

        return repeated(once, self._process.storage_timeout)

    def _query(self, ref: MessageRef, keys: str) -> dict[str, StoredRow]:
        """Rows of a message by key, in order. One request, unless the answer is longer than 1,000 rows or 4 MiB."""
        wanted = f"PartitionKey eq '{rows.partition_key(ref)}' and {keys}"

        def once() -> dict[str, StoredRow]:
            with storage_call("read a message's state"):
                return {row["RowKey"]: row for row in self._table.rows(wanted)}

        return repeated(once, self._process.storage_timeout)

    def _delete(self, partition: str, row: str) -> None:
        def once() -> None:
            with storage_call("forget an outbox entry"):
                self._table.remove(partition, row)

        repeated(once, self._process.storage_timeout)


def _in_order(entries: Iterable[OutboxEntry]) -> tuple[OutboxEntry, ...]:
    """Outbox entries in the order in which they are read."""
    return tuple(sorted(entries, key=rows.outbox_key))


def _inserts(change: Change) -> list[Operation]:
    ref = change.record.ref
    events: list[Operation] = [Insert(rows.event_row(ref, event)) for event in change.events]
    return events + [Insert(rows.outbox_row(ref, entry)) for entry in change.outbox]
