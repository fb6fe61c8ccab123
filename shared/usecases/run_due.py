"""Do what time has made due: reminders, ends of holds, retries, effects that were not sent, claims that died."""

from __future__ import annotations

from datetime import timedelta

from shared import log
from shared.app import App
from shared.core.hold import state
from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.errors import Conflict
from shared.ports import DueEntry
from shared.usecases.commit import commit, next_look, send_outbox
from shared.usecases.effective_settings import settings_for
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.plans import hold_plan

LIMIT = 500
"""Entries that one tick handles; the next tick goes on."""
FAILED_PAUSE = timedelta(minutes=5)
"""How long an entry rests at least that could not be handled, so that it does not block the others."""
LONGEST_FAILED_PAUSE = timedelta(hours=1)


def run_due(app: App) -> int:
    """Handle what is due now; return how many entries that were."""
    entries = app.schedule.due(app.clock.now(), LIMIT)
    for entry in entries:
        try:
            push_on(app, entry.ref)
        except Exception as error:  # one message must not stop the others
            log.trouble("due", entry.ref, error)
            now = app.clock.now()
            app.schedule.add(DueEntry(entry.ref, now + _rest(now - entry.ref.received_at)))
        app.schedule.done(entry)
    return len(entries)


def _rest(age: timedelta) -> timedelta:
    """Longer for older messages: a tenant whose settings are gone may leave any number of them behind."""
    return min(max(age / 10, FAILED_PAUSE), LONGEST_FAILED_PAUSE)


def push_on(app: App, ref: MessageRef) -> None:
    """Look at one message, do what is due, and note when to look again."""
    stored = app.messages.load(ref)
    if stored is None:
        evaluate_message(app, ref, at_once=False)  # noted by the sweeper; does nothing where there is no such message
        return
    now = app.clock.now()
    send_outbox(app, ref, stored.outbox)
    record = stored.record
    if record.state.awaits_decision:
        change = state.hold_due(record, hold_plan(settings_for(app, ref.tenant_id, record.envelope.reverse_path)), now)
        if change is not None:
            try:
                commit(app, stored, change)
            except Conflict:
                app.schedule.add(DueEntry(ref, now))  # somebody acted in between: look at what they left
            else:
                log.stage("due", ref, change.events[0].code)
            return
    watch = now + timedelta(seconds=app.process.watch_seconds)
    if record.state is State.DELIVERING and (record.due_at is None or record.due_at <= now):
        app.queue.send(ref, OutboxEntry(OutboxKind.DELIVER, record.event_count, now))
        app.schedule.add(DueEntry(ref, watch))
        return
    at = next_look(app, record, stored.outbox)
    if at is not None:
        app.schedule.add(DueEntry(ref, max(at, now)))
