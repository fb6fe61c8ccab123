"""Who is who, in Table storage: the ``Directory`` port.

One row for each person or group: PartitionKey is the tenant, RowKey ``p:`` and the lower-case address, or ``g:`` and the
folded id, with every character that is not safe in a key written as ``~`` and hex. Reads are point reads, several at a time: a filter that joins keys by
``or`` reads the whole partition (learn.microsoft.com/azure/storage/tables/table-storage-design-for-query).
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.core.message.identity import TENANT_ID
from shared.errors import NotFound
from shared.ports import Group, Person
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.data.tables import TableClient

MOST_CACHED = 20_000
"""Addresses kept in memory, unknown ones too."""
_READERS = 8
_BATCH = 100
_LONGEST_KEY = 400
_UNSAFE = re.compile(r"[^a-z0-9.@_+-]")
# This type is prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = (msgspec.json.Decoder(Person), msgspec.json.Decoder(Group))
Row = TypeVar("Row", Person, Group)


class TableDirectory:
    """``Directory`` on one table, cached for ``settings_cache_seconds``. Safe to use from several threads."""

    def __init__(
        self,
        process: ProcessSettings,
        *,
        table: str = "directory",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, str], tuple[float, Person | Group | None]] = OrderedDict()

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_READERS, thread_name_prefix="directory")

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port. Raises ``StorageUnavailable``."""
        return self._find(tenant_id, {address.lower(): _key("p", address.lower()) for address in addresses}, Person)

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See the port. Raises ``StorageUnavailable``."""
        return self._find(tenant_id, {id_.casefold(): _key("g", id_.casefold()) for id_ in ids}, Group)

    def _find(self, tenant_id: str, keys: dict[str, str], kind: type[Row]) -> dict[str, Row]:
        """The known ones among rows, whose keys stand by the names that the caller knows them by."""
        _check(tenant_id)
        found = self._cached(tenant_id, keys.values(), kind)
        missing = [key for key in keys.values() if key not in found]
        if len(missing) > 1:
            read = list(self._readers.map(lambda key: self._read(tenant_id, key, kind), missing))
        else:
            read = [self._read(tenant_id, key, kind) for key in missing]
        fetched = dict(zip(missing, read, strict=True))
        self._keep(tenant_id, fetched)
        rows = {**found, **fetched}
        return {name: row for name, key in keys.items() if (row := rows[key]) is not None}

    def save(self, tenant_id: str, people: Sequence[Person]) -> None:
        """See the port. Of several with one address the last counts. Raises ``StorageUnavailable``."""
        self._write(tenant_id, {_key("p", person.address.lower()): pack(person, "a person") for person in people})

    def save_groups(self, tenant_id: str, groups: Sequence[Group]) -> None:
        """See the port. Of several with one id the last counts. Raises ``StorageUnavailable``."""
        self._write(tenant_id, {_key("g", group.id.casefold()): pack(group, "a group") for group in groups})

    def remove(self, tenant_id: str, addresses: Sequence[str]) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        self._delete(tenant_id, [_key("p", address.lower()) for address in addresses])

    def remove_groups(self, tenant_id: str, ids: Sequence[str]) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        self._delete(tenant_id, [_key("g", id_.casefold()) for id_ in ids])

    def everybody(self, tenant_id: str) -> tuple[Person, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        return tuple(sorted(self._all(tenant_id, "p", Person), key=lambda person: person.address.lower()))

    def all_groups(self, tenant_id: str) -> tuple[Group, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        return tuple(sorted(self._all(tenant_id, "g", Group), key=lambda group: group.id.casefold()))

    def _all(self, tenant_id: str, prefix: str, kind: type[Row]) -> list[Row]:
        _check(tenant_id)
        # ";" comes right after ":", so this is the range of all keys with the prefix.
        keys = f"PartitionKey eq '{tenant_id}' and RowKey ge '{prefix}:' and RowKey lt '{prefix};'"

        def once() -> list[Row]:
            with storage_call("list a directory"):
                return [msgspec.convert(unpack(row), kind) for row in self._table.query_entities(keys)]

        return repeated(once, self._process.storage_timeout)

    def _delete(self, tenant_id: str, keys: Sequence[str]) -> None:
        _check(tenant_id)

        def delete(key: str) -> None:
            def once() -> None:
                with storage_call("remove from a directory"):
                    self._table.delete_entity(tenant_id, key)  # no error where there is none

            repeated(once, self._process.storage_timeout)

        try:
            for _ in self._readers.map(delete, keys):
                pass
        finally:
            with self._lock:
                for key in keys:
                    self._cache.pop((tenant_id, key), None)

    def _write(self, tenant_id: str, packed: Mapping[str, Mapping[str, object]]) -> None:
        from azure.data.tables import UpdateMode

        _check(tenant_id)
        rows = [{"PartitionKey": tenant_id, "RowKey": key, **row} for key, row in packed.items()]
        for start in range(0, len(rows), _BATCH):
            batch = [("upsert", row, {"mode": UpdateMode.REPLACE}) for row in rows[start : start + _BATCH]]

            def once(batch: list[tuple[str, dict[str, object], dict[str, object]]] = batch) -> None:  # type: ignore[assignment]  # rows are wider here
                with storage_call("save people"):
                    self._table.submit_transaction(batch)

            repeated(once, self._process.storage_timeout)
        with self._lock:
            for key in packed:
                self._cache.pop((tenant_id, key), None)

    def _cached(self, tenant_id: str, keys: Iterable[str], kind: type[Row]) -> dict[str, Row | None]:
        oldest = self._monotonic() - self._process.settings_cache_seconds
        found: dict[str, Row | None] = {}
        with self._lock:
            for key in keys:
                entry = self._cache.get((tenant_id, key))
                if entry is not None and entry[0] > oldest and (entry[1] is None or isinstance(entry[1], kind)):
                    found[key] = entry[1]
        return found

    def _keep(self, tenant_id: str, rows: Mapping[str, Person | Group | None]) -> None:
        now = self._monotonic()
        with self._lock:
            for key, row in rows.items():
                self._cache[tenant_id, key] = (now, row)
                self._cache.move_to_end((tenant_id, key))
            while len(self._cache) > MOST_CACHED:
                self._cache.popitem(last=False)

    def _read(self, tenant_id: str, key: str, kind: type[Row]) -> Row | None:
        from azure.core.exceptions import HttpResponseError

        def once() -> Row | None:
            with storage_call("read a person"):
                try:
                    return msgspec.convert(unpack(self._table.get_entity(tenant_id, key)), kind)
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return None

        return repeated(once, self._process.storage_timeout)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")


def _key(kind: str, name: str) -> str:
    safe = _UNSAFE.sub(lambda match: "".join(f"~{byte:02x}" for byte in match[0].encode("utf-8", "replace")), name)
    if len(safe) > _LONGEST_KEY:  # a key holds 1 KiB
        safe = "~~" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return f"{kind}:{safe}"
