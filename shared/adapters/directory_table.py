"""Who is who, in Table storage: the ``Directory`` port. Rows: ``directory_table_rows.py``.

Reads are point reads, several at a time: a filter that joins keys by ``or`` reads the whole partition
(learn.microsoft.com/azure/storage/tables/table-storage-design-for-query).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from shared.adapters import directory_table_rows as rows
from shared.adapters.directory_table_cache import DirectoryCache
from shared.adapters.directory_table_search import DirectorySearch
from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.core.message.domains import normal_address
from shared.core.message.identity import TENANT_ID
from shared.errors import Conflict, NotFound
from shared.ports import Group, PeopleFound, Person
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.data.tables import TableClient

_READERS = 8
_BATCH = 100
_READ_ALL_FROM = 200
"""People whose rows are wanted, from which on one listing is cheaper than a read for each."""
_TRIES = 4
# These types are prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
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
        self._cache = DirectoryCache(process.settings_cache_seconds, monotonic)

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_READERS, thread_name_prefix="directory")

    def people(self, tenant_id: str, addresses: Sequence[str]) -> dict[str, Person]:
        """See the port. Raises ``StorageUnavailable``."""
        return self._find(tenant_id, {address.lower(): rows.person_key(address) for address in addresses}, Person)

    def groups(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Group]:
        """See the port. Raises ``StorageUnavailable``."""
        return self._find(tenant_id, {id_.casefold(): rows.group_key(id_) for id_ in ids}, Group)

    def people_by_id(self, tenant_id: str, ids: Sequence[str]) -> dict[str, Person]:
        """See the port: one range of keys for each id, and then its people. Raises ``StorageUnavailable``."""
        found: dict[str, Person] = {}
        for id_ in ids:
            known = self._with_id(tenant_id, id_)
            if known:
                found[id_] = min(known, key=lambda person: (not person.active, person.address.lower()))
        return found

    def addresses_of(self, tenant_id: str, id_: str, limit: int) -> tuple[str, ...]:
        """See the port: as ``people_by_id``, and cached as that is. Raises ``StorageUnavailable``."""
        return tuple(sorted({normal_address(one.address) for one in self._with_id(tenant_id, id_)})[:limit])

    def _with_id(self, tenant_id: str, id_: str) -> list[Person]:
        """Everybody with a directory id, which is one person by each of their addresses."""
        _check(tenant_id)
        if not id_:
            return []
        prefix = rows.id_prefix(id_)
        addresses: Any = self._cache.get(tenant_id, (prefix,)).get(prefix)
        if addresses is None:
            addresses = self._addresses(tenant_id, prefix, "", 1000)
            self._cache.keep(tenant_id, {prefix: addresses})
        return [person for person in self.people(tenant_id, addresses).values() if person.id == id_]

    def members(self, tenant_id: str, group_id: str, limit: int) -> tuple[Person, ...]:
        """See the port: the group's index rows, and then its people. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        wanted, prefix, last = group_id.casefold(), rows.member_prefix(group_id), ""
        found: list[Person] = []
        while len(found) < limit:
            asked = min(limit - len(found), 1000)
            addresses = self._addresses(tenant_id, prefix, last, asked)
            people = self.people(tenant_id, addresses).values()
            found += [one for one in people if one.active and wanted in {id_.casefold() for id_ in one.groups}]
            if len(addresses) < asked:
                break
            last = addresses[-1]
        return tuple(sorted(found, key=lambda person: person.address.lower()))

    def search(self, tenant_id: str, text: str, after: str, limit: int) -> PeopleFound:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        timeout = self._process.storage_timeout
        search = DirectorySearch(self._table, timeout, tenant_id, text, lambda names: self.people(tenant_id, names))
        return search.page(after, limit)

    def change(self, tenant_id: str, before: Person | None, after: Person) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        touched = {key.rpartition(":")[0] for one in (before, after) for key in rows.index_keys(one)}
        try:
            # A row of the index that somebody else took away already stops the whole transaction: then without tidying.
            if not any(self._change(tenant_id, before, after, tidy=tidy) for tidy in (True, False)):
                raise Conflict("the person changes all the time")
        finally:
            self._cache.forget(tenant_id, touched | {rows.person_key(after.address)})

    def save(self, tenant_id: str, people: Sequence[Person]) -> None:
        """See the port. Of several with one address the last counts. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        self._save_people(tenant_id, {normal_address(person.address): person for person in people})

    def remove(self, tenant_id: str, addresses: Sequence[str]) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        names = list(dict.fromkeys(normal_address(address) for address in addresses))
        known = self._stored(tenant_id, names)
        self._save_people(tenant_id, {name: replace(known.get(name, Person(name)), active=False) for name in names})

    def save_groups(self, tenant_id: str, groups: Sequence[Group]) -> None:
        """See the port. Of several with one id the last counts. Raises ``StorageUnavailable``."""
        from azure.data.tables import UpdateMode

        _check(tenant_id)
        packed = {rows.group_key(group.id): pack(group, "a group") for group in groups}
        stored = [{"PartitionKey": tenant_id, "RowKey": key, **row} for key, row in packed.items()]
        try:
            for start in range(0, len(stored), _BATCH):
                self._submit([("upsert", row, {"mode": UpdateMode.REPLACE}) for row in stored[start : start + _BATCH]])
        finally:
            self._cache.forget(tenant_id, packed)

    def remove_groups(self, tenant_id: str, ids: Sequence[str]) -> None:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        keys = [rows.group_key(id_) for id_ in ids]

        def delete(key: str) -> None:
            def once() -> None:
                with storage_call("remove from a directory"):
                    self._table.delete_entity(tenant_id, key)  # no error where there is none

            repeated(once, self._process.storage_timeout)

        try:
            for _ in self._readers.map(delete, keys):
                pass
        finally:
            self._cache.forget(tenant_id, keys)

    def everybody(self, tenant_id: str) -> tuple[Person, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        found = (person for person in self._all(tenant_id, "p", Person) if person.active)
        return tuple(sorted(found, key=lambda person: person.address.lower()))

    def all_groups(self, tenant_id: str) -> tuple[Group, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        return tuple(sorted(self._all(tenant_id, "g", Group), key=lambda group: group.id.casefold()))

    def _find(self, tenant_id: str, keys: dict[str, str], kind: type[Row]) -> dict[str, Row]:
        """The known ones among rows, whose keys stand by the names that the caller knows them by."""
        _check(tenant_id)
        kept = self._cache.get(tenant_id, keys.values())
        missing = [key for key in dict.fromkeys(keys.values()) if key not in kept]
        fetched = self._fetch(tenant_id, missing, kind)
        self._cache.keep(tenant_id, fetched)
        found = {**kept, **fetched}
        return {name: row for name, key in keys.items() if isinstance(row := found[key], kind)}

    def _fetch(self, tenant_id: str, keys: Sequence[str], kind: type[Row]) -> dict[str, Row | None]:
        if len(keys) > 1:
            read = list(self._readers.map(lambda key: self._read(tenant_id, key, kind), keys))
        else:
            read = [self._read(tenant_id, key, kind) for key in keys]
        return dict(zip(keys, read, strict=True))

    def _stored(self, tenant_id: str, names: Sequence[str]) -> dict[str, Person]:
        """What is stored at this moment of people, by normal address."""
        if len(names) > _READ_ALL_FROM:
            return {normal_address(person.address): person for person in self._all(tenant_id, "p", Person)}
        fetched = self._fetch(tenant_id, [rows.person_key(name) for name in names], Person)
        return {name: person for name in names if (person := fetched[rows.person_key(name)]) is not None}

    def _save_people(self, tenant_id: str, people: Mapping[str, Person]) -> None:
        """Save them with their index. Somebody else may be saving the same people: then an old index row may be gone
        before this takes it, and it is looked anew what is stored; at last old rows are left to the readers' check.
        """
        touched = {rows.person_key(name) for name in people}
        left = dict(people)
        try:
            for tried in range(_TRIES):
                before = self._stored(tenant_id, list(left))
                for person in (*left.values(), *before.values()):
                    touched |= {key.rpartition(":")[0] for key in rows.index_keys(person)}
                unfit: dict[str, Person] = {}
                for batch, operations in rows.batches(tenant_id, left.values(), before, tidy=tried < _TRIES - 1):
                    if not self._submit(operations):
                        unfit |= {normal_address(person.address): person for person in batch}
                left = unfit
                if not left:
                    return
        finally:
            self._cache.forget(tenant_id, touched)

    def _change(self, tenant_id: str, before: Person | None, after: Person, *, tidy: bool) -> bool:
        """``False`` where a row of the index was not there any more; then nothing was done."""
        key = rows.person_key(after.address)

        def once() -> bool:
            with storage_call("change a person"):
                try:
                    stored = self._table.get_entity(tenant_id, key)
                except Exception as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    stored = None
                present = msgspec.convert(unpack(stored), Person) if stored is not None else None
                if present == after:
                    return True  # this very change, whose answer was lost
                if present != before:
                    raise Conflict("somebody else changed the person")
                etag = str(stored.metadata["etag"]) if stored is not None else ""
                for operations in rows.change_operations(tenant_id, before, after, etag, tidy=tidy):
                    try:
                        self._table.submit_transaction(operations)
                    except Exception as error:
                        found = verdict(error)
                        if found in (Verdict.CHANGED, Verdict.EXISTS):
                            raise Conflict("somebody else changed the person") from error
                        if found is not Verdict.MISSING or not tidy:
                            raise
                        return False
            return True

        return repeated(once, self._process.storage_timeout)

    def _submit(self, operations: rows.Operations) -> bool:
        """Carry out a transaction; ``False`` where a row that it takes away is gone already: nothing was done."""

        def once() -> bool:
            with storage_call("save people"):
                try:
                    self._table.submit_transaction(operations)
                except Exception as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return False
            return True

        return repeated(once, self._process.storage_timeout)

    def _addresses(self, tenant_id: str, prefix: str, last: str, limit: int) -> tuple[str, ...]:
        """Addresses of index rows, at most ``limit``, from behind that of ``last``."""
        wanted = rows.range_filter(tenant_id, prefix, last)

        def once() -> tuple[str, ...]:
            with storage_call("read a directory's index"):
                found = self._table.query_entities(wanted, results_per_page=limit, select=["address"])
                return tuple(str(row["address"]) for _, row in zip(range(limit), found, strict=False))

        return repeated(once, self._process.storage_timeout)

    def _all(self, tenant_id: str, prefix: str, kind: type[Row]) -> list[Row]:
        _check(tenant_id)
        keys = rows.range_filter(tenant_id, prefix)

        def once() -> list[Row]:
            with storage_call("list a directory"):
                return [msgspec.convert(unpack(row), kind) for row in self._table.query_entities(keys)]

        return repeated(once, self._process.storage_timeout)

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
