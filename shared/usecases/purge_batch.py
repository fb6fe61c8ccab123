"""Delete one planned batch of messages for good, and ask storage whether it is gone (after the last stage).

For each message, in this order: the change of state that says so, what lists show, the bytes; of a record whose time has
come then its rows, the state last of all. Whatever dies in between, the same batch is carried out again from the start:
every step is conditional or harmless when repeated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared import log
from shared.app import App
from shared.core.hold.record import MessageRecord
from shared.core.lists.make_row import is_listed, make_row, spots_of
from shared.core.lists.message_row import Shelf
from shared.core.message.domains import normal_address
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.retention.rule import Kept, Ruling, What, days_of, rule
from shared.core.retention.standing import standing_of
from shared.core.retention.tombstone import lose_content
from shared.errors import Conflict, StorageUnavailable
from shared.ports import Stored
from shared.ports_lists import Place
from shared.ports_retention import Batch, KeptBack, StoredBlob

WORKERS = 6
FEW = 4
"""Up to so many messages of an hour are listed one by one, more by their common folder."""
SOONEST = timedelta(days=1)
"""After which time a message without an end is looked at again; later the older it is."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Purged:
    """What became of a batch. ``gone`` are the messages whose content or record is deleted; ``blobs`` and ``size`` what
    was found of them this time.
    """

    gone: tuple[MessageRef, ...]
    blobs: int = 0
    size: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    holds: Counter[str] = field(default_factory=Counter)


def purge_batch(app: App, settings: TenantSettings, batch: Batch) -> Purged:
    """Carry out a batch by the settings as they are now, however it was planned.

    Raises ``TemporaryError`` where storage fails or still has something: then the batch is to be carried out again.
    """
    refs = tuple(MessageRef(settings.tenant_id, queue_id) for queue_id in batch.queue_ids)
    if not refs:
        return Purged(())
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda ref: _mark(app, settings, batch.what, ref), refs))
        kept, holds = Counter[str](), Counter[str]()
        due: list[Stored | MessageRef] = []
        for ref, outcome in zip(refs, found, strict=True):
            if isinstance(outcome, Ruling):
                kept[str(outcome.kept)] += 1
                holds.update(outcome.holds)
            else:
                due.append(outcome or ref)
        gone = tuple(one.record.ref if isinstance(one, Stored) else one for one in due)
        blobs = _erase_blobs(app, gone)
        if batch.what is What.RECORD:
            done = list(pool.map(lambda one: _erase_record(app, one) if isinstance(one, Stored) else True, due))
            gone = tuple(ref for ref, erased in zip(gone, done, strict=True) if erased)
            _check_gone(app, gone)
        for ref in gone:
            for what in (What.CONTENT, What.RECORD) if batch.what is What.RECORD else (What.CONTENT,):
                app.deletions.forget(KeptBack(what, ref, Kept.YOUNG, date.min))
    return Purged(gone, len(blobs), sum(blob.size for blob in blobs), kept, holds)


def keep_back(app: App, what: What, ref: MessageRef, ruling: Ruling, stored: Stored | None) -> None:
    """Note that the walk has passed a message which stays. Raises ``TemporaryError``."""
    now = app.clock.now()
    day = (now + max(SOONEST, (now - ref.received_at) / 10)).date()
    if ruling.kept is Kept.LEGAL_HOLD:
        day = date.min
    elif ruling.kept in (Kept.YOUNG, Kept.FOR_EVER) and stored is not None:
        ended_at = standing_of(stored.record).ended_at
        day = (ended_at or now).date()
        ruling = Ruling(Kept.YOUNG)  # the days alone are to come, however many they are
    app.deletions.keep(KeptBack(what, ref, ruling.kept or Kept.OPEN, day, ruling.holds))


def blobs_of(app: App, refs: Iterable[MessageRef]) -> tuple[StoredBlob, ...]:
    """Everything that the containers hold of these messages of one tenant. Raises ``TemporaryError``."""
    hours: defaultdict[tuple[str, str], set[MessageRef]] = defaultdict(set)
    for ref in refs:
        hours[ref.tenant_id, ref.hour].add(ref)
    found: list[StoredBlob] = []
    for (tenant_id, hour), some in hours.items():
        if len(some) <= FEW:
            for ref in some:
                found += app.remains.blobs(tenant_id, hour, ref.queue_id)
        else:
            found += (blob for blob in app.remains.blobs(tenant_id, hour) if blob.ref in some)
    return tuple(found)


def _mark(app: App, settings: TenantSettings, what: What, ref: MessageRef) -> Stored | Ruling | None:
    """The message with its tombstone; why it stays; ``None`` where it has no state any more."""
    for _ in range(_ROUNDS):
        stored = app.messages.load(ref)
        if stored is None:
            # Its state went last, in a run that died before it was written down. One that was never judged is no part of
            # a batch.
            return None
        now = app.clock.now()
        ruling = rule(what, standing_of(stored.record, bool(stored.outbox)), settings.retention, now)
        if ruling.kept is not None:
            keep_back(app, what, ref, ruling, stored)
            return ruling
        if stored.record.body_deleted_at is None:
            days = days_of(What.CONTENT, settings.retention) or 0
            try:
                stored = app.messages.commit(stored, lose_content(stored.record, days, now))
            except Conflict:
                continue
        if what is What.CONTENT:
            _show(app, stored.record)
        return stored
    keep_back(app, what, ref, Ruling(Kept.OPEN), None)
    return Ruling(Kept.OPEN)


def _show(app: App, record: MessageRecord) -> None:
    """Lists say that the content is gone. Not by ``file_rows.py``: reports count nothing of this again."""
    if not is_listed(record):
        return
    row = make_row(record)
    for shelf, owner in spots_of(record):
        app.lists.put(Place(record.ref.tenant_id, shelf, owner), row)


def _erase_blobs(app: App, refs: tuple[MessageRef, ...]) -> tuple[StoredBlob, ...]:
    """Delete what there is, and look again; what there was. Raises ``StorageUnavailable`` where something is still there."""
    blobs = blobs_of(app, refs)
    app.remains.erase_blobs(blobs)
    if blobs and (left := blobs_of(app, refs)):
        raise StorageUnavailable(f"{len(left)} blobs are still there after they were deleted")
    return blobs


def _erase_record(app: App, stored: Stored) -> bool:
    record = stored.record
    row = make_row(record)
    sender = normal_address(record.envelope.reverse_path)
    spots = {*spots_of(record), (Shelf.HELD, ""), *(((Shelf.HELD, sender), (Shelf.SENT, sender)) if sender else ())}
    for shelf, owner in spots:
        app.lists.take(Place(record.ref.tenant_id, shelf, owner), row)
    erased = app.remains.erase_record(stored)
    if not erased and app.messages.load(record.ref) is None:
        return True
    if not erased:
        log.stage("purge", record.ref, "changed-meanwhile")
        keep_back(app, What.RECORD, record.ref, Ruling(Kept.OPEN), None)
    return erased


def _check_gone(app: App, refs: tuple[MessageRef, ...]) -> None:
    ordered = sorted(refs)
    if ordered and app.messages.judged(ordered[0], ordered[-1]) & set(ordered):
        raise StorageUnavailable("a state is still there after it was deleted")
