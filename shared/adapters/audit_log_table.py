"""The audit log in Table storage: the ``AuditLog`` port.

| PartitionKey | RowKey | for |
| --- | --- | --- |
| ``{tenant}:d:{day}`` | ``{microsecond}:{digest}`` | ``between``; day and microsecond inverted, so that the newest come first |
| ``{tenant}:m:{queue_id}`` | ``{microsecond}:{digest}`` | ``about``; oldest first |

The key is made from the line's own content: whoever repeats ``append`` after a lost answer finds the line there.
Lines are only ever inserted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.adapters.storage_keys import inverted
from shared.core.message.identity import TENANT_ID, MessageRef
from shared.errors import NotFound
from shared.ports_people import AuditEntry
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.data.tables import TableClient

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_DIGITS = 8
_WITHIN_DIGITS = 11
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(AuditEntry)


class TableAuditLog:
    """``AuditLog`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "audit") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    def append(self, tenant_id: str, entry: AuditEntry) -> None:
        """See the port. Raises ``StorageUnavailable``; the same line may then be added again."""
        _check(tenant_id)
        packed = pack(entry, "a line of the audit log")
        digest = hashlib.sha256(msgspec.json.encode(entry)).hexdigest()[:24]
        if entry.ref is not None:
            since = (entry.at - _EPOCH) // _MICROSECOND
            self._insert(_message_partition(entry.ref), f"{since:017}:{digest}", packed)
        self._insert(f"{tenant_id}:d:{_day(entry.at)}", f"{_within(entry.at)}:{digest}", packed)

    def between(self, tenant_id: str, since: datetime, until: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """See the port. Reads the days' own partitions and no others. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        last = until - _MICROSECOND
        if since > last or limit <= 0:
            return ()
        found: list[AuditEntry] = []
        for wanted in _ranges(tenant_id, since, last):
            found += self._read(wanted, limit - len(found))
            if len(found) == limit:
                break
        return tuple(found)

    def about(self, ref: MessageRef) -> tuple[AuditEntry, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        return tuple(self._read(f"PartitionKey eq '{_message_partition(ref)}'", None))

    def _insert(self, partition: str, row: str, packed: dict[str, bytes]) -> None:
        from azure.core.exceptions import HttpResponseError

        def once() -> None:
            with storage_call("add a line to the audit log"):
                try:
                    self._table.create_entity({"PartitionKey": partition, "RowKey": row, **packed})
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.EXISTS:
                        raise

        repeated(once, self._process.storage_timeout)

    def _read(self, wanted: str, limit: int | None) -> list[AuditEntry]:
        pages: Any = {} if limit is None else {"results_per_page": min(limit, 1000)}

        def once() -> list[AuditEntry]:
            with storage_call("read the audit log"):
                rows = islice(self._table.query_entities(wanted, **pages), limit)
                return [msgspec.convert(unpack(row), AuditEntry) for row in rows]

        return repeated(once, self._process.storage_timeout)


def _ranges(tenant_id: str, since: datetime, last: datetime) -> Iterator[str]:
    """The rows from ``last`` back to ``since``: of the newest day, of the days between, of the oldest day."""
    partition = f"{tenant_id}:d:"
    newest, oldest = _day(last), _day(since)
    # ";" follows ":" in the order of keys, so this takes in the lines of the first microsecond itself.
    from_last, to_since = f"RowKey ge '{_within(last)}:'", f"RowKey lt '{_within(since)};'"
    if newest == oldest:
        yield f"PartitionKey eq '{partition}{newest}' and {from_last} and {to_since}"
        return
    yield f"PartitionKey eq '{partition}{newest}' and {from_last}"
    yield f"PartitionKey gt '{partition}{newest}' and PartitionKey lt '{partition}{oldest}'"
    yield f"PartitionKey eq '{partition}{oldest}' and {to_since}"


def _message_partition(ref: MessageRef) -> str:
    return f"{ref.tenant_id}:m:{ref.queue_id}"


def _day(moment: datetime) -> str:
    return inverted(int(moment.astimezone(UTC).strftime("%Y%m%d")), _DAY_DIGITS)


def _within(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return inverted((at - at.replace(hour=0, minute=0, second=0, microsecond=0)) // _MICROSECOND, _WITHIN_DIGITS)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
