"""File what lists show of a message, and keep it up to date (stages 3 to 6; architecture.md decision 5).

Rows are views: whatever happens to them, the record stands, and they can be made anew from it. ``commit.py`` files
them after the transaction and before it forgets the schedule's note, so that a crash in between leaves a note that
brings somebody who looks (``file_again``).
"""

from __future__ import annotations

from datetime import timedelta

from shared import log
from shared.app import App
from shared.core.hold.record import Change, EventCode, MessageRecord
from shared.core.lists.make_row import WAITING, is_listed, left_spots, make_row, spots_of
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, NotFound
from shared.ports import DueEntry
from shared.ports_lists import Place
from shared.usecases.note_row import note_row

FAILED_PAUSE = timedelta(minutes=5)
"""How long rows rest that could not be filed."""
_ROUNDS = 5


def needs_filing(change: Change) -> bool:
    """Whether lists show something new after a change.

    Of mail that passes, that is its end; or its first failure, since it may then stay on its way for days.
    """
    record = change.record
    if not change.events or record.own:
        return False
    delayed = record.attempts == 1 and any(event.code is EventCode.DEFERRED for event in change.events)
    return is_listed(record) or delayed


def file_change(app: App, change: Change) -> bool:
    """File what a change that was stored just now shows. ``False`` where that failed; somebody will look again then."""
    return not needs_filing(change) or _try(app, change.record)


def file_again(app: App, record: MessageRecord) -> None:
    """File what was left behind, if anything was: one read where nothing was. Never raises."""
    if not is_listed(record):
        return
    try:
        shelf, owner = spots_of(record)[-1]
        if app.lists.shows(Place(record.ref.tenant_id, shelf, owner), make_row(record)):
            return
    except Exception as error:
        _later(app, record.ref, error)
        return
    _try(app, record)


def rebuild_rows(app: App, ref: MessageRef) -> None:
    """Make a message's rows anew from its record. Raises ``NotFound``, ``TemporaryError``."""
    stored = app.messages.load(ref)
    if stored is None or stored.record.own:
        raise NotFound("no such message")
    if is_listed(stored.record):
        _file(app, stored.record)


def _try(app: App, record: MessageRecord) -> bool:
    try:
        _file(app, record)
    except Exception as error:  # whatever it is, the state stands
        _later(app, record.ref, error)
        return False
    return True


def _later(app: App, ref: MessageRef, error: Exception) -> None:
    log.trouble("lists", ref, error)
    try:
        app.schedule.add(DueEntry(ref, app.clock.now() + FAILED_PAUSE))
    except Exception as again:  # the note of the change itself is still there
        log.trouble("lists", ref, again)


def _file(app: App, record: MessageRecord) -> None:
    """Put the row where it belongs and take it from where it does not.

    A row of a message that waits may be put after somebody else has decided it and taken the row away: whoever puts one
    looks afterwards whether the message still waits.
    """
    for _ in range(_ROUNDS):
        row = make_row(record)
        tenant_id = record.ref.tenant_id
        note_row(app, record.ref)
        *first, day = spots_of(record)
        for shelf, owner in first:
            app.lists.put(Place(tenant_id, shelf, owner), row)
        for shelf, owner in left_spots(record):
            app.lists.take(Place(tenant_id, shelf, owner), row)
        fresh = _later_state(app, record) if record.state in WAITING else None
        if fresh is None:
            app.lists.put(Place(tenant_id, *day), row)
            return
        record = fresh
    raise Conflict("the message keeps changing while its rows are filed")


def _later_state(app: App, record: MessageRecord) -> MessageRecord | None:
    stored = app.messages.load(record.ref)
    return stored.record if stored is not None and stored.record.event_count != record.event_count else None
