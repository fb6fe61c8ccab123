"""Due work in Table storage: the ``Schedule`` port (docs/adr/0001, 0018).

PartitionKey ``{YYYYMMDDHHMM}:{shard}`` in UTC, RowKey ``{SSffffff}:{tenant}:{queue_id}``: the keys are the entry, and
sort by time. Reading what is due is a range over past keys, whatever waits in the future. Each moment of a message is
a row of its own: were two of one minute one row, ``done`` for the first would forget the second.

Shards keep a busy minute from being one partition, whose rate of writes storage bounds.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice

from shared.adapters.storage_errors import RefusedRequest, Verdict, repeated, storage_call, verdict
from shared.adapters.storage_table import Mark, StorageTable, storage_table
from shared.core.message.identity import MessageRef
from shared.ports import DueEntry
from shared.settings import ProcessSettings

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
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def add(self, entry: DueEntry) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        partition, row = _keys(entry)

        def once() -> None:
            with storage_call("add a schedule entry"):
                try:
                    self._table.insert({"PartitionKey": partition, "RowKey": row})
                except RefusedRequest as error:
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

    def all_due(self, now: datetime) -> Iterator[DueEntry]:
        """See the port: a minute's shards one after the other. Raises ``StorageUnavailable`` while it is read."""
        now = now.astimezone(UTC)
        minute, second = now.strftime(_MINUTE), now.strftime(_WITHIN)
        present = f"PartitionKey ge '{minute}:' and PartitionKey lt '{minute};' and RowKey lt '{second};'"
        for wanted in (f"PartitionKey lt '{minute}'", present):
            mark: Mark | None = None
            while True:
                rows, mark = repeated(partial(self._page, wanted, mark), self._process.storage_timeout)
                yield from rows
                if mark is None:
                    break

    def done(self, entry: DueEntry) -> None:
        """See the port. Another moment of the same message stays. Raises ``StorageUnavailable``."""
        partition, row = _keys(entry)

        def once() -> None:
            with storage_call("remove a schedule entry"):
                self._table.remove(partition, row)

        repeated(once, self._process.storage_timeout)

    def read_mark(self, name: str) -> datetime | None:
        """See the port. Raises ``StorageUnavailable``."""
        key = _mark_key(name)

        def once() -> datetime | None:
            with storage_call("read a mark"):
                row = self._table.get(_MARKS, key)
            return None if row is None else datetime.fromisoformat(row["moment"])

        return repeated(once, self._process.storage_timeout)

    def write_mark(self, name: str, moment: datetime) -> None:
        """See the port: the last writer wins. Raises ``StorageUnavailable``."""
        row = {"PartitionKey": _MARKS, "RowKey": _mark_key(name), "moment": moment.astimezone(UTC).isoformat()}

        def once() -> None:
            with storage_call("write a mark"):
                self._table.put(row)

        repeated(once, self._process.storage_timeout)

    def _page(self, wanted: str, mark: Mark | None) -> tuple[list[DueEntry], Mark | None]:
        with storage_call("read the schedule"):
            rows, rest = self._table.page(wanted, select=["PartitionKey", "RowKey"], mark=mark)
            return [_entry(row["PartitionKey"], row["RowKey"]) for row in rows], rest

    def _read(self, wanted: str, limit: int) -> list[DueEntry]:
        def once() -> list[DueEntry]:
            with storage_call("read the schedule"):
                found = self._table.rows(wanted, select=["PartitionKey", "RowKey"], most=min(limit, 1000))
                return [_entry(row["PartitionKey"], row["RowKey"]) for row in islice(found, limit)]

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
