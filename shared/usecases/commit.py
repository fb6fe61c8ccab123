"""Store a change and start its effects: the one way in which use cases change state.

Order is what makes a crash harmless (docs/ARCHITECTURE.md, "Why nothing is lost"): first a note in the schedule, so that
somebody looks again whatever happens next; then the transaction; then the queue messages; then the outbox entries are
forgotten, those about telling somebody only when that was done; then the rows of lists; then a note that nobody needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.hold.follow import owe_copies
from shared.core.hold.record import Change, MessageRecord, OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.ports import DueEntry, Stored
from shared.usecases.file_rows import file_change, needs_filing
from shared.usecases.note_events import note_events
from shared.usecases.note_stuck import forget_stuck

LONGEST_PAUSE = timedelta(hours=6)
"""Between two tries of an effect that keeps failing; the pauses begin short and double."""


def create(app: App, change: Change) -> Stored | None:
    """Store a message's first state. ``None`` when it has one already: then nothing is done."""
    _arm(app, None, change)
    stored = app.messages.create(change)
    if stored is not None:
        note_events(app, change, first=True)
        forget_stuck(app, None, change.record)
        send_outbox(app, change.record.ref, change.outbox)
        if file_change(app, change):
            _disarm(app, None, change)
    return stored


def commit(app: App, before: Stored, change: Change) -> Stored:
    """Store the next state. Raises ``Conflict`` when somebody was faster; then nothing is done.

    Whatever decides about a message decides about the copies that joined it: the change owes that, too.
    """
    change = owe_copies(before.record, change)
    _arm(app, before, change)
    stored = app.messages.commit(before, change)
    note_events(app, change, first=False)
    forget_stuck(app, before, change.record)
    send_outbox(app, change.record.ref, change.outbox)
    if file_change(app, change):
        _disarm(app, before, change)
    return stored


def send_outbox(app: App, ref: MessageRef, entries: Sequence[OutboxEntry]) -> None:
    """Send the queue messages of outbox entries, and forget those whose effect the state itself still asks for.

    That a message is to be delivered shows in its state. That somebody is to be told shows in the entry alone: it stays
    until it is carried out (``notify.py``), whatever becomes of the queue message.

    A failure is not raised: the state stands, and the schedule has a note to try again.
    """
    if not entries:
        return
    try:
        for entry in entries:
            app.queue.send(ref, entry)
        shown = [entry for entry in entries if entry.kind is OutboxKind.DELIVER]
        if shown:
            app.messages.outbox_sent(ref, shown)
    except Exception as error:  # whatever it is, the schedule's note brings the entries back
        log.trouble("outbox", ref, error)


def next_look(app: App, record: MessageRecord, outbox: Sequence[OutboxEntry]) -> datetime | None:
    """When somebody must look at a record again; ``None`` when it needs nobody."""
    moments = [record.next_due] if record.next_due is not None else []
    now, watch = app.clock.now(), timedelta(seconds=app.process.watch_seconds)
    if record.state is State.DELIVERING and record.due_at is None:
        moments.append(now + watch)
    moments += [next_try(entry.at, now, watch) for entry in outbox]
    return min(moments, default=None)


def next_try(since: datetime, now: datetime, first_pause: timedelta) -> datetime:
    """When to try again what is owed since ``since``: after pauses that double, so that what waits in a long queue is not
    put into it again and again. The same moment whoever asks, so that several looks at one message note one next look and not one each."""
    pause = first_pause
    while since + pause <= now:
        pause += min(pause, LONGEST_PAUSE)
    return since + pause


def _arm(app: App, before: Stored | None, change: Change) -> None:
    at = next_look(app, change.record, change.outbox) or _filing_look(app, before, change)
    if at is not None:
        app.schedule.add(DueEntry(change.record.ref, at))


def _filing_look(app: App, before: Stored | None, change: Change) -> datetime | None:
    """When to look whether lists show a change that nobody else would look after; ``None`` where somebody does."""
    if not needs_filing(change) or (before is not None and next_look(app, before.record, before.outbox) is not None):
        return None
    return change.record.changed_at + timedelta(seconds=app.process.watch_seconds)


def _disarm(app: App, before: Stored | None, change: Change) -> None:
    """Forget the note of a message that has come to its end: cheaper than a timer that looks and finds nothing to do.

    Not while anything of older changes is still owed: the note may be the last that leads there.
    """
    if (before is not None and before.outbox) or next_look(app, change.record, change.outbox) is not None:
        return
    at = _filing_look(app, before, change) or (before.record.next_due if before is not None else None)
    if at is None:
        return
    try:
        app.schedule.done(DueEntry(change.record.ref, at))
    except Exception as error:  # a note too many is harmless
        log.trouble("schedule", change.record.ref, error)
