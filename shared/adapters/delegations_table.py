"""Proxies and absences in Table storage: the ``Delegations`` port.

All rows of a tenant lie in its partition, so that a delegation and its index change in one transaction:
``p:{principal}`` is the delegation, guarded by its ETag; ``r:{proxy}:{principal}`` says that a proxy was named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import Verdict, repeated, storage_call, verdict
from shared.adapters.storage_keys import safe_key
from shared.adapters.storage_table import storage_table
from shared.adapters.storage_table_batch import Insert, Operation, Remove, Replace
from shared.adapters.storage_transaction import commit_history, transact
from shared.core.message.domains import normal_address
from shared.core.message.identity import TENANT_ID
from shared.core.people.delegation import Delegation
from shared.errors import Conflict, NotFound
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.data.tables import TableClient

_READERS = 8
_LONGEST = 200
"""Characters of one address in a key that holds two."""
# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = msgspec.json.Decoder(Delegation)


class TableDelegations:
    """``Delegations`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "delegations") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> TableClient:
        return table_client(self._process, self._name)

    @cached_property
    def _readers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_READERS, thread_name_prefix="delegations")

    def of(self, tenant_id: str, principals: Sequence[str]) -> Mapping[str, Delegation]:
        """See the port: one point read for each. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        names = list(dict.fromkeys(normal_address(name) for name in principals))
        if len(names) > 1:
            rows = list(self._readers.map(lambda name: self._read(tenant_id, name), names))
        else:
            rows = [self._read(tenant_id, name) for name in names]
        return {name: _delegation(name, row) for name, row in zip(names, rows, strict=True)}

    def save(self, tenant_id: str, delegation: Delegation) -> Delegation:
        """See the port. Raises ``Conflict``, ``StorageUnavailable``, and ``PermanentError`` for too much at once."""
        _check(tenant_id)
        name = normal_address(delegation.principal)
        row = self._read(tenant_id, name)
        before = _delegation(name, row)
        if before.version != delegation.version:
            raise Conflict("somebody changed the delegation")
        kept = replace(delegation, principal=name, version=delegation.version + 1)
        commit, commits = commit_history(row["commits"] if row is not None else "")
        stored = {"PartitionKey": tenant_id, "RowKey": _key(name), "commits": commits, **pack(kept, "a delegation")}
        operations: list[Operation]
        if row is None:
            operations = [Insert(stored)]
        else:
            operations = [Replace(stored, str(row.metadata["etag"]))]
        # The guard makes these fit: no row is added that is there, none taken that is not.
        old, new = _index_keys(before), _index_keys(kept)
        operations += [
            Insert({"PartitionKey": tenant_id, "RowKey": key, "principal": name}) for key in sorted(new - old)
        ]
        operations += [Remove({"PartitionKey": tenant_id, "RowKey": key}) for key in sorted(old - new)]
        table = storage_table(self._process, self._name)
        if transact(table, operations, commit, self._process.storage_timeout, "save a delegation") is None:
            raise Conflict("somebody changed the delegation")
        return kept

    def principals_of(self, tenant_id: str, proxy: str) -> tuple[str, ...]:
        """See the port: one range of keys. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        prefix = f"r:{_piece(normal_address(proxy))}"
        # ";" comes right after ":", so this is the range of all keys with the prefix.
        keys = f"PartitionKey eq '{tenant_id}' and RowKey ge '{prefix}:' and RowKey lt '{prefix};'"

        def once() -> tuple[str, ...]:
            with storage_call("look whose proxy somebody is"):
                return tuple(sorted(str(row["principal"]) for row in self._table.query_entities(keys)))

        return repeated(once, self._process.storage_timeout)

    def _read(self, tenant_id: str, name: str) -> Any:
        """The row of a principal, or ``None``."""
        from azure.core.exceptions import HttpResponseError

        def once() -> Any:
            with storage_call("read a delegation"):
                try:
                    return self._table.get_entity(tenant_id, _key(name))
                except HttpResponseError as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise
                    return None

        return repeated(once, self._process.storage_timeout)


def _delegation(name: str, row: Any) -> Delegation:
    return Delegation(name) if row is None else msgspec.convert(unpack(row), Delegation)


def _key(name: str) -> str:
    return f"p:{_piece(name)}"


def _piece(name: str) -> str:
    return safe_key(name, _LONGEST)


def _index_keys(delegation: Delegation) -> set[str]:
    principal = _piece(delegation.principal)
    return {f"r:{_piece(normal_address(proxy.address))}:{principal}" for proxy in delegation.proxies}


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
