"""Making a ``Change``: numbering of events and outbox entries, and failures that somebody must be told of. Stages 4 and 6."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.core.hold.record import Actor, Change, Event, EventCode, Fate, MessageRecord, OutboxEntry, OutboxKind


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


def report_failures(record: MessageRecord) -> tuple[MessageRecord, tuple[OutboxKind, ...]]:
    """Assign failures that no DSN tells of yet to the next event's DSN; a null sender gets none (RFC 5321 4.5.5)."""
    new = {result.address for result in record.recipients if result.fate is Fate.FAILED and result.reported_in < 0}
    if not new or record.envelope.is_null_sender:
        return record, ()
    recipients = tuple(
        replace(result, reported_in=record.event_count) if result.address in new else result
        for result in record.recipients
    )
    return replace(record, recipients=recipients), (OutboxKind.DSN,)
