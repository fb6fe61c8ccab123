"""Who is who, in Table storage: the ``Directory`` port.

One row for each person: PartitionKey is the tenant, RowKey ``p:`` and the lower-case address with every character that
is not safe in a key written as ``~`` and hex. Reads are point reads, several at a time: a filter that joins keys by
``or`` reads the whole partition (learn.microsoft.com/azure/storage/tables/table-storage-design-for-query).
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.core.message.identity import TENANT_ID
from shared.errors import NotFound
from shared.ports import Person
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
_PREPARED = msgspec.json.Decoder(Person)


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
        self._cache: OrderedDict[tuple[str, str], tuple[float, Person | None]] = OrderedDict()

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_READERS, thread_name_prefix="directory")

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port. Raises ``StorageUnavailable``."""
        if not TENANT_ID.fullmatch(tenant_id):
            raise NotFound("not a tenant id")
        wanted = list(dict.fromkeys(address.lower() for address in addresses))
        found = self._cached(tenant_id, wanted)
        missing = [address for address in wanted if address not in found]
        if len(missing) > 1:
            read = list(self._readers.map(lambda address: self._read(tenant_id, address), missing))
        else:
            read = [self._read(tenant_id, address) for address in missing]
        fetched = dict(zip(missing, read, strict=True))
        self._keep(tenant_id, fetched)
        everybody = {**found, **fetched}
        return {address: person for address in wanted if (person := everybody[address]) is not None}

    def save(self, tenant_id: str, people: Sequence[Person]) -> None:
        """See the port. Of several with one address the last counts. Raises ``StorageUnavailable``."""
        from azure.data.tables import UpdateMode

        if not TENANT_ID.fullmatch(tenant_id):
            raise NotFound("not a tenant id")
        by_address = {person.address.lower(): person for person in people}
        rows = [
            {"PartitionKey": tenant_id, "RowKey": _key(address), **pack(person, "a person")}
            for address, person in by_address.items()
        ]
        for start in range(0, len(rows), _BATCH):
            batch = [("upsert", row, {"mode": UpdateMode.REPLACE}) for row in rows[start : start + _BATCH]]

            def once(batch: list[tuple[str, dict[str, object], dict[str, object]]] = batch) -> None:  # type: ignore[assignment]  # rows are wider here
                with storage_call("save people"):
                    self._table.submit_transaction(batch)

            repeated(once, self._process.storage_timeout)
        with self._lock:
            for address in by_address:
                self._cache.pop((tenant_id, address), None)

    def _cached(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person | None]:
        oldest = self._monotonic() - self._process.settings_cache_seconds
        found: dict[str, Person | None] = {}
        with self._lock:
            for address in addresses:
                entry = self._cache.get((tenant_id, address))
                if entry is not None and entry[0] > oldest:
                    found[address] = entry[1]
        return found

    def _keep(self, tenant_id: str, people: dict[str, Person | None]) -> None:
        now = self._monotonic()
        with self._lock:
            for address, person in people.items():
                self._cache[tenant_id, address] = (now, person)
                self._cache.move_to_end((tenant_id, address))
            while len(self._cache) > MOST_CACHED:
                self._cache.popitem(last=False)

    def _read(self, tenant_id: str, address: str) -> Person | None:
        from azure.core.exceptions import HttpResponseError

        def once() -> Person | None:
            with storage_call("read a person"):
                try:
                    return msgspec.convert(unpack(self._table.get_entity(tenant_id, _key(address))), Person)
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return None

        return repeated(once, self._process.storage_timeout)


def _key(address: str) -> str:
    safe = _UNSAFE.sub(lambda match: "".join(f"~{byte:02x}" for byte in match[0].encode("utf-8", "replace")), address)
    if len(safe) > _LONGEST_KEY:  # a key holds 1 KiB
        safe = "~~" + hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()
    return f"p:{safe}"
