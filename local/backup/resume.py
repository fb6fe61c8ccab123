"""Messages that are not at their end after a restoration: list them, and let those go on that somebody chose. Local tooling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.adapters.message_store_table_rows import OUTBOX_PREFIX, STATE, read_ref
from shared.adapters.storage_errors import repeated, storage_call
from shared.adapters.storage_table import Mark, storage_table
from shared.adapters.storage_table_row import StoredRow
from shared.app import App
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.ports import DueEntry
from shared.settings import ProcessSettings

OWED = "owed"
"""In place of a state: the message is at its end, and somebody is still to be told."""


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message that would have moved on. ``state`` is its state, or ``OWED``."""

    ref: MessageRef
    state: str
    changed_at: datetime | None


def open_messages(process: ProcessSettings) -> Iterator[OpenMessage]:
    """All of them, by tenant and time. Reads two columns of every state. Raises ``TemporaryError``."""
    columns = ["PartitionKey", "RowKey", "state", "changed_at"]
    ends = f"(RowKey eq '{STATE}' or (RowKey ge '{OUTBOX_PREFIX}' and RowKey lt 'b;'))"
    last: OpenMessage | None = None
    for row in _rows(process, f"PartitionKey ge '' and {ends}", columns):
        ref = read_ref(row)
        if row["RowKey"] == STATE:
            if last is not None:
                yield last
            found = OpenMessage(ref, str(row["state"]), row.get("changed_at"))
            last = None if State(found.state).is_final else found
        elif last is None or last.ref != ref:
            if last is not None:
                yield last
            last = OpenMessage(ref, OWED, None)
    if last is not None:
        yield last


def resume(app: App, refs: Iterator[MessageRef]) -> int:
    """Note each to be looked at now: the timer does what is due. How many. Raises ``TemporaryError``."""
    now, count = app.clock.now(), 0
    for ref in refs:
        app.schedule.add(DueEntry(ref, now))
        count += 1
    return count


def _rows(process: ProcessSettings, wanted: str, columns: list[str]) -> Iterator[StoredRow]:
    mark: Mark | None = None
    while True:
        found, mark = _page(process, wanted, columns, mark)
        yield from found
        if mark is None:
            return


def _page(
    process: ProcessSettings, wanted: str, columns: list[str], mark: Mark | None
) -> tuple[list[StoredRow], Mark | None]:
    def once() -> tuple[list[StoredRow], Mark | None]:
        with storage_call("look for open messages"):
            return storage_table(process, "messages").page(wanted, select=columns, mark=mark)

    return repeated(once, process.storage_timeout)
