"""Conversations in Teams, in Table storage: the ``Conversations`` port.

``{tenant}`` / ``c:{person}`` is one conversation. ``{tenant}:a:{first}`` / ``{digest}`` notes that an activity was seen.
The partitions by the digest's first letters spread a large tenant's writes.

``@seen:{YYYYMMDDHH}:{first}`` / ``{digest}:{tenant}`` finds those notes again by the hour (UTC) in which they were made. It is
written before the note, so that no note is ever without one; no tenant's id begins with "@".
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.adapters.storage_keys import safe_key
from shared.adapters.storage_table import storage_table
from shared.adapters.storage_table_batch import Insert
from shared.adapters.storage_transaction import commit_history, transact
from shared.core.message.identity import TENANT_ID
from shared.errors import NotFound
from shared.ports_teams import Conversation
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.data.tables import TableClient

# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(Conversation)


class TableConversations:
    """``Conversations`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "teams") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    def save(self, tenant_id: str, conversation: Conversation) -> None:
        """See the port: the last writer wins. Raises ``StorageUnavailable``."""
        from azure.data.tables import UpdateMode

        _check(tenant_id)
        keys = {"PartitionKey": tenant_id, "RowKey": _key(conversation.person_id)}
        row = {**keys, **pack(conversation, "a conversation")}

        def once() -> None:
            with storage_call("save a conversation"):
                self._table.upsert_entity(row, mode=UpdateMode.REPLACE)

        repeated(once, self._process.storage_timeout)

    def remove(self, tenant_id: str, person_id: str) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)

        def once() -> None:
            with storage_call("forget a conversation"):
                self._table.delete_entity(tenant_id, _key(person_id))  # no error where there is none

        repeated(once, self._process.storage_timeout)

    def of(self, tenant_id: str, person_id: str) -> Conversation | None:
        """See the port. Raises ``StorageUnavailable``."""
        from azure.core.exceptions import HttpResponseError

        _check(tenant_id)

        def once() -> Conversation | None:
            with storage_call("read a conversation"):
                try:
                    row = self._table.get_entity(tenant_id, _key(person_id))
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return None
            return msgspec.convert(unpack(row), Conversation)

        return repeated(once, self._process.storage_timeout)

    def first_time(self, tenant_id: str, activity_id: str, now: datetime) -> bool:
        """See the port. Raises ``StorageUnavailable``; whether it was noted is then not known."""
        _check(tenant_id)
        digest = hashlib.sha256(activity_id.encode("utf-8", "surrogatepass")).hexdigest()
        commit, commits = commit_history("")
        row = {**_note_keys(tenant_id, digest), "at": now, "commits": commits}
        timeout = self._process.storage_timeout
        found_by = {"PartitionKey": f"{_seen(now)}:{digest[:1]}", "RowKey": f"{digest}:{tenant_id}"}

        def once() -> None:
            with storage_call("note when an activity came"):
                self._table.upsert_entity(found_by)

        repeated(once, timeout)
        table = storage_table(self._process, self._name)
        return transact(table, [Insert(row)], commit, timeout, "note an activity") is not None

    def forget_seen(self, before: datetime, limit: int) -> int:
        """See the port: a query, and two requests for each. Raises ``StorageUnavailable``; what is left comes next time."""
        wanted = f"PartitionKey ge '@seen:' and PartitionKey lt '{_seen(before)}'"

        def listed() -> list[tuple[str, str]]:
            with storage_call("list what was seen"):
                found = self._table.query_entities(wanted, results_per_page=limit, select=["PartitionKey", "RowKey"])
                return [(str(row["PartitionKey"]), str(row["RowKey"])) for row in islice(found, limit)]

        def delete(partition: str, row: str) -> None:
            with storage_call("forget what was seen"):
                self._table.delete_entity(partition, row)  # no error where there is none

        timeout = self._process.storage_timeout
        old = repeated(listed, timeout)
        for partition, name in old:
            digest, _, tenant_id = name.partition(":")
            repeated(partial(delete, *_note_keys(tenant_id, digest).values()), timeout)
            repeated(partial(delete, partition, name), timeout)
        return len(old)


def _note_keys(tenant_id: str, digest: str) -> dict[str, str]:
    return {"PartitionKey": f"{tenant_id}:a:{digest[:2]}", "RowKey": digest}


def _seen(moment: datetime) -> str:
    return f"@seen:{moment.astimezone(UTC):%Y%m%d%H}"


def _key(person_id: str) -> str:
    return f"c:{safe_key(person_id)}"


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
