"""One entity-group transaction whose lost answer is not mistaken for somebody else's decision.

A commit may be carried out although its answer never came. It is then repeated; the repetition fails, since the row
exists or has another ETag. Each commit therefore leaves a random id of its own in the guarding row, together with the
last few before it: whoever fails after an unclear try reads the row and looks for that id.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.storage_errors import Verdict, is_transport, repeated, storage_call, unavailable, verdict
from shared.adapters.storage_table import StorageTable
from shared.adapters.storage_table_batch import Operation, Row
from shared.errors import PermanentError

MOST_OPERATIONS = 100
"""Operations in one transaction: learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions."""
LARGEST_BATCH = 3_900_000
"""Bytes of one transaction's request; storage takes 4 MiB."""
_TRIES = 3
_REMEMBERED = 8
_ROW_OVERHEAD = 800
"""Bytes that one operation adds to the request: MIME and HTTP headers, URL, keys."""


def commit_history(earlier: str) -> tuple[str, str]:
    """A new commit's id, and the ``commits`` column that holds it before the ids of earlier ones."""
    commit = secrets.token_hex(8)
    return commit, " ".join((commit, *earlier.split()[: _REMEMBERED - 1]))


@dataclass(frozen=True, slots=True)
class Committed:
    """The transaction was carried out. ``etag`` is the guarding row's; ``""`` when others have followed since."""

    etag: str


def transact(
    table: StorageTable, operations: Sequence[Operation], commit: str, timeout_seconds: float, what: str
) -> Committed | None:
    """Carry out a transaction; its first operation is the one on the guarding row.

    ``None`` means that the guarding row exists already (for an insert) or was changed or removed (for a replacement):
    nothing was done. Raises ``StorageUnavailable`` when storage does not say; ``PermanentError`` for too much at once.
    """
    _check_size(operations, what)
    deadline = time.monotonic() + timeout_seconds
    unclear: Exception | None = None
    for tried in range(_TRIES):
        try:
            return Committed(table.transact(operations)[0])
        except Exception as error:
            if not is_transport(error):
                raise
            found = verdict(error)
            if found is Verdict.TOO_LARGE:
                raise PermanentError(f"{what}: too large for storage") from error
            if found is not Verdict.UNCLEAR:
                return None if unclear is None else _look(table, operations[0].row, commit, timeout_seconds, what)
            unclear = error
        pause = 0.1 * 3**tried
        if tried == _TRIES - 1 or time.monotonic() + pause >= deadline:
            break
        time.sleep(pause)
    assert unclear is not None
    done = _look(table, operations[0].row, commit, timeout_seconds, what)
    if done is None:
        raise unavailable(what, unclear) from unclear
    return done


def _look(table: StorageTable, guard: Row, commit: str, timeout_seconds: float, what: str) -> Committed | None:
    """Whether the guarding row shows that this commit was carried out."""

    def once() -> Committed | None:
        with storage_call(f"{what}, reading back"):
            row = table.get(guard["PartitionKey"], guard["RowKey"], select=["commits"])
        if row is None:
            return None
        commits = str(row.get("commits", "")).split()
        if commit not in commits:
            return None
        return Committed(row.etag if commits[0] == commit else "")

    return repeated(once, timeout_seconds)


def _check_size(operations: Sequence[Operation], what: str) -> None:
    """Refuse what storage would refuse: its emulator answers some of it with nonsense and takes the rest."""
    if len(operations) > MOST_OPERATIONS:
        raise PermanentError(f"{what}: {len(operations)} operations, {MOST_OPERATIONS} at most")
    total = sum(_ROW_OVERHEAD + sum(_size(value) for value in operation.row.values()) for operation in operations)
    if total > LARGEST_BATCH:
        raise PermanentError(f"{what}: {total} bytes in one transaction, {LARGEST_BATCH} at most")


def _size(value: object) -> int:
    if isinstance(value, bytes):
        return len(value) * 4 // 3 + 80
    if isinstance(value, str):
        return 6 * len(value) + 40
    return 80
