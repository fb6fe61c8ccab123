"""Notes about messages that do not move on, in Table storage: the ``StuckNotes`` port.

One partition, RowKey ``{queue_id}:{tenant}``: queue ids sort by time, so the oldest message comes first. Rows are few, or
something is very wrong; then what one partition takes (2,000 writes a second) is still far above the rate of attempts
that are noted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

from shared.adapters.storage_errors import repeated, storage_call
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_row import StoredRow
from shared.core.message.identity import MessageRef
from shared.ports_operator import StuckKind, StuckNote
from shared.settings import ProcessSettings

_PARTITION = "stuck"
_MOST = 1000


class TableStuckNotes:
    """``StuckNotes`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "stuck") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def put(self, note: StuckNote) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        row = {
            "PartitionKey": _PARTITION,
            "RowKey": _key(note.ref),
            "kind": note.kind.value,
            "since": note.since.astimezone(UTC).isoformat(),
            "attempts": note.attempts,
            "code": note.code,
            "status": note.status,
            "server": note.server,
        }

        def once() -> None:
            with storage_call("note a stuck message"):
                self._table.put(row)

        repeated(once, self._process.storage_timeout)

    def remove(self, ref: MessageRef) -> None:
        """See the port. Raises ``StorageUnavailable``."""

        def once() -> None:
            with storage_call("forget a stuck message"):
                self._table.remove(_PARTITION, _key(ref))

        repeated(once, self._process.storage_timeout)

    def oldest(self, limit: int, after: MessageRef | None = None) -> tuple[StuckNote, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        wanted = f"PartitionKey eq '{_PARTITION}'"
        if after is not None:
            wanted += f" and RowKey gt '{_key(after)}'"

        def once() -> tuple[StuckNote, ...]:
            with storage_call("read stuck messages"):
                most = min(limit, _MOST)
                return tuple(_note(row) for row in islice(self._table.rows(wanted, most=most), most))

        return repeated(once, self._process.storage_timeout)


def _key(ref: MessageRef) -> str:
    return f"{ref.queue_id}:{ref.tenant_id}"


def _note(row: StoredRow) -> StuckNote:
    queue_id, tenant_id = str(row["RowKey"]).split(":", 1)
    return StuckNote(
        MessageRef(tenant_id, queue_id),
        StuckKind(str(row["kind"])),
        datetime.fromisoformat(str(row["since"])),
        int(str(row["attempts"])),
        int(str(row["code"])),
        str(row["status"]),
        str(row["server"]),
    )
