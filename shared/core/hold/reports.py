"""Which recipients a sender is to be told of by a report, and when (RFC 3461). Pure; stages 4 and 5.

A report is assigned to an event: the recipients that it is about carry the event's number, and the event owes it. So it is
written once, whatever runs twice, and says the same whenever it is written.

Nothing is ever reported on a report: neither to the null sender (RFC 5321 section 4.5.5) nor on a message that is a DSN
itself but came with a sender. What the client asked for about each recipient is obeyed (NOTIFY, section 4.1). The one
exception is a message that a policy refused: a person whose organisation stops their mail must learn of it even if their
client wants no reports; they get a letter then that is no DSN (docs/adr/0074).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from shared.core.hold.change import make_change
from shared.core.hold.record import (
    SYSTEM,
    Change,
    EventCode,
    Fate,
    MessageRecord,
    OutboxKind,
    RecipientResult,
    State,
)
from shared.core.message.envelope import NO_WISH
from shared.core.message.facts import MailKind
from shared.core.policy.decision import Disposition

Word = Literal["SUCCESS", "FAILURE", "DELAY"]
_LOOP = "loop"


def is_answerable(record: MessageRecord) -> bool:
    """Whether anything at all may be reported on the message."""
    return not record.envelope.is_null_sender and record.summary.kind is not MailKind.DSN


def note_reports(record: MessageRecord) -> tuple[MessageRecord, tuple[OutboxKind, ...]]:
    """Assign what the next event is to report: failures, and recipients whose success nobody further on will report."""
    if not is_answerable(record):
        return record, ()
    wanted = _wishes(record)
    new = [result for result in record.recipients if result.reported_in < 0]
    failed = [result for result in new if result.fate is Fate.FAILED]
    relayed = [] if record.own else [result for result in new if _is_relayed(result) and wanted(result, "SUCCESS")]
    owed: dict[OutboxKind, list[RecipientResult]] = {
        OutboxKind.DSN: [result for result in failed if wanted(result, "FAILURE")],
        OutboxKind.RELAYED_DSN: relayed,
    }
    if failed and not owed[OutboxKind.DSN] and _is_refused_by_policy(record):
        owed[OutboxKind.REFUSAL_NOTICE] = failed
    told = {result.address for results in owed.values() for result in results}
    if not told:
        return record, ()
    recipients = tuple(
        replace(result, reported_in=record.event_count) if result.address in told else result
        for result in record.recipients
    )
    return replace(record, recipients=recipients), tuple(kind for kind, results in owed.items() if results)


def plan_delay_notice(record: MessageRecord, after: timedelta | None, deadline: datetime) -> MessageRecord:
    """The record with the moment from which its sender is to be told of a delay, counted from the start of delivery.

    ``None`` where nobody wants to know, where that was told already, and where the deadline comes first.
    """
    started = record.delivery_started_at or record.created_at
    at = started + after if after is not None and _delayed(record) else None
    return replace(record, delay_notice_at=at if at is not None and at < deadline else None)


def delay_due(record: MessageRecord, now: datetime) -> Change | None:
    """Tell the sender of the recipients that still wait; ``None`` while it is not time.

    While a worker has the message, its answers come first: they may be what everybody waits for.
    """
    at = record.delay_notice_at
    if record.state is not State.DELIVERING or at is None or at > now:
        return None
    if record.lease_until is not None and record.lease_until > now:
        return None
    told = {result.address for result in _delayed(record)}
    changed = replace(record, delay_notice_at=None)
    if not told:
        return Change(replace(changed, changed_at=now), ())
    recipients = tuple(
        replace(result, delay_reported_in=record.event_count) if result.address in told else result
        for result in record.recipients
    )
    args = (("pending", str(len(told))),)
    changed = replace(changed, recipients=recipients)
    return make_change(changed, EventCode.DELAY_REPORTED, SYSTEM, now, args, (OutboxKind.DELAY_DSN,))


def reported(record: MessageRecord, kind: OutboxKind, number: int) -> tuple[RecipientResult, ...]:
    """The recipients that the report of this kind, owed by event ``number``, is about."""
    if kind is OutboxKind.DELAY_DSN:
        # Whoever has got the message or failed since then is told of no delay any more.
        return tuple(one for one in record.pending() if one.delay_reported_in == number)
    fate = Fate.SENT if kind is OutboxKind.RELAYED_DSN else Fate.FAILED
    return tuple(one for one in record.recipients if one.fate is fate and one.reported_in == number)


def _delayed(record: MessageRecord) -> list[RecipientResult]:
    """Recipients that still wait, whose sender wants to hear of a delay and has not."""
    if record.own or not is_answerable(record):
        return []
    wanted = _wishes(record)
    return [result for result in record.pending() if result.delay_reported_in < 0 and wanted(result, "DELAY")]


def _is_relayed(result: RecipientResult) -> bool:
    """Whether a server has the message that knows nothing of reports: the last one to report on it is Matta."""
    return result.fate is Fate.SENT and not result.reports_on


def _is_refused_by_policy(record: MessageRecord) -> bool:
    """Whether the organisation itself stopped the message: somebody's will, not something that went wrong."""
    decision = record.decision
    return decision.disposition is Disposition.REJECT and not any(one.code == _LOOP for one in decision.reasons)


def _wishes(record: MessageRecord) -> Callable[[RecipientResult, Word], bool]:
    """Whether a report is wanted on a recipient. Where nothing was said, failure and delay are (RFC 3461 section 4.1)."""
    envelope = record.envelope
    known = dict(zip(envelope.recipients, envelope.wishes, strict=False))

    def wanted(result: RecipientResult, word: Word) -> bool:
        notify = known.get(result.address, NO_WISH).notify
        return word in notify if notify else word != "SUCCESS"

    return wanted
