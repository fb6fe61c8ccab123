"""Note which messages do not move on, for the operator (stages 3 to 5; product.md N3).

Notes are hints, as those of the schedule are: they are written where somebody looks at a message anyway (the due timer,
the sweep), so that finding stuck messages costs nothing while there are none; and whoever reads one looks whether it is
still true. So a note too many is harmless, and a message that is stuck is looked at again and noted then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.hold.record import MessageRecord, OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.ports import Stored
from shared.ports_operator import StuckKind, StuckNote

MANY_ATTEMPTS = 5
"""Attempts after which a delivery counts as stuck."""
LONG_DELIVERY = timedelta(hours=1)
LONG_OWED = timedelta(minutes=30)
LONG_UNJUDGED = timedelta(minutes=10)
"""More than a copy's window, and than what the sweep needs in a calm hour."""


def standstill(record: MessageRecord, outbox: Sequence[OutboxEntry], now: datetime) -> StuckNote | None:
    """What is to be noted about a message with a state; ``None`` where it moves on."""
    started = record.delivery_started_at or record.created_at
    if record.state is State.DELIVERING and (record.attempts >= MANY_ATTEMPTS or now - started >= LONG_DELIVERY):
        last = max(record.pending(), key=lambda result: result.at or started, default=None)
        if last is not None:
            answer = (last.code, last.status, last.server)
            return StuckNote(record.ref, StuckKind.DELIVERY, started, record.attempts, *answer)
    owed = [entry.at for entry in outbox if entry.kind is not OutboxKind.DELIVER]
    if owed and now - min(owed) >= LONG_OWED:
        return StuckNote(record.ref, StuckKind.EFFECTS, min(owed), record.attempts)
    return None


def note_stuck(app: App, stored: Stored, now: datetime) -> None:
    """Note a message that was looked at, if it is stuck. Never raises: mail goes on without."""
    note = standstill(stored.record, stored.outbox, now)
    if note is not None:
        _put(app, note)


def note_unjudged(app: App, ref: MessageRef) -> None:
    """Note a message that could not be judged, once that takes long. Never raises."""
    if app.clock.now() - ref.received_at >= LONG_UNJUDGED:
        _put(app, StuckNote(ref, StuckKind.JUDGING, ref.received_at))


def forget_stuck(app: App, before: Stored | None, after: MessageRecord) -> None:
    """Forget the note of a message that moved on, where there may be one. Never raises: a reader looks again."""
    now = app.clock.now()
    if before is None:
        was_noted = not after.own and now - after.ref.received_at >= LONG_UNJUDGED
    else:
        was_noted = after.state.is_final and standstill(before.record, before.outbox, now) is not None
    if not was_noted:
        return
    try:
        app.stuck.remove(after.ref)
    except Exception as error:
        log.trouble("stuck", after.ref, error)


def _put(app: App, note: StuckNote) -> None:
    try:
        app.stuck.put(note)
    except Exception as error:
        log.trouble("stuck", note.ref, error)
