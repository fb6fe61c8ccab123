"""Making a ``Change``: numbering of events and outbox entries. Stages 4 and 6."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.core.hold.record import Actor, Change, Event, EventCode, MessageRecord, OutboxEntry, OutboxKind


def make_change(
    record: MessageRecord,
    code: EventCode,
    actor: Actor,
    now: datetime,
    args: tuple[tuple[str, str], ...] = (),
    owed: tuple[OutboxKind, ...] = (),
) -> Change:
    """One event, and outbox entries numbered by it, so that kind and number are unique within the message.

    A record that has come to its end by this change gets the moment written down: retention counts from it.
    """
    event = Event(record.event_count, code, record.state, actor, now, args)
    outbox = tuple(OutboxEntry(kind, event.number, now) for kind in owed)
    ended_at = record.ended_at or (now if record.state.is_final else None)
    changed = replace(record, changed_at=now, event_count=record.event_count + 1, ended_at=ended_at)
    return Change(changed, (event,), outbox)
