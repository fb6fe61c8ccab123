"""The first state of a message, as its decision says (stages 3 to 4). Pure; ``state.py`` has what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.hold.change import make_change
from shared.core.hold.partial_release import ORIGINAL as ORIGINAL
from shared.core.hold.record import (
    SYSTEM,
    Change,
    EventCode,
    Fate,
    MessageRecord,
    OutboxKind,
    Outcome,
    RecipientResult,
    State,
    Variant,
)
from shared.core.hold.reports import note_reports
from shared.core.hold.state import HoldPlan
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.core.message.summary import MessageSummary
from shared.core.policy.decision import Decision, Disposition

_STATES = {
    Disposition.DELIVER: State.DELIVERING,
    Disposition.HOLD: State.HELD,
    Disposition.REJECT: State.BOUNCED,
    Disposition.DISCARD: State.DISCARDED,
}
_LOOP_STATUS = "5.4.6"
"""RFC 3463: routing loop detected."""
_POLICY_STATUS = "5.7.1"
"""RFC 3463: delivery not authorised, message refused."""


def variant_name(decision: Decision, part: int) -> str:
    """The name of the outgoing form that the recipients of a part get."""
    return f"part-{part}" if decision.parts[part].transforms else ORIGINAL


def recipients_by_variant(decision: Decision) -> dict[str, tuple[str, ...]]:
    """Who gets which outgoing form, the added recipients among them; everybody once."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for index, part in enumerate(decision.parts):
        for address in (*part.recipients, *part.added_recipients):
            if address not in seen:
                seen.add(address)
                found.setdefault(variant_name(decision, index), []).append(address)
    return {name: tuple(addresses) for name, addresses in found.items()}


def begin(
    ref: MessageRef,
    envelope: Envelope,
    reception: Reception,
    summary: MessageSummary,
    decision: Decision,
    variants: Sequence[Variant],
    plan: HoldPlan,
    now: datetime,
    *,
    own: str = "",
    about: MessageRef | None = None,
) -> Change:
    """The first state of a message. ``variants`` are those that need no making.

    A rejected message starts with all recipients failed and a DSN owed. A delayed one waits until its time and can be
    recalled until then.
    """
    state = _STATES[decision.disposition]
    if state is State.DELIVERING and decision.delay_minutes:
        state = State.DELAYED
    record = MessageRecord(
        ref=ref,
        envelope=envelope,
        reception=reception,
        summary=summary,
        decision=decision,
        state=state,
        created_at=now,
        changed_at=now,
        own=own,
        about=about,
        variants=tuple(variants),
        recipients=tuple(
            RecipientResult(address, name)
            for name, addresses in recipients_by_variant(decision).items()
            for address in addresses
        ),
    )
    code = decision.reasons[0].code if decision.reasons else "decided"
    args = (("disposition", decision.disposition.value), ("reason", code))
    match state:
        case State.HELD:
            record = replace(record, due_at=plan.after(now))
            return make_change(record, EventCode.HELD, SYSTEM, now, args, (OutboxKind.HOLD_NOTICE,))
        case State.DELAYED:
            record = replace(record, due_at=now + timedelta(minutes=decision.delay_minutes))
            return make_change(record, EventCode.DELAYED, SYSTEM, now, args, (OutboxKind.HOLD_NOTICE,))
        case State.DELIVERING:
            record = replace(record, delivery_started_at=now)
            return make_change(record, EventCode.PASSED, SYSTEM, now, args, (OutboxKind.DELIVER,))
        case State.DISCARDED:
            record = replace(record, outcome=Outcome("discard", SYSTEM, now))
            owed = (OutboxKind.HOLD_NOTICE,) if decision.notify_sender and not envelope.is_null_sender else ()
            return make_change(record, EventCode.DISCARDED, SYSTEM, now, args, owed)
        case _:
            return _rejected(record, code, args, now)


def begin_claimed(change: Change, token: str, length: timedelta) -> Change:
    """The first state of a passing message, with its delivery claimed by the worker that is about to store it.

    It owes no queue message for the delivery: the claim's end brings the next worker, should this one die. Anything
    but a message on its way stays as it is.
    """
    if change.record.state is not State.DELIVERING:
        return change
    until = change.record.created_at + length
    record = replace(change.record, lease=token, lease_until=until, due_at=until)
    return replace(change, record=record, outbox=tuple(e for e in change.outbox if e.kind is not OutboxKind.DELIVER))


def _rejected(record: MessageRecord, code: str, args: tuple[tuple[str, str], ...], now: datetime) -> Change:
    status = _LOOP_STATUS if code == "loop" else _POLICY_STATUS
    failed = tuple(
        replace(result, fate=Fate.FAILED, code=554, status=status, text=record.decision.reject_text or code, at=now)
        for result in record.recipients
    )
    record, owed = note_reports(replace(record, recipients=failed))
    return make_change(record, EventCode.REJECTED, SYSTEM, now, args, owed)
