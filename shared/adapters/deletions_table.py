"""The books of the deletion job, in Table storage: the ``Deletions`` port.

| PartitionKey | RowKey | holds |
| --- | --- | --- |
| ``{tenant}`` | ``a:progress`` | how far the job is; guards every record |
| ``{tenant}`` | ``r:{number}`` | a deletion record; number inverted, so that the newest comes first |
| ``{tenant}:kept`` | ``{what}:{why}:{day}:{queue_id}`` | a message that was kept back |
| ``{tenant}:at`` | ``{what}:{queue_id}`` | under which key it is kept |
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import msgspec

from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import repeated, storage_call
from shared.adapters.storage_keys import inverted
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import Insert, Operation, Replace
from shared.adapters.storage_table_row import StoredRow
from shared.adapters.storage_transaction import commit_history, transact
from shared.core.message.identity import TENANT_ID, MessageRef
from shared.core.retention.deletion_record import DeletionRecord
from shared.core.retention.rule import Kept, What
from shared.errors import Conflict, NotFound
from shared.ports_retention import KeptBack, Progress
from shared.settings import ProcessSettings

_PROGRESS = "a:progress"
_DIGITS = 10
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = tuple(msgspec.json.Decoder(kind) for kind in (Progress, DeletionRecord))


class TableDeletions:
    """``Deletions`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "deletions") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def progress(self, tenant_id: str) -> Progress:
        """See the port. One point read. Raises ``StorageUnavailable``."""
        _check(tenant_id)

        def once() -> StoredRow | None:
            with storage_call("read how far deletion is"):
                return self._table.get(tenant_id, _PROGRESS)

        row = repeated(once, self._process.storage_timeout)
        if row is None:
            return Progress(tenant_id)
        # The version with the ids of past commits: a commit whose answer was lost is known again.
        return replace(msgspec.convert(unpack(row), Progress), etag=f"{row['commits']}|{row.etag}")

    def save(self, progress: Progress, record: DeletionRecord | None = None) -> Progress:
        """See the port: one transaction. Raises ``Conflict``, ``StorageUnavailable``."""
        _check(progress.tenant_id)
        earlier, _, etag = progress.etag.partition("|")
        commit, commits = commit_history(earlier)
        document = pack(replace(progress, etag=""), "how far deletion is")
        row = {"PartitionKey": progress.tenant_id, "RowKey": _PROGRESS, "commits": commits, **document}
        operations: list[Operation] = [Replace(row, etag) if etag else Insert(row)]
        if record is not None:
            operations.append(Insert(_record_row(record)))
        done = transact(self._table, operations, commit, self._process.storage_timeout, "write how far deletion is")
        if done is None:
            raise Conflict("somebody else is deleting for this tenant")
        return replace(progress, etag=f"{commits}|{done.etag}")

    def records(self, tenant_id: str, before: int, limit: int) -> tuple[DeletionRecord, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        if before <= 0 or limit <= 0:
            return ()
        last = _record_key(min(before, 10**_DIGITS) - 1)
        wanted = f"PartitionKey eq '{tenant_id}' and RowKey ge '{last}' and RowKey lt 's'"
        found = self._read(wanted, limit)
        return tuple(msgspec.convert(unpack(row), DeletionRecord) for row in found)

    def erase_records(self, tenant_id: str, before: datetime, limit: int) -> int:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        column = before.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        wanted = (
            f"PartitionKey eq '{tenant_id}' and RowKey ge 'r:' and RowKey lt 's' and verified_at lt datetime'{column}'"
        )
        found = self._read(wanted, limit)
        for row in found:
            self._remove(tenant_id, str(row["RowKey"]))
        return len(found)

    def keep(self, entry: KeptBack) -> None:
        """See the port: three requests for a new one. Raises ``StorageUnavailable``."""
        tenant_id, key = entry.ref.tenant_id, _kept_key(entry)
        at = {"PartitionKey": f"{tenant_id}:at", "RowKey": _at_key(entry)}
        before = self._get(at["PartitionKey"], at["RowKey"])
        self._put({"PartitionKey": f"{tenant_id}:kept", "RowKey": key, "holds": "\n".join(entry.holds)})
        if before is not None and before["key"] != key:
            self._remove(f"{tenant_id}:kept", str(before["key"]))
        if before is None or before["key"] != key:
            self._put({**at, "key": key})

    def forget(self, entry: KeptBack) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        tenant_id = entry.ref.tenant_id
        before = self._get(f"{tenant_id}:at", _at_key(entry))
        for key in {_kept_key(entry), str(before["key"])} if before is not None else {_kept_key(entry)}:
            self._remove(f"{tenant_id}:kept", key)
        self._remove(f"{tenant_id}:at", _at_key(entry))

    def kept(
        self, tenant_id: str, what: What, kept: Kept, until: date, limit: int, after: str = ""
    ) -> tuple[KeptBack, ...]:
        """See the port: one range of keys. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        start = f"{what}:{kept}:"
        first = f"gt '{start}{_day(until)}:{after}'" if after else f"ge '{start}'"
        ends = f"RowKey {first} and RowKey lt '{start}{_day(until)};'"
        found = self._read(f"PartitionKey eq '{tenant_id}:kept' and {ends}", limit)
        return tuple(_kept_back(tenant_id, row) for row in found)

    def _read(self, wanted: str, limit: int) -> list[StoredRow]:
        def once() -> list[StoredRow]:
            with storage_call("read the books of deletion"):
                return list(islice(self._table.rows(wanted, most=min(limit, 1000)), limit))

        return repeated(once, self._process.storage_timeout) if limit > 0 else []

    def _get(self, partition: str, key: str) -> StoredRow | None:
        def once() -> StoredRow | None:
            with storage_call("read what was kept back"):
                return self._table.get(partition, key)

        return repeated(once, self._process.storage_timeout)

    def _put(self, row: dict[str, Any]) -> None:
        def once() -> None:
            with storage_call("note what is kept back"):
                self._table.put(row)

        repeated(once, self._process.storage_timeout)

    def _remove(self, partition: str, key: str) -> None:
        def once() -> None:
            with storage_call("forget what was kept back"):
                self._table.remove(partition, key)

        repeated(once, self._process.storage_timeout)


def _record_key(number: int) -> str:
    return f"r:{inverted(number, _DIGITS)}"


def _record_row(record: DeletionRecord) -> dict[str, Any]:
    keys = {"PartitionKey": record.tenant_id, "RowKey": _record_key(record.number)}
    return {**keys, "verified_at": record.verified_at, **pack(record, "a deletion record")}


def _kept_key(entry: KeptBack) -> str:
    return f"{entry.what}:{entry.kept}:{_day(entry.day)}:{entry.ref.queue_id}"


def _at_key(entry: KeptBack) -> str:
    return f"{entry.what}:{entry.ref.queue_id}"


def _kept_back(tenant_id: str, row: StoredRow) -> KeptBack:
    what, kept, day, queue_id = str(row["RowKey"]).split(":")
    holds = tuple(str(row.get("holds", "")).split("\n")) if row.get("holds") else ()
    on = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007  # a day, no moment
    return KeptBack(What(what), MessageRef(tenant_id, queue_id), Kept(kept), on, holds)


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
