"""Rows of list pages in Table storage: the ``MessageLists`` port.

PartitionKey ``{tenant}:{shelf}:{owner}``, RowKey the queue id with every digit inverted, so that the newest message
comes first and a page is one range of keys, however many rows lie behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import RefusedRequest, Verdict, repeated, storage_call, verdict
from shared.adapters.storage_keys import safe_key
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import Put
from shared.adapters.storage_table_row import StoredRow
from shared.core.lists.message_row import MessageRow
from shared.core.lists.page_mark import make_mark, read_mark
from shared.core.message.identity import TENANT_ID
from shared.errors import NotFound, StorageUnavailable
from shared.ports_lists import Place, RowPage
from shared.settings import ProcessSettings

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_INVERTED = str.maketrans(_ALPHABET, _ALPHABET[::-1])
_TRIES = 5
_BATCH = 100
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(MessageRow)


class TableMessageLists:
    """``MessageLists`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "lists") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def put(self, place: Place, row: MessageRow) -> None:
        """See the port: one request for a new row. Raises ``StorageUnavailable``."""
        stored = {**_keys(place, row), "event_count": row.event_count, **pack(row, "a row of a list")}

        def once() -> None:
            for _ in range(_TRIES):
                if self._put(stored, row.event_count):
                    return
            raise StorageUnavailable("file a row: others keep changing it")

        repeated(once, self._process.storage_timeout)

    def take(self, place: Place, row: MessageRow) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        keys = _keys(place, row)

        def once() -> None:
            with storage_call("take a row away"):
                self._table.remove(keys["PartitionKey"], keys["RowKey"])  # no error where there is none

        repeated(once, self._process.storage_timeout)

    def fill(self, place: Place, rows: Sequence[MessageRow]) -> None:
        """Put many rows, a hundred in one request, whatever the shelf shows of their messages: for seeding and rebuilding
        while nobody else writes. Raises ``StorageUnavailable``.
        """
        for start in range(0, len(rows), _BATCH):
            operations = [
                Put({**_keys(place, row), "event_count": row.event_count, **pack(row, "a row of a list")})
                for row in rows[start : start + _BATCH]
            ]

            def once(operations: list[Put] = operations) -> None:
                with storage_call("file rows"):
                    self._table.transact(operations)

            repeated(once, self._process.storage_timeout)

    def shows(self, place: Place, row: MessageRow) -> bool:
        """See the port: one point read of one column. Raises ``StorageUnavailable``."""
        keys = _keys(place, row)

        def once() -> bool:
            found = self._look(keys)
            return found is not None and int(found["event_count"]) >= row.event_count

        return repeated(once, self._process.storage_timeout)

    def page(self, place: Place, after: str, limit: int) -> RowPage:
        """See the port: one request for up to 999 rows. Raises ``StorageUnavailable``."""
        partition = _partition(place)
        last = read_mark(place.tenant_id, place.shelf, place.owner, after)
        wanted = f"PartitionKey eq '{partition}'"
        if last:
            wanted += f" and RowKey gt '{last.translate(_INVERTED)}'"

        def once() -> list[StoredRow]:
            with storage_call("read a list"):
                # One more than asked for tells whether anything follows.
                return list(islice(self._table.rows(wanted, most=min(limit + 1, 1000)), limit + 1))

        if limit <= 0:
            return RowPage((), after)
        found = repeated(once, self._process.storage_timeout)
        rows = tuple(msgspec.convert(unpack(row), MessageRow) for row in found[:limit])
        if len(found) <= limit:
            return RowPage(rows)
        return RowPage(rows, make_mark(place.tenant_id, place.shelf, place.owner, rows[-1].ref.queue_id))

    def _put(self, stored: dict[str, Any], event_count: int) -> bool:
        """Whether the shelf shows this state or a later one now; ``False`` where somebody came in between."""
        with storage_call("file a row"):
            try:
                self._table.insert(stored)
                return True
            except RefusedRequest as error:
                if verdict(error) is not Verdict.EXISTS:
                    raise
        present = self._look(stored)
        if present is None:
            return False
        if int(present["event_count"]) > event_count:
            return True
        with storage_call("file a row"):
            try:
                self._table.replace(stored, present.etag)
                return True
            except RefusedRequest as error:
                if verdict(error) not in (Verdict.CHANGED, Verdict.MISSING):
                    raise
        return False

    def _look(self, keys: dict[str, Any]) -> StoredRow | None:
        with storage_call("look at a row"):
            return self._table.get(keys["PartitionKey"], keys["RowKey"], select=["event_count"])


def _partition(place: Place) -> str:
    if not TENANT_ID.fullmatch(place.tenant_id):
        raise NotFound("not a tenant id")
    return f"{place.tenant_id}:{place.shelf}:{safe_key(place.owner)}"


def _keys(place: Place, row: MessageRow) -> dict[str, Any]:
    return {"PartitionKey": _partition(place), "RowKey": row.ref.queue_id.translate(_INVERTED)}
