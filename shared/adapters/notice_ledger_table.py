"""Which copies of notices were sent where, in Table storage: the ``NoticeLedger`` port.

PartitionKey ``{tenant}:{queue_id}``, RowKey ``{number}:{kind}:{channel}:{person}``. A claim is a conditional write.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import repeated, storage_call
from shared.adapters.storage_keys import safe_key
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import Insert, Operation, Replace
from shared.adapters.storage_table_row import StoredRow
from shared.adapters.storage_transaction import commit_history, transact
from shared.core.message.identity import MessageRef
from shared.ports_people import CopyKey, CopyState, NoticeCopy
from shared.settings import ProcessSettings

_LONGEST = 64
"""Characters of kind and channel in a key, so that all of it fits beside the person."""
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(NoticeCopy)


class TableNoticeLedger:
    """``NoticeLedger`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "notices") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def begin(self, ref: MessageRef, key: CopyKey, now: datetime, length: timedelta) -> NoticeCopy | None:
        """See the port. Raises ``StorageUnavailable``; the claim may then stand until its end."""
        row = self._read(ref, key)
        if row is None:
            copy = NoticeCopy(key, CopyState.SENDING, until=now + length)
            commit, commits = commit_history("")
            operation: Operation = Insert({**_row(ref, copy), "commits": commits})
        else:
            found = msgspec.convert(unpack(row), NoticeCopy)
            if found.state is not CopyState.SENDING or (found.until is not None and found.until > now):
                return None
            copy = replace(found, until=now + length)
            commit, commits = commit_history(str(row.get("commits", "")))
            operation = Replace({**_row(ref, copy), "commits": commits}, row.etag)
        done = transact(self._table, [operation], commit, self._process.storage_timeout, "claim a notice's copy")
        return copy if done is not None else None

    def write(self, ref: MessageRef, copy: NoticeCopy) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        row = _row(ref, copy)

        def once() -> None:
            with storage_call("write down a notice's copy"):
                self._table.put(row)

        repeated(once, self._process.storage_timeout)

    def copies(self, ref: MessageRef) -> tuple[NoticeCopy, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        wanted = f"PartitionKey eq '{_partition(ref)}'"

        def once() -> tuple[NoticeCopy, ...]:
            with storage_call("read a message's notices"):
                found = self._table.rows(wanted)
                return tuple(msgspec.convert(unpack(row), NoticeCopy) for row in found)

        return repeated(once, self._process.storage_timeout)

    def _read(self, ref: MessageRef, key: CopyKey) -> StoredRow | None:
        def once() -> StoredRow | None:
            with storage_call("read a notice's copy"):
                return self._table.get(_partition(ref), _key(key))

        return repeated(once, self._process.storage_timeout)


def _partition(ref: MessageRef) -> str:
    return f"{ref.tenant_id}:{ref.queue_id}"


def _key(key: CopyKey) -> str:
    return (
        f"{key.number:08}:{safe_key(key.kind, _LONGEST)}:{safe_key(key.channel, _LONGEST)}:{safe_key(key.person, 300)}"
    )


def _row(ref: MessageRef, copy: NoticeCopy) -> dict[str, Any]:
    return {"PartitionKey": _partition(ref), "RowKey": _key(copy.key), **pack(copy, "a notice's copy")}
