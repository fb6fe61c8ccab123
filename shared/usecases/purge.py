"""Delete what retention says is due, for every tenant in turn, and write down the proof (after the last stage; product.md N2).

For each tenant and kind there is a mark: what was received before it was looked at once, and was deleted or is on the
list of what is kept back. A step plans a batch, stores the plan, carries it out (``purge_batch.py``), and stores mark and
record in one transaction. Who dies leaves a plan; the next one carries it out first. Of two at the same time one gets the
transaction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared import log
from shared.app import App
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.retention.deletion_record import DeletionRecord, digest_of, sealed
from shared.core.retention.rule import What, days_of
from shared.core.settings.scope import TENANT_SCOPE
from shared.errors import Conflict
from shared.ports_retention import Batch, Progress
from shared.usecases.plan_purge import plan_purge
from shared.usecases.purge_batch import Purged, purge_batch

LONGEST_RUN = timedelta(minutes=6)
"""After so long no further batch is begun; a function may take ten minutes."""
LEASE = timedelta(minutes=9)
AUDIT_ROWS = 5000
"""Rows of the audit log that one step deletes."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the timer did."""

    batches: int
    messages: int
    audit_rows: int


def purge(app: App) -> Run:
    """One batch of each tenant after the other, until nothing is due or time is over. Never raises for one tenant."""
    begun = app.clock.now()
    waiting = list(app.settings.tenants())
    if waiting:  # nobody is always the last
        start = int(begun.timestamp() // 60) % len(waiting)
        waiting = waiting[start:] + waiting[:start]
    batches = messages = audit_rows = 0
    while waiting:
        again = []
        for settings in waiting:
            if app.clock.now() - begun > LONGEST_RUN:
                return Run(batches, messages, audit_rows)
            try:
                done = _step(app, settings)
            except Conflict:
                continue  # somebody else is at it
            except Exception as error:  # one tenant must not stop the others
                log.trouble("purge", None, error, tenant=settings.tenant_id)
                continue
            if done is not None:
                batches, messages = batches + 1, messages + done
                again.append(settings)
                continue
            try:
                audit_rows += _purge_audit(app, settings)
            except Exception as error:
                log.trouble("purge", None, error, tenant=settings.tenant_id)
        waiting = again
    return Run(batches, messages, audit_rows)


def _step(app: App, settings: TenantSettings) -> int | None:
    """One batch; how many messages it deleted. ``None`` where nothing is due, or somebody else is deleting.

    Raises ``Conflict`` where somebody was faster, ``TemporaryError``.
    """
    now = app.clock.now()
    present = app.settings.present(
        settings.tenant_id, TENANT_SCOPE
    )  # no cache: a hold counts from the moment it is set
    if isinstance(present, TenantSettings):
        settings = present
    progress = app.deletions.progress(settings.tenant_id)
    if progress.lease_until is not None and progress.lease_until > now:
        return None
    if progress.batch is None:
        planned = plan_purge(app, settings, progress)
        if planned is None:
            return None
        progress = planned
    batch = progress.batch
    if batch is None:  # the walk went on, and nothing of it is due
        app.deletions.save(replace(progress, lease_until=None))
        return 0
    progress = app.deletions.save(replace(progress, lease_until=now + LEASE))
    purged = purge_batch(app, settings, batch)
    after = _advanced(progress, batch)
    if not purged.gone:
        app.deletions.save(after)
        return 0
    record = _record(app, settings, progress, batch, purged)
    app.deletions.save(replace(after, records=record.number + 1, head=record.hash), record)
    return len(purged.gone)


def _advanced(progress: Progress, batch: Batch) -> Progress:
    done = replace(progress, batch=None, lease_until=None)
    if not batch.until:
        return done
    return replace(done, content=batch.until) if batch.what is What.CONTENT else replace(done, record=batch.until)


def _record(app: App, settings: TenantSettings, progress: Progress, batch: Batch, purged: Purged) -> DeletionRecord:
    received = sorted(ref.received_at for ref in purged.gone)
    # A repeated batch finds less than there was: what was planned counts, where all of it went.
    whole = len(purged.gone) == len(batch.queue_ids)
    return sealed(
        DeletionRecord(
            number=progress.records,
            tenant_id=settings.tenant_id,
            what=batch.what,
            begun_at=batch.begun_at,
            verified_at=app.clock.now(),
            messages=len(purged.gone),
            blobs=batch.blobs if whole else purged.blobs,
            size=batch.size if whole else purged.size,
            digest=digest_of(ref.queue_id for ref in purged.gone),
            first=received[0],
            last=received[-1],
            days=days_of(batch.what, settings.retention) or 0,
            settings_version=settings.version,
            kept=_counts(purged.kept),
            holds=_counts(purged.holds),
            previous=progress.head,
        )
    )


def _counts(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items()))


def _purge_audit(app: App, settings: TenantSettings) -> int:
    """Old lines of the audit log, and deletion records of the same age. While any legal hold stands, none."""
    days = days_of(What.AUDIT, settings.retention)
    if days is None or settings.retention.legal_holds:
        return 0
    before = _midnight(app.clock.now()) - timedelta(days=days)
    rows = app.remains.erase_audit(settings.tenant_id, before, AUDIT_ROWS)
    if not rows:
        return 0
    now = app.clock.now()
    progress = app.deletions.progress(settings.tenant_id)
    record = sealed(
        DeletionRecord(
            number=progress.records,
            tenant_id=settings.tenant_id,
            what=What.AUDIT,
            begun_at=now,
            verified_at=app.clock.now(),
            messages=rows,
            blobs=0,
            size=0,
            digest="",
            first=None,
            last=before,
            days=days,
            settings_version=settings.version,
            previous=progress.head,
        )
    )
    app.deletions.save(replace(progress, records=record.number + 1, head=record.hash), record)
    app.deletions.erase_records(settings.tenant_id, before, AUDIT_ROWS)
    return rows


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
