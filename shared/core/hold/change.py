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
    """One event, and outbox entries numbered by it, so that kind and number are unique within the message."""
    event = Event(record.event_count, code, record.state, actor, now, args)
    outbox = tuple(OutboxEntry(kind, event.number, now) for kind in owed)
    return Change(replace(record, changed_at=now, event_count=record.event_count + 1), (event,), outbox)
