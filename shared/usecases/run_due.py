"""Do what time has made due: reminders, ends of holds, retries, effects that were not sent, claims that died."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from shared import log
from shared.app import App
from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, TemporaryError
from shared.ports import DueEntry, Stored
from shared.usecases.commit import commit, next_look, next_try, send_outbox
from shared.usecases.due_work import first_due
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.fair_order import fair_order
from shared.usecases.file_rows import file_again
from shared.usecases.follow_leader import follow_leader
from shared.usecases.note_stuck import note_stuck, note_unjudged

LIMIT = 500
"""Entries that are read at a time."""
AT_ONCE = 5 * LIMIT
"""Entries that are handled between two looks while more is due than is read at a time."""
FURTHEST = 100_000
"""Entries among which such a look searches for other tenants'."""
LONGEST_TICK = timedelta(seconds=120)
"""After so long a tick begins no further batch: the next tick goes on."""
FAILED_PAUSE = timedelta(minutes=5)
"""How long an entry rests at least whose message cannot be handled, so that it does not block the others."""
LONGEST_FAILED_PAUSE = timedelta(hours=1)
MOST_CHANGES = 20
"""Changes that one look makes at most; what is left comes with the next tick."""
_AT_ONCE = timedelta(milliseconds=1)


def run_due(app: App) -> int:
    """Handle what is due now, however much that is; return how many entries that were."""
    started = app.clock.now()
    handled = 0
    while True:
        entries = app.schedule.due(started, LIMIT)
        is_all = len(entries) < LIMIT
        for entry in entries if is_all else _shared_out(app, started):
            _handle(app, entry)
            handled += 1
        if is_all or app.clock.now() - started > LONGEST_TICK:
            return handled


def _shared_out(app: App, now: datetime) -> list[DueEntry]:
    """The next entries in a fair order: however much is due of one tenant, the others have their turns.

    Keys alone are read, and ``AT_ONCE`` entries handled for each such look, so that it costs a few percent of the work.
    """
    return fair_order(islice(app.schedule.all_due(now), FURTHEST), lambda entry: entry.ref.tenant_id, AT_ONCE)


def _handle(app: App, entry: DueEntry) -> None:
    """Look at one entry's message, and forget the entry: whatever is still to come has a note of its own by then."""
    try:
        push_on(app, entry.ref)
    except Exception as error:  # one message must not stop the others
        log.trouble("due", entry.ref, error)
        note_unjudged(app, entry.ref)  # a reader of the note sees whether it has a state after all
        now = app.clock.now()
        app.schedule.add(DueEntry(entry.ref, now + _rest(app, error, now - entry.ref.received_at)))
    app.schedule.done(entry)


def _rest(app: App, error: Exception, age: timedelta) -> timedelta:
    """Longer for older messages: a tenant whose settings are gone may leave any number of them behind.

    Storage that stumbles meets all entries of a tick; it is no reason to leave young mail alone for minutes.
    """
    least = timedelta(seconds=app.process.watch_seconds) if isinstance(error, TemporaryError) else FAILED_PAUSE
    return min(max(age / 10, least), LONGEST_FAILED_PAUSE)


def push_on(app: App, ref: MessageRef) -> None:
    """Look at one message, do all that is due, and note when to look again."""
    stored = app.messages.load(ref)
    if stored is None:
        evaluate_message(app, ref, at_once=False)  # noted by the sweeper; does nothing where there is no such message
        return
    now = app.clock.now()
    record = stored.record
    log.follow(ref, record.reception.session_id)
    if record.leader is not None and record.state.is_undecided and record.due_at is not None and record.due_at <= now:
        follow_leader(app, ref)
        stored = app.messages.load(ref) or stored
    note_stuck(app, stored, now)
    send_outbox(app, ref, stored.outbox)
    owed = stored.outbox
    stored, changed = _do_due(app, stored, now)
    record = stored.record
    waits = record.due_at is None or record.due_at > now
    if changed and not owed and waits:
        return  # the change has its own note of what comes next
    if not changed:
        file_again(app, record)
    # After a change, too: what was told of a delay leaves an attempt due that was due already.
    is_time = not waits or (not changed and record.due_at is None)
    if record.state is State.DELIVERING and is_time:
        app.queue.send(ref, OutboxEntry(OutboxKind.DELIVER, record.event_count, now))
        again = next_try(record.due_at or record.changed_at, now, timedelta(seconds=app.process.watch_seconds))
        app.schedule.add(DueEntry(ref, again))
        return
    at = next_look(app, record, stored.outbox)
    if at is not None:
        # Later than now: the entry that is being handled may bear this very moment, and is about to be forgotten.
        app.schedule.add(DueEntry(ref, max(at, now + _AT_ONCE)))


def _do_due(app: App, stored: Stored, now: datetime) -> tuple[Stored, bool]:
    """Everything that is due now, one change after the other, and whether the last word is ours.

    Where somebody acts in between, what they left is looked at.
    """
    changed = False
    for _ in range(MOST_CHANGES):
        change = first_due(app, stored, now)
        if change is None:
            break
        try:
            stored = commit(app, stored, change)
        except Conflict:
            stored, changed = app.messages.load(stored.record.ref) or stored, False
        else:
            changed = True
    return stored, changed
