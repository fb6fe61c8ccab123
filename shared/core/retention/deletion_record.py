"""``DeletionRecord``: the proof of one deletion, chained to the one before it by its hash. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from shared.core.retention.rule import What


@dataclass(frozen=True, slots=True)
class DeletionRecord:
    """What one step of the deletion job deleted for a tenant.

    ``messages`` is their number (of audit lines, where ``what`` is audit), ``digest`` is ``digest_of`` their queue ids.
    ``first`` and ``last`` bound when they were received. ``days`` and ``settings_version`` are the rule. ``kept`` counts
    what was looked at and stayed, by reason; ``holds`` the same by legal hold. ``verified_at`` is when storage, asked
    again, had none of it any more. ``hash`` is over everything else, ``previous`` included.
    """

    number: int
    tenant_id: str
    what: What
    begun_at: datetime
    verified_at: datetime
    messages: int
    blobs: int
    size: int
    digest: str
    first: datetime | None
    last: datetime | None
    days: int
    settings_version: int
    kept: tuple[tuple[str, int], ...] = ()
    holds: tuple[tuple[str, int], ...] = ()
    previous: str = ""
    hash: str = ""


def digest_of(queue_ids: Iterable[str]) -> str:
    """SHA-256 over the sorted ids, a line each: who has the ids can check that they are meant."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(queue_ids)).encode()).hexdigest()


def sealed(record: DeletionRecord) -> DeletionRecord:
    """The record with its hash."""
    return replace(record, hash=_hash(record))


def first_break(records: Sequence[DeletionRecord]) -> int | None:
    """The number of the first record, of consecutive ones in order, that was altered, or before which one is missing."""
    before: DeletionRecord | None = None
    for record in records:
        chained = before is None or (record.number == before.number + 1 and record.previous == before.hash)
        if record.hash != _hash(record) or not chained:
            return record.number
        before = record
    return None


def _hash(record: DeletionRecord) -> str:
    return hashlib.sha256(msgspec.json.encode(replace(record, hash=""))).hexdigest()
