"""What is stored of messages, in Blob and Table storage: the ``Remains`` port of the deletion job.

Blobs of an hour are found by listing the tenant's folder of it, so that deleting costs no look at what is kept. A state is
deleted under its ETag: whoever changed the message meanwhile keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby, islice
from urllib.parse import quote

from shared.adapters import message_store_table_rows as rows
from shared.adapters.spool_blob_format import CONTAINERS
from shared.adapters.storage_errors import RefusedRequest, Verdict, repeated, storage_call, verdict
from shared.adapters.storage_keys import inverted
from shared.adapters.storage_listing import list_blobs, list_folders
from shared.adapters.storage_service import storage_service
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import ANY, Operation, Remove, Replace
from shared.adapters.storage_table_row import StoredRow
from shared.core.message.identity import RANDOM_BYTES, TENANT_ID, MessageRef, new_queue_id
from shared.errors import NotFound
from shared.ports import Stored
from shared.ports_retention import StoredBlob
from shared.settings import ProcessSettings

_AT_ONCE = 8
"""Blobs that are deleted at the same time."""
_BATCH = 100
"""Operations in one transaction."""
_GONE = frozenset({200, 202, 404})
_KEYS = ("PartitionKey", "RowKey")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StorageRemains:
    """``Remains`` on a storage account. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, prefix: str = "") -> None:
        """Names of containers and tables are ``prefix`` and their own. No connection is made here."""
        self._process = process
        self._prefix = prefix

    def hours(self) -> tuple[str, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        folders = list_folders(storage_service(self._process, "blob"), f"{self._prefix}spool", self._repeated)
        return tuple(sorted(name for name in folders if len(name) == 10 and name.isdecimal()))

    def next_state(self, tenant_id: str, after: str) -> MessageRef | None:
        """See the port. One request. Raises ``StorageUnavailable``."""
        found = self._states(tenant_id, after, "{", 1)
        return found[0] if found else None

    def states(self, tenant_id: str, after: str, until: str, limit: int) -> tuple[MessageRef, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        return self._states(tenant_id, after, until, limit)

    def _states(self, tenant_id: str, after: str, until: str, limit: int) -> tuple[MessageRef, ...]:
        _check(tenant_id)
        ends = f"PartitionKey gt '{tenant_id}:{after}' and PartitionKey lt '{tenant_id}:{until}'"
        wanted = f"{ends} and RowKey eq '{rows.STATE}'"

        def once() -> tuple[MessageRef, ...]:
            with storage_call("list states"):
                found = self._table("messages").rows(wanted, select=_KEYS, most=min(limit, 1000))
                return tuple(rows.read_ref(row) for row in islice(found, limit))

        return repeated(once, self._process.storage_timeout)

    def blobs(self, tenant_id: str, hour: str, queue_id: str = "") -> tuple[StoredBlob, ...]:
        """See the port: a listing of each container. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        found = []
        service = storage_service(self._process, "blob")
        for container in CONTAINERS:
            folder = f"{hour}/{tenant_id}/"
            for blob in list_blobs(service, self._prefix + container, folder + queue_id, self._repeated):
                name = blob.name.removeprefix(folder).partition("/")[0].partition(".")[0]
                try:
                    ref = MessageRef(tenant_id, name)
                except ValueError:
                    continue  # no message's: somebody else put it there
                found.append(StoredBlob(ref, container, blob.name, blob.size))
        return tuple(found)

    def erase_blobs(self, blobs: Sequence[StoredBlob]) -> None:
        """See the port: a request for each, several at a time. Raises ``StorageUnavailable``."""
        if not blobs:
            return
        with ThreadPoolExecutor(min(_AT_ONCE, len(blobs))) as pool:
            for _ in pool.map(self._erase, blobs):
                pass

    def _erase(self, blob: StoredBlob) -> None:
        path = quote(f"/{self._prefix}{blob.container}/{blob.name}", safe="/")

        def once() -> None:
            with storage_call("delete a blob"):
                answer = storage_service(self._process, "blob").request(
                    "DELETE", path, headers={"x-ms-delete-snapshots": "include"}
                )
                code = answer.headers.get("x-ms-error-code", "")
                if answer.status not in _GONE or code == "ContainerNotFound":
                    raise RefusedRequest(answer.status, code)

        repeated(once, self._process.storage_timeout)

    def erase_record(self, stored: Stored) -> bool:
        """See the port: mostly a query and a transaction for each table. Raises ``StorageUnavailable``."""
        partition = rows.partition_key(stored.record.ref)
        self._erase_all("notices", f"PartitionKey eq '{partition}'")
        found = self._read("messages", f"PartitionKey eq '{partition}'")
        state = next((row for row in found if row["RowKey"] == rows.STATE), None)
        if state is None or state.etag != stored.etag:
            return False
        others = [row for row in found if row["RowKey"] != rows.STATE]
        # Every transaction is guarded by the state; the last one takes it away, so that what is left is found again.
        while len(others) >= _BATCH:
            guard: Operation = Replace(state, state.etag)
            etag = self._guarded([guard, *(Remove(row, ANY) for row in others[: _BATCH - 1])])
            if etag is None:
                return False
            state, others = StoredRow(state, etag), others[_BATCH - 1 :]
        return self._guarded([Remove(state, state.etag), *(Remove(row, ANY) for row in others)]) is not None

    def _guarded(self, operations: Sequence[Operation]) -> str | None:
        with storage_call("delete a message's state"):
            try:
                return self._table("messages").transact(operations)[0]
            except RefusedRequest as error:
                if verdict(error) not in (Verdict.CHANGED, Verdict.MISSING):
                    raise
                return None

    def erase_audit(self, tenant_id: str, before: datetime, limit: int) -> int:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        midnight = before.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        last = inverted(int((midnight - timedelta(days=1)).strftime("%Y%m%d")), 8)
        days = f"PartitionKey ge '{tenant_id}:d:{last}' and PartitionKey lt '{tenant_id}:d;'"
        since = (midnight - _EPOCH) // timedelta(microseconds=1)
        newest = new_queue_id(midnight, bytes(RANDOM_BYTES))
        messages = (
            f"PartitionKey ge '{tenant_id}:m:' and PartitionKey lt '{tenant_id}:m:{newest}' and RowKey lt '{since:017}'"
        )
        done = self._erase_all("audit", days, limit)
        return done + (self._erase_all("audit", messages, limit - done) if done < limit else 0)

    def _erase_all(self, table: str, wanted: str, limit: int = 100_000) -> int:
        """Delete rows that a query finds, at most ``limit``; how many. What somebody else deletes meanwhile is no error."""
        found = self._read(table, wanted, limit, _KEYS)
        for _, group in groupby(found, key=lambda row: row["PartitionKey"]):
            for some in _pieces(group, _BATCH):
                self._erase_rows(table, some)
        return len(found)

    def _erase_rows(self, table: str, some: Sequence[StoredRow]) -> None:
        def together() -> bool:
            with storage_call("delete rows"):
                try:
                    self._table(table).transact([Remove(row, ANY) for row in some])
                except RefusedRequest as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return False
            return True

        def one(row: StoredRow) -> None:
            with storage_call("delete a row"):
                self._table(table).remove(row["PartitionKey"], row["RowKey"])

        if not repeated(together, self._process.storage_timeout):
            for row in some:
                repeated(partial(one, row), self._process.storage_timeout)

    def _read(self, table: str, wanted: str, limit: int = 100_000, select: Sequence[str] = ()) -> list[StoredRow]:
        def once() -> list[StoredRow]:
            with storage_call("list rows to delete"):
                return list(islice(self._table(table).rows(wanted, select=select, most=min(limit, 1000)), limit))

        return repeated(once, self._process.storage_timeout) if limit > 0 else []

    def _repeated(self, call: Callable[[], str]) -> str:
        return repeated(call, self._process.storage_timeout)

    def _table(self, name: str) -> StorageTable:
        return storage_table(self._process, self._prefix + name)


def _pieces(found: Iterable[StoredRow], size: int) -> Iterator[list[StoredRow]]:
    iterator = iter(found)
    while some := list(islice(iterator, size)):
        yield some


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
