"""Sightings of copies, in Table storage: the ``Copies`` port.

One table for each day (UTC), ``copies{YYYYMMDD}``, made by the first message of the day and removed whole: forgetting a
day's sightings costs one request, however many there are. A group's key is a partition; its rows are one for each copy,
by queue id, and ``-leader``. Copies that come around midnight are looked for in both days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_errors import RefusedRequest, Verdict, error_code, repeated, storage_call, verdict
from shared.adapters.storage_service import storage_service
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import Row
from shared.core.gathering.copy_group import CopyGroup
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.errors import StorageUnavailable
from shared.ports_copies import MOST_COPIES, Met
from shared.settings import ProcessSettings

_LEADER = "-leader"
"""Sorts before every queue id."""
_NO_TABLE = frozenset({"TableNotFound", "ResourceNotFound"})
_JSON = {"Accept": "application/json;odata=nometadata", "DataServiceVersion": "3.0"}
_TRIES = 20
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 2, tzinfo=UTC)


class TableCopies:
    """``Copies`` on tables by day. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, prefix: str = "copies") -> None:
        """No connection is made here. ``prefix`` is letters."""
        self._process = process
        self._prefix = prefix

    def meet(self, group: CopyGroup, ref: MessageRef, reach: timedelta, now: datetime) -> Met:
        """See the port: an insert and a query; one more query within ``reach`` of midnight. Raises ``StorageUnavailable``."""
        row = {"PartitionKey": group.key, "RowKey": ref.queue_id}
        self._insert(ref.received_at, row)
        first, last = max(ref.received_at - reach, _EPOCH), ref.received_at + reach
        ends = (new_queue_id(first, bytes(RANDOM_BYTES)), new_queue_id(last, b"\xff" * RANDOM_BYTES))
        span = f"(RowKey ge '{ends[0]}' and RowKey le '{ends[1]}')"
        wanted = f"PartitionKey eq '{group.key}' and (RowKey eq '{_LEADER}' or {span})"
        others: list[MessageRef] = []
        leaders: list[MessageRef] = []
        for name in self._days(first, max(min(last, now + timedelta(minutes=1)), ref.received_at)):
            for found in repeated(partial(self._read, name, wanted), self._process.storage_timeout):
                if found["RowKey"] == _LEADER:
                    leaders.append(MessageRef(group.tenant_id, str(found["leader"])))
                elif found["RowKey"] != ref.queue_id:
                    others.append(MessageRef(group.tenant_id, str(found["RowKey"])))
        return Met(tuple(others[:MOST_COPIES]), max(leaders, default=None))

    def lead(self, group: CopyGroup, ref: MessageRef, first: MessageRef, instead_of: MessageRef | None) -> MessageRef:
        """See the port. Raises ``StorageUnavailable``; whether ``ref`` leads is then not known, and asking again tells."""
        row = {"PartitionKey": group.key, "RowKey": _LEADER, "leader": ref.queue_id}
        for _ in range(_TRIES):
            if self._insert(first.received_at, row):
                return ref
            found = repeated(partial(self._leader, first.received_at, group.key), self._process.storage_timeout)
            if found is None:
                continue
            leader = MessageRef(group.tenant_id, str(found[0]))
            if leader == ref or leader != instead_of:
                return leader
            if repeated(partial(self._replace, first.received_at, row, found[1]), self._process.storage_timeout):
                return ref
        raise StorageUnavailable("who leads these copies keeps changing")

    def forget(self, before: datetime) -> int:
        """See the port: a listing of tables, and a request for each day. Raises ``StorageUnavailable``."""
        today = self._name(before)
        pattern = re.compile(rf"{self._prefix}\d{{8}}")

        def listed() -> list[str]:
            with storage_call("list days of sightings"):
                query = {"$filter": f"TableName ge '{self._prefix}' and TableName lt '{today}'"}
                service = storage_service(self._process, "table")
                answer = service.request("GET", "/Tables", query=query, headers=_JSON)
                if answer.status != 200:
                    raise RefusedRequest(answer.status, answer.headers.get("x-ms-error-code", ""))
                names = [str(item["TableName"]) for item in msgspec.json.decode(answer.body)["value"]]
                return [name for name in names if pattern.fullmatch(name)]

        def remove(name: str) -> None:
            with storage_call("forget a day of sightings"):
                table_client(self._process, name).delete_table()  # no error where it is gone

        old = repeated(listed, self._process.storage_timeout)
        for name in old:
            repeated(partial(remove, name), self._process.storage_timeout)
        return len(old)

    def _name(self, moment: datetime) -> str:
        return f"{self._prefix}{moment.astimezone(UTC):%Y%m%d}"

    def _days(self, first: datetime, last: datetime) -> Iterator[str]:
        """The tables of all days from one moment to another."""
        names = [self._name(first)]
        moment = first
        while self._name(moment) != self._name(last) and moment < last:
            moment = min(moment + _DAY, last)
            names.append(self._name(moment))
        return iter(dict.fromkeys(names))

    def _insert(self, day: datetime, row: Row) -> bool:
        """Add a row; whether it was not there. The day's table is made where it is missing."""
        name = self._name(day)

        def once() -> bool:
            with storage_call("note a copy"):
                try:
                    storage_table(self._process, name).insert(row)
                except RefusedRequest as error:
                    if verdict(error) is Verdict.EXISTS:
                        return False
                    if error_code(error) not in _NO_TABLE:
                        raise
                    self._make(name)
                    try:
                        storage_table(self._process, name).insert(row)
                    except RefusedRequest as again:
                        if verdict(again) is not Verdict.EXISTS:
                            raise
                        return False
            return True

        return repeated(once, self._process.storage_timeout)

    def _make(self, name: str) -> None:
        from azure.core.exceptions import ResourceExistsError

        try:
            table_client(self._process, name).create_table()
        except ResourceExistsError:
            return  # by somebody else at the same time

    def _read(self, name: str, wanted: str) -> list[dict[str, object]]:
        with storage_call("look for other copies"):
            try:
                rows, _ = self._table(name).page(wanted, most=MOST_COPIES + 2)
            except RefusedRequest as error:
                if error_code(error) not in _NO_TABLE:
                    raise
                return []  # nothing was received that day
        return [dict(row) for row in rows]

    def _leader(self, day: datetime, key: str) -> tuple[str, str] | None:
        with storage_call("look who leads copies"):
            row = self._table(self._name(day)).get(key, _LEADER)
        return (str(row["leader"]), row.etag) if row is not None else None

    def _replace(self, day: datetime, row: Row, etag: str) -> bool:
        with storage_call("lead copies"):
            try:
                self._table(self._name(day)).replace(row, etag)
            except RefusedRequest as error:
                if verdict(error) is not Verdict.CHANGED:
                    raise
                return False
        return True

    def _table(self, name: str) -> StorageTable:
        return storage_table(self._process, name)
