"""Onboarding's results, secrets and canaries, in Table storage: the ``OnboardingLog`` port.

``{tenant}`` / ``secret``; ``{tenant}`` / ``s:{step}``, replaced on the condition that nobody else did meanwhile;
``{tenant}`` / ``c:{id}``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import msgspec

from shared.adapters.storage_documents import pack, unpack
from shared.adapters.storage_errors import RefusedRequest, Verdict, repeated, storage_call, verdict
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import Row
from shared.adapters.storage_table_row import StoredRow
from shared.core.message.identity import TENANT_ID
from shared.core.onboarding.canary import Canary
from shared.core.onboarding.finding import Step, StepResult
from shared.errors import Conflict, NotFound, StorageUnavailable
from shared.ports_onboarding import MOST_CANARIES
from shared.settings import ProcessSettings

_SECRET = "secret"  # noqa: S105  # a key of a row
_RESULT, _CANARY = "s:", "c:"
_TRIES = 10
_ORDER = {step: number for number, step in enumerate(Step)}
Result = TypeVar("Result")

# Prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = (msgspec.json.Decoder(StepResult), msgspec.json.Decoder(Canary))


class TableOnboardingLog:
    """``OnboardingLog`` on one table. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, table: str = "onboarding") -> None:
        """``table`` must exist. No connection is made here."""
        self._process = process
        self._name = table

    @property
    def _table(self) -> StorageTable:
        return storage_table(self._process, self._name)

    def secret(self, tenant_id: str, proposed: str) -> str:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        for _ in range(_TRIES):
            row = self._get(tenant_id, _SECRET)
            if row is not None:
                return str(row["value"])
            self._insert({"PartitionKey": tenant_id, "RowKey": _SECRET, "value": proposed})
        raise StorageUnavailable("a tenant's secret is neither there nor can it be made")

    def results(self, tenant_id: str) -> tuple[StepResult, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        rows = self._rows(tenant_id, _RESULT)
        found = [msgspec.convert(unpack(row), StepResult) for row in rows]
        return tuple(sorted(found, key=lambda result: _ORDER[result.step]))

    def note(self, tenant_id: str, result: StepResult) -> StepResult:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        key = f"{_RESULT}{result.step}"
        row = {"PartitionKey": tenant_id, "RowKey": key, **pack(result, "an onboarding result")}
        for _ in range(_TRIES):
            kept = self._get(tenant_id, key)
            if kept is None:
                if self._insert(row):
                    return result
                continue
            present = msgspec.convert(unpack(kept), StepResult)
            if present.checked_at > result.checked_at:
                return present
            if self._replace(row, kept.etag):
                return result
        raise StorageUnavailable("an onboarding result keeps changing")

    def begin(self, tenant_id: str, canary: Canary) -> None:
        """See the port. Raises ``StorageUnavailable`` too."""
        _check(tenant_id)
        for old in self.canaries(tenant_id)[MOST_CANARIES - 1 :]:
            self._call("forget a canary", partial(self._table.remove, tenant_id, _canary_key(old.id)))
        row = {"PartitionKey": tenant_id, "RowKey": _canary_key(canary.id), **pack(canary, "a canary")}
        if not self._insert(row) and canary not in self.canaries(tenant_id):
            raise Conflict("there is another canary with this id")

    def canaries(self, tenant_id: str) -> tuple[Canary, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        found = [msgspec.convert(unpack(row), Canary) for row in self._rows(tenant_id, _CANARY)]
        return tuple(sorted(found, key=lambda canary: canary.started_at, reverse=True))

    def seen(self, tenant_id: str, id_: str, queue_id: str, at: datetime) -> bool:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        if not id_.isalnum():
            return False
        for _ in range(_TRIES):
            row = self._get(tenant_id, _canary_key(id_))
            if row is None:
                return False
            canary = msgspec.convert(unpack(row), Canary)
            if canary.queue_id:
                return False
            changed = replace(canary, queue_id=queue_id, seen_at=at)
            keys = {"PartitionKey": tenant_id, "RowKey": _canary_key(id_)}
            if self._replace({**keys, **pack(changed, "a canary")}, row.etag):
                return True
        raise StorageUnavailable("a canary keeps changing")

    def _get(self, tenant_id: str, key: str) -> StoredRow | None:
        return self._call("read of onboarding", lambda: self._table.get(tenant_id, key))

    def _rows(self, tenant_id: str, prefix: str) -> list[StoredRow]:
        _check(tenant_id)
        wanted = f"PartitionKey eq '{tenant_id}' and RowKey ge '{prefix}' and RowKey lt '{prefix[0]};'"
        return self._call("list of onboarding", lambda: list(self._table.rows(wanted)))

    def _insert(self, row: Row) -> bool:
        """Whether it was not there. A second try after a lost answer finds its own row and says ``False``."""

        def once() -> bool:
            try:
                self._table.insert(row)
            except RefusedRequest as error:
                if verdict(error) is not Verdict.EXISTS:
                    raise
                return False
            return True

        return self._call("write of onboarding", once)

    def _replace(self, row: Row, etag: str) -> bool:
        def once() -> bool:
            try:
                self._table.replace(row, etag)
            except RefusedRequest as error:
                if verdict(error) not in (Verdict.CHANGED, Verdict.MISSING):
                    raise
                return False
            return True

        return self._call("change of onboarding", once)

    def _call(self, what: str, call: Callable[[], Result]) -> Result:
        def once() -> Result:
            with storage_call(what):
                return call()

        return repeated(once, self._process.storage_timeout)


def _canary_key(id_: str) -> str:
    return f"{_CANARY}{id_}"


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
