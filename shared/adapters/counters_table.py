"""Rolled-up counters in Table storage: the ``Counters`` port.

| PartitionKey | RowKey | for |
| --- | --- | --- |
| ``{tenant}:h`` | ``{YYYYMMDDHH}`` | the count of an hour (UTC) |
| ``{tenant}:p`` | ``{YYYYMMDD}`` | how many people the tenant had on a day |
| ``dirty:{YYYYMMDDHHMM}:{shard}`` | ``{tenant}:{YYYYMMDDHH}`` | a note of a slot, whose notes lie on several shards |

A process remembers which notes it has written, so that a busy hour costs one small write in each slot, whatever the
number of its messages.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import repeated, storage_call
from shared.core.message.identity import TENANT_ID
from shared.core.reports.hour_count import HourCount
from shared.errors import NotFound
from shared.ports_reports import DirtyHour
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.data.tables import TableClient

SHARDS = 8
"""All processes note all busy tenants as a slot begins; one partition would get two thirds of what it bears (bench/partitions.py)."""
_HOUR = "%Y%m%d%H"
_SLOT = "%Y%m%d%H%M"
_DAY = "%Y%m%d"
_MOST_REMEMBERED = 50_000
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(HourCount)


class TableCounters:
    """``Counters`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "reports") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table
        self._lock = threading.Lock()
        self._marked: set[DirtyHour] = set()

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    def mark(self, note: DirtyHour) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(note.tenant_id)
        with self._lock:
            if note in self._marked:
                return
        self._upsert(_note_keys(note), "note a changed hour")
        with self._lock:
            if len(self._marked) >= _MOST_REMEMBERED:
                self._marked.clear()
            self._marked.add(note)

    def dirty(self, before: datetime, limit: int) -> tuple[DirtyHour, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        if limit <= 0:
            return ()
        last = before.astimezone(UTC)
        wanted = f"PartitionKey ge 'dirty:' and PartitionKey lt 'dirty:{last.strftime(_SLOT)}'"

        def once() -> tuple[DirtyHour, ...]:
            with storage_call("read changed hours"):
                found = self._table.query_entities(
                    wanted, results_per_page=min(limit, 1000), select=["PartitionKey", "RowKey"]
                )
                notes = map(_note, islice(found, limit))
                return tuple(sorted(notes, key=lambda note: (note.slot, note.tenant_id, note.hour)))

        return repeated(once, self._process.storage_timeout)

    def done(self, notes: Sequence[DirtyHour]) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        for note in notes:
            keys = _note_keys(note)

            def once(keys: dict[str, Any] = keys) -> None:
                with storage_call("forget a changed hour"):
                    self._table.delete_entity(keys["PartitionKey"], keys["RowKey"])  # no error where there is none

            repeated(once, self._process.storage_timeout)

    def write(self, tenant_id: str, count: HourCount) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        keys = {"PartitionKey": f"{tenant_id}:h", "RowKey": count.hour.astimezone(UTC).strftime(_HOUR)}
        self._upsert({**keys, **pack(count, "the count of an hour")}, "write the count of an hour")

    def between(self, tenant_id: str, since: datetime, until: datetime) -> tuple[HourCount, ...]:
        """See the port: one range of keys. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        first, last = (moment.astimezone(UTC) for moment in (since, until))
        wanted = (
            f"PartitionKey eq '{tenant_id}:h' and RowKey ge '{first.strftime(_HOUR)}'"
            f" and RowKey le '{last.strftime(_HOUR)}'"
        )

        def once() -> tuple[HourCount, ...]:
            with storage_call("read counts of hours"):
                rows = self._table.query_entities(wanted)
                counts = (msgspec.convert(unpack(row), HourCount) for row in rows)
                return tuple(count for count in counts if since <= count.hour < until)

        return repeated(once, self._process.storage_timeout)

    def write_people(self, tenant_id: str, day: date, people: int) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        keys = {"PartitionKey": f"{tenant_id}:p", "RowKey": day.strftime(_DAY)}
        self._upsert({**keys, "people": people}, "write a number of people")

    def people(self, tenant_id: str, since: date, until: date) -> int | None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        wanted = (
            f"PartitionKey eq '{tenant_id}:p' and RowKey ge '{since.strftime(_DAY)}'"
            f" and RowKey le '{until.strftime(_DAY)}'"
        )

        def once() -> int | None:
            with storage_call("read numbers of people"):
                rows = self._table.query_entities(wanted, select=["people"])
                return max((int(row["people"]) for row in rows), default=None)

        return repeated(once, self._process.storage_timeout)

    def _upsert(self, entity: dict[str, Any], what: str) -> None:
        from azure.data.tables import UpdateMode

        def once() -> None:
            with storage_call(what):
                self._table.upsert_entity(entity, mode=UpdateMode.REPLACE)

        repeated(once, self._process.storage_timeout)


def _note_keys(note: DirtyHour) -> dict[str, Any]:
    slot, hour = note.slot.astimezone(UTC), note.hour.astimezone(UTC)
    shard = zlib.crc32(note.tenant_id.encode()) % SHARDS
    return {
        "PartitionKey": f"dirty:{slot.strftime(_SLOT)}:{shard}",
        "RowKey": f"{note.tenant_id}:{hour.strftime(_HOUR)}",
    }


def _note(row: Any) -> DirtyHour:
    tenant_id, _, hour = str(row["RowKey"]).partition(":")
    slot = str(row["PartitionKey"]).split(":")[1]
    return DirtyHour(
        tenant_id,
        datetime.strptime(hour, _HOUR).replace(tzinfo=UTC),
        datetime.strptime(slot, _SLOT).replace(tzinfo=UTC),
    )


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
