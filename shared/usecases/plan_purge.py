"""Find what the deletion job does next for a tenant (after the last stage). Costs what is due, not what is kept.

Kinds come one after the other: content, then records. Of each, messages that have become old enough since the last look,
hour by hour; then those that were kept back and whose day has come; and, where legal holds changed, all that was kept by
them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec

from shared import log
from shared.app import App
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.policy.retention_settings import Retention
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.retention.rule import Kept, Ruling, What, days_of, rule
from shared.core.retention.standing import standing_of
from shared.errors import NotFound
from shared.ports import Stored
from shared.ports_retention import Batch, KeptBack, Progress, StoredBlob
from shared.usecases.purge_batch import WORKERS, blobs_of, keep_back

MOST = 500
"""Messages of one batch."""
_MOST_HOURS = 48
"""Hours with mail that one look goes through before what it found is stored."""
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KINDS = (What.CONTENT, What.RECORD)


def plan_purge(app: App, settings: TenantSettings, progress: Progress) -> Progress | None:
    """The progress with the next batch, or with a mark that has moved on where nothing of it is due; ``None`` where
    nothing is left to look at. Stores nothing but what is kept back. Raises ``TemporaryError``.
    """
    for what in KINDS:
        days = days_of(what, settings.retention)
        if days is None:
            continue
        planned = _walk(app, settings, progress, what, days) or _look_again(app, settings, progress, what, days)
        if planned is not None:
            return planned
    return _after_holds(app, settings, progress)


def unjudged_blobs(blobs: Iterable[StoredBlob]) -> frozenset[MessageRef]:
    """Messages of blobs that nobody may delete without a state. An envelope alone is none: the relay writes it before the
    message, which was then never accepted.
    """
    return frozenset(blob.ref for blob in blobs if blob.container != "envelopes")


def _walk(app: App, settings: TenantSettings, progress: Progress, what: What, days: int) -> Progress | None:
    mark = progress.content if what is What.CONTENT else progress.record
    now = app.clock.now()
    # Whole hours: a limit that moves while the job runs would never be reached.
    limit = first_id(now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days))
    if mark >= limit:
        return None
    due: list[MessageRef] = []
    blobs: list[StoredBlob] = []
    day: date | None = None
    for _ in range(_MOST_HOURS):
        hour = _next_hour(app, settings.tenant_id, what, mark, limit) if mark < limit else None
        if hour is None:
            mark = limit
            break
        if due and (hour.date() != day or len(due) >= MOST):
            break  # one record for each day, and a bounded batch
        day = hour.date()
        mark = _walk_hour(app, settings, what, hour, (mark, min(first_id(hour + _HOUR), limit)), due, blobs)
    if not due:
        return _moved(progress, what, mark)
    some = set(due)
    return _planned(progress, what, due, mark, [blob for blob in blobs if blob.ref in some], now)


def _walk_hour(
    app: App,
    settings: TenantSettings,
    what: What,
    hour: datetime,
    ends: tuple[str, str],
    due: list[MessageRef],
    blobs: list[StoredBlob],
) -> str:
    """Add what is due of an hour's messages between two queue ids; up to where they were looked at."""
    after, end = ends
    refs = app.remains.states(settings.tenant_id, after, end, MOST)
    until = refs[-1].queue_id if len(refs) == MOST else end
    with_bytes: set[MessageRef] = set()
    if what is What.CONTENT:
        found = app.remains.blobs(settings.tenant_id, f"{hour:%Y%m%d%H}")
        blobs += (blob for blob in found if after < blob.ref.queue_id <= until)
        with_bytes = {blob.ref for blob in blobs}
        stray = {ref for ref in with_bytes if after < ref.queue_id <= until} - set(refs)
        unjudged = unjudged_blobs(blobs) & stray
        for ref in sorted(unjudged):
            _report_unjudged(app, what, ref)
        due += sorted(stray - unjudged)
    for ref, stored in _loaded(app, refs):
        if stored is None or (
            what is What.CONTENT and stored.record.body_deleted_at is not None and ref not in with_bytes
        ):
            continue
        if _is_due(app, settings, what, ref, stored):
            due.append(ref)
    return until


def _next_hour(app: App, tenant_id: str, what: What, mark: str, limit: str) -> datetime | None:
    """The next hour in which the tenant has anything between the two queue ids."""
    hours = []
    state = app.remains.next_state(tenant_id, mark)
    if state is not None and state.queue_id < limit:
        hours.append(state.hour)
    if what is What.CONTENT:
        first = MessageRef(tenant_id, mark).hour if mark else ""
        last = MessageRef(tenant_id, limit).hour
        for hour in app.remains.hours():
            if hour > last or (hours and hour >= hours[0]):
                break
            if hour >= first and app.remains.blobs(tenant_id, hour):
                hours.insert(0, hour)
                break
    return datetime.strptime(min(hours), "%Y%m%d%H").replace(tzinfo=UTC) if hours else None


def _look_again(app: App, settings: TenantSettings, progress: Progress, what: What, days: int) -> Progress | None:
    """Messages that were kept back and whose day has come."""
    now = app.clock.now()
    ripe = {
        Kept.YOUNG: (now - timedelta(days=days)).date() - _DAY,  # whole days, so that none comes too early
        Kept.OPEN: now.date(),
        Kept.UNJUDGED: now.date(),
    }
    for kept, day in ripe.items():
        entries = app.deletions.kept(settings.tenant_id, what, kept, day, MOST)
        if entries:
            return _of_kept(app, settings, progress, what, entries)
    return None


def _after_holds(app: App, settings: TenantSettings, progress: Progress) -> Progress | None:
    """Where legal holds changed: what they keep is looked at again, and goes where nothing keeps it any more."""
    digest = _holds_digest(settings.retention)
    if progress.holds == digest:
        return None
    of, _, rest = progress.holds_mark.partition(":")
    kind, _, after = rest.partition(":") if of == digest else ("", "", "")
    for what in KINDS[KINDS.index(What(kind)) if kind else 0 :]:
        entries = app.deletions.kept(settings.tenant_id, what, Kept.LEGAL_HOLD, date.min, MOST, after)
        after = ""
        if entries:
            mark = f"{digest}:{what}:{entries[-1].ref.queue_id}"
            return _of_kept(app, settings, replace(progress, holds_mark=mark), what, entries)
    return replace(progress, holds=digest, holds_mark="")


def _of_kept(
    app: App, settings: TenantSettings, progress: Progress, what: What, entries: Sequence[KeptBack]
) -> Progress:
    due = []
    for ref, stored in _loaded(app, [entry.ref for entry in entries]):
        if stored is None:
            if unjudged_blobs(app.remains.blobs(ref.tenant_id, ref.hour, ref.queue_id)):
                _report_unjudged(app, what, ref)
            else:
                app.deletions.forget(KeptBack(what, ref, Kept.OPEN, date.min))
        elif what is What.CONTENT and stored.record.body_deleted_at is not None and not blobs_of(app, [ref]):
            app.deletions.forget(KeptBack(what, ref, Kept.OPEN, date.min))
        elif _is_due(app, settings, what, ref, stored):
            due.append(ref)
    if not due:
        return progress
    return _planned(progress, what, due, "", blobs_of(app, due), app.clock.now())


def _is_due(app: App, settings: TenantSettings, what: What, ref: MessageRef, stored: Stored) -> bool:
    """Whether it is to be deleted; where it stays that is noted."""
    ruling = rule(what, standing_of(stored.record, bool(stored.outbox)), settings.retention, app.clock.now())
    if ruling.kept is None:
        return True
    keep_back(app, what, ref, ruling, stored)
    return False


def _report_unjudged(app: App, what: What, ref: MessageRef) -> None:
    """Old bytes of a message that nobody has judged: never deleted, and shown to people."""
    log.trouble("purge", ref, NotFound("bytes without a state"))
    keep_back(app, what, ref, Ruling(Kept.UNJUDGED), None)


def _planned(
    progress: Progress, what: What, due: Sequence[MessageRef], until: str, blobs: Sequence[StoredBlob], now: datetime
) -> Progress:
    names = tuple(ref.queue_id for ref in due)
    return replace(progress, batch=Batch(what, names, now, until, len(blobs), sum(blob.size for blob in blobs)))


def _moved(progress: Progress, what: What, mark: str) -> Progress:
    return replace(progress, content=mark) if what is What.CONTENT else replace(progress, record=mark)


def _loaded(app: App, refs: Sequence[MessageRef]) -> list[tuple[MessageRef, Stored | None]]:
    if not refs:
        return []
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(zip(refs, pool.map(app.messages.load, refs), strict=True))


def first_id(moment: datetime) -> str:
    """The first queue id of that millisecond: all messages before it have smaller ones."""
    return new_queue_id(max(moment, _EPOCH), bytes(RANDOM_BYTES))


def _holds_digest(retention: Retention) -> str:
    return hashlib.sha256(msgspec.json.encode(retention.legal_holds)).hexdigest()[:32]
