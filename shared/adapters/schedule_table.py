"""Due work in Table storage: the ``Schedule`` port (docs/adr/0001, 0018).

PartitionKey ``{YYYYMMDDHHMM}:{shard}`` in UTC, RowKey ``{SSffffff}:{tenant}:{queue_id}``: the keys are the entry, and
sort by time. Reading what is due is a range over past keys, whatever waits in the future. Each moment of a message is
a row of its own: were two of one minute one row, ``done`` for the first would forget the second.

Shards keep a busy minute from being one partition, whose rate of writes storage bounds.
"""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.core.message.identity import MessageRef
from shared.ports import DueEntry
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from azure.data.tables import TableClient

SHARDS = 4
_MARKS = "mark"
"""Partition of the marks; sorts behind every year."""
_MARK_NAME = re.compile(r"[a-z0-9-]{1,100}")
_MINUTE = "%Y%m%d%H%M"
_WITHIN = "%S%f"


class TableSchedule:
    """``Schedule`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "schedule") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    def add(self, entry: DueEntry) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        from azure.core.exceptions import HttpResponseError

        partition, row = _keys(entry)

        def once() -> None:
            with storage_call("add a schedule entry"):
                try:
                    self._table.create_entity({"PartitionKey": partition, "RowKey": row})
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.EXISTS:
                        raise

        repeated(once, self._process.storage_timeout)

    def due(self, now: datetime, limit: int) -> tuple[DueEntry, ...]:
        """See the port. Oldest minute first; of a minute that ``limit`` cuts, any. Raises ``StorageUnavailable``."""
        now = now.astimezone(UTC)
        minute, second = now.strftime(_MINUTE), now.strftime(_WITHIN)
        # ";" follows ":" in the order of keys, so this takes in the entries of this very microsecond.
        present = f"PartitionKey ge '{minute}:' and PartitionKey lt '{minute};' and RowKey lt '{second};'"
        found = self._read(f"PartitionKey lt '{minute}'", limit)
        if len(found) < limit:
            found += self._read(present, limit - len(found))
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.ref)))

    def done(self, entry: DueEntry) -> None:
        """See the port. Another moment of the same message stays. Raises ``StorageUnavailable``."""
        partition, row = _keys(entry)

        def once() -> None:
            with storage_call("remove a schedule entry"):
                self._table.delete_entity(partition, row)

        repeated(once, self._process.storage_timeout)

    def read_mark(self, name: str) -> datetime | None:
        """See the port. Raises ``StorageUnavailable``."""
        from azure.core.exceptions import HttpResponseError

        key = _mark_key(name)

        def once() -> datetime | None:
            with storage_call("read a mark"):
                try:
                    row = self._table.get_entity(_MARKS, key)
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return None
            return datetime.fromisoformat(row["moment"])

        return repeated(once, self._process.storage_timeout)

    def write_mark(self, name: str, moment: datetime) -> None:
        """See the port: the last writer wins. Raises ``StorageUnavailable``."""
        from azure.data.tables import UpdateMode

        row = {"PartitionKey": _MARKS, "RowKey": _mark_key(name), "moment": moment.astimezone(UTC).isoformat()}

        def once() -> None:
            with storage_call("write a mark"):
                self._table.upsert_entity(row, mode=UpdateMode.REPLACE)

        repeated(once, self._process.storage_timeout)

    def _read(self, wanted: str, limit: int) -> list[DueEntry]:
        def rows() -> Iterator[Any]:
            pages = self._table.query_entities(
                wanted, results_per_page=min(limit, 1000), select=["PartitionKey", "RowKey"]
            )
            for count, row in enumerate(pages, 1):
                yield row
                if count == limit:
                    return

        def once() -> list[DueEntry]:
            with storage_call("read the schedule"):
                return [_entry(row["PartitionKey"], row["RowKey"]) for row in rows()]

        return repeated(once, self._process.storage_timeout) if limit > 0 else []


def _keys(entry: DueEntry) -> tuple[str, str]:
    at = entry.at.astimezone(UTC)
    shard = zlib.crc32(entry.ref.queue_id.encode()) % SHARDS
    return f"{at.strftime(_MINUTE)}:{shard}", f"{at.strftime(_WITHIN)}:{entry.ref.tenant_id}:{entry.ref.queue_id}"


def _entry(partition: str, row: str) -> DueEntry:
    within, tenant_id, queue_id = row.split(":")
    at = datetime.strptime(partition.split(":")[0] + within, _MINUTE + _WITHIN).replace(tzinfo=UTC)
    return DueEntry(MessageRef(tenant_id, queue_id), at)


def _mark_key(name: str) -> str:
    if not _MARK_NAME.fullmatch(name):
        raise ValueError("the name of a mark is made of a-z, 0-9 and -")
    return name
