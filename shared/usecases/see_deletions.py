"""What retention has deleted of a tenant, and what it keeps back (stage 6; product.md N2): for administrators and auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from shared.app import App
from shared.core.message.identity import MessageRef
from shared.core.policy.retention_settings import Retention
from shared.core.retention.deletion_record import DeletionRecord, first_break
from shared.core.retention.rule import Kept, What
from shared.ports_retention import KeptBack

MOST_COUNTED = 10_000
"""Messages that are kept back, of each reason, up to which they are counted."""
MOST_RECORDS = 20_000
"""Records of one export."""
LARGEST_PAGE = 200
_EVER = date.max
_SHOWN = (Kept.LEGAL_HOLD, Kept.OPEN, Kept.UNJUDGED)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many messages a legal hold keeps, or (``hold`` empty) have no end yet or were never judged."""

    what: What
    kept: Kept
    hold: str
    messages: int
    more: bool
    """There are more than were counted."""


@dataclass(frozen=True, slots=True)
class Deletions:
    """``content_through`` and ``record_through``: whatever was received before was looked at, and was deleted or is kept back.

    ``intact`` is whether the records that are shown follow each other unaltered; ``broken_at`` is the number of the first
    that does not, else -1.
    """

    body_days: int
    metadata_days: int
    audit_days: int
    content_through: datetime | None
    record_through: datetime | None
    working: bool
    rows: tuple[DeletionRecord, ...]
    after: str
    intact: bool
    broken_at: int


def see_deletions(app: App, tenant_id: str, after: str, limit: int) -> Deletions:
    """A page of records, the newest first; ``after`` is the mark of the last page. Raises ``TemporaryError``."""
    limit = min(max(limit, 1), LARGEST_PAGE)
    retention = app.settings.tenant(tenant_id).retention
    progress = app.deletions.progress(tenant_id)
    before = int(after) if after.isdecimal() and after.isascii() and len(after) < 12 else progress.records
    found = app.deletions.records(tenant_id, before, limit + 1)
    shown = found[:limit]
    broken = _broken(found, newest_is_last=before == progress.records, head=progress.head)
    return Deletions(
        retention.body_days,
        retention.metadata_days,
        retention.audit_days,
        _through(tenant_id, progress.content),
        _through(tenant_id, progress.record),
        progress.batch is not None,
        shown,
        str(shown[-1].number) if len(found) > limit else "",
        broken is None,
        -1 if broken is None else broken,
    )


def see_kept_back(app: App, tenant_id: str) -> tuple[HeldBack, ...]:
    """What is kept back, by kind, reason and legal hold. Raises ``TemporaryError``."""
    found = []
    for what in (What.CONTENT, What.RECORD):
        for kept in _SHOWN:
            entries = app.deletions.kept(tenant_id, what, kept, _EVER, MOST_COUNTED)
            found += _counted(what, kept, entries)
    return tuple(found)


def export_deletions(app: App, tenant_id: str) -> bytes:
    """All records as JSON, the oldest first, with the rule that counts now: whoever has it can check the chain. Raises
    ``TemporaryError``.
    """
    progress = app.deletions.progress(tenant_id)
    records = tuple(reversed(app.deletions.records(tenant_id, progress.records, MOST_RECORDS)))
    document = _Export(
        tenant_id, app.clock.now(), app.settings.tenant(tenant_id).retention, see_kept_back(app, tenant_id), records
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


@dataclass(frozen=True, slots=True)
class _Export:
    tenant_id: str
    at: datetime
    retention: Retention
    kept_back: tuple[HeldBack, ...]
    records: tuple[DeletionRecord, ...]


def _counted(what: What, kept: Kept, entries: tuple[KeptBack, ...]) -> list[HeldBack]:
    if not entries:
        return []
    more = len(entries) == MOST_COUNTED
    holds: dict[str, int] = {}
    for entry in entries:
        for hold in entry.holds or ("",):
            holds[hold] = holds.get(hold, 0) + 1
    return [HeldBack(what, kept, hold, count, more) for hold, count in sorted(holds.items())]


def _broken(found: tuple[DeletionRecord, ...], *, newest_is_last: bool, head: str) -> int | None:
    broken = first_break(tuple(reversed(found)))
    if broken is None and newest_is_last and found and found[0].hash != head:
        return found[0].number
    return broken


def _through(tenant_id: str, queue_id: str) -> datetime | None:
    return MessageRef(tenant_id, queue_id).received_at if queue_id else None
