"""The state machine of a message: pure functions from a record and a wish to the next record (stages 4a, 4b and 6).

Nothing here stores or sends. Each function returns a ``Change`` that the caller commits under the record's ETag, so
that of two wishes at the same time one wins and the other is told (``AlreadyDecided``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.core.hold.already_decided import AlreadyDecided as AlreadyDecided
from shared.core.hold.approval_state import ask
from shared.core.hold.change import make_change
from shared.core.hold.partial_release import drop
from shared.core.hold.record import (
    SYSTEM,
    Actor,
    Change,
    EventCode,
    Fate,
    MessageRecord,
    OutboxEntry,
    OutboxKind,
    Outcome,
    RecipientResult,
    State,
    Variant,
)
from shared.core.hold.release_terms import AS_IT_IS
from shared.core.hold.release_terms import ReleaseTerms as ReleaseTerms
from shared.core.hold.reports import note_reports, plan_delay_notice
from shared.core.hold.working_time import WorkingTime
from shared.errors import TemporaryError


class LeaseHeld(TemporaryError):
    """Another worker is delivering this message now."""


@dataclass(frozen=True, slots=True)
class HoldPlan:
    """The timing of a hold: the pause between reminders, how many, and what is done at the end.

    With ``working`` pauses run only then, otherwise always.
    """

    reminder_pause: timedelta
    reminders: int
    at_end: str
    working: WorkingTime | None = None

    def after(self, moment: datetime, pauses: int = 1) -> datetime:
        """When so many pauses after ``moment`` are over."""
        pause = self.reminder_pause * pauses
        return moment + pause if self.working is None else self.working.after(moment, pause)

    def following(self, due_at: datetime, now: datetime) -> datetime:
        """When what comes after a due moment is due: counted from that moment, so that ticks add up to no delay; from
        ``now`` where the next moment is over too, so that reminders do not come in a heap after an outage.
        """
        following = self.after(due_at)
        return following if following > now else self.after(now)


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """The timing of delivery: growing pauses between two bounds, when to tell of a delay (``None``: never), and when to
    give up.
    """

    first_pause: timedelta
    longest_pause: timedelta
    deadline: timedelta
    delay_notice: timedelta | None = None

    def pause(self, attempts: int, jitter: float) -> timedelta:
        """The pause after ``attempts`` tries: doubling, never above the longest; ``jitter`` in [0, 1) adds up to 20 %."""
        grown = self.first_pause * 2 ** min(max(attempts - 1, 0), 30) if attempts < 32 else self.longest_pause
        return min(grown, self.longest_pause) * (1 + 0.2 * jitter)


def release(record: MessageRecord, actor: Actor, now: datetime, terms: ReleaseTerms = AS_IT_IS) -> Change:
    """Let a held or delayed message go, or ask for the approval that ``terms`` name.

    Raises ``AlreadyDecided``, ``CannotDrop`` for what cannot be left out, and ``ValueError`` where the decision asks for
    an approval and ``terms`` name nobody to give it.
    """
    _must_await_decision(record)
    if record.decision.approvals and not terms.steps:
        raise ValueError("a message that needs approval is not released without")
    reduced, dropped = drop(record, terms.drop_recipients, terms.drop_attachments, now)
    if terms.steps:
        asked = ask(reduced, actor, now, terms)
        first, *others = asked.events
        return replace(asked, events=(replace(first, args=(*first.args, *dropped)), *others))
    changed = replace(
        reduced,
        state=State.DELIVERING,
        outcome=Outcome("release", actor, now),
        delivery_started_at=now,
        due_at=None,
    )
    return make_change(changed, EventCode.RELEASED, actor, now, dropped, (OutboxKind.DELIVER, OutboxKind.CARDS))


def discard(record: MessageRecord, actor: Actor, now: datetime) -> Change:
    """Destroy a held message, or recall a delayed one. Raises ``AlreadyDecided``."""
    _must_await_decision(record)
    changed = replace(record, state=State.DISCARDED, outcome=Outcome("discard", actor, now), due_at=None)
    return make_change(changed, EventCode.DISCARDED, actor, now, (), (OutboxKind.CARDS,))


def hold_due(
    record: MessageRecord, plan: HoldPlan, now: datetime, terms: Callable[[], ReleaseTerms] = ReleaseTerms
) -> Change | None:
    """What time does to a hold: a reminder, or its end; and the end of a delay. ``None`` when nothing is due.

    ``terms`` are asked for where time itself releases the message: whose approval it then needs.
    """
    if not record.state.awaits_decision or record.due_at is None or record.due_at > now:
        return None
    if record.state is State.DELAYED:
        return release(record, SYSTEM, now, terms())
    if record.reminders_sent < plan.reminders:
        due_at = plan.following(record.due_at, now)
        changed = replace(record, reminders_sent=record.reminders_sent + 1, due_at=due_at)
        args = (("reminder", str(changed.reminders_sent)),)
        return make_change(changed, EventCode.REMINDED, SYSTEM, now, args, (OutboxKind.HOLD_NOTICE,))
    last_notice = (OutboxKind.HOLD_NOTICE, OutboxKind.CARDS)
    if plan.at_end == "release":
        released = release(record, SYSTEM, now, terms())
        number = released.events[0].number
        return replace(released, outbox=(*released.outbox, OutboxEntry(OutboxKind.HOLD_NOTICE, number, now)))
    if plan.at_end == "discard":
        changed = replace(record, state=State.EXPIRED, outcome=Outcome("expire", SYSTEM, now), due_at=None)
        return make_change(changed, EventCode.EXPIRED, SYSTEM, now, (), last_notice)
    return leave(record, now)


def leave(record: MessageRecord, now: datetime) -> Change:
    """Nobody has decided, and it stays held until somebody does; so does a delayed message that may not go by itself."""
    left = replace(record, state=State.HELD, due_at=None)
    return make_change(left, EventCode.LEFT, SYSTEM, now, (), (OutboxKind.HOLD_NOTICE, OutboxKind.CARDS))


def claim(record: MessageRecord, token: str, now: datetime, length: timedelta) -> Change | None:
    """Take the delivery for one worker until ``now + length``.

    ``None`` when there is nothing to deliver now. Raises ``LeaseHeld`` while another worker's claim is alive.
    """
    if record.state is not State.DELIVERING or (record.due_at is not None and record.due_at > now and not record.lease):
        return None
    if record.lease and record.lease_until is not None and record.lease_until > now:
        raise LeaseHeld(f"{record.ref.queue_id} is being delivered until {record.lease_until:%H:%M:%S}")
    until = now + length
    changed = replace(record, lease=token, lease_until=until, due_at=until)
    return Change(replace(changed, changed_at=now), ())


def prolong(record: MessageRecord, now: datetime, length: timedelta) -> MessageRecord:
    """The same claim, counted anew from ``now``."""
    return replace(record, lease_until=now + length, due_at=now + length)


def add_variants(record: MessageRecord, variants: Sequence[Variant]) -> MessageRecord:
    """The record with outgoing forms that were made for it. A form that it has already stays the one it is."""
    known = {variant.name for variant in record.variants}
    return replace(record, variants=(*record.variants, *(made for made in variants if made.name not in known)))


def replace_variant(record: MessageRecord, signed: Variant) -> MessageRecord:
    """The record with an outgoing form in place of the one of that name, which nobody has been sent."""
    return replace(record, variants=tuple(signed if one.name == signed.name else one for one in record.variants))


def note_results(record: MessageRecord, results: Sequence[RecipientResult], now: datetime) -> Change:
    """Write down what a next hop said for some recipients while the claim goes on.

    A recipient that has the message stays sent whatever a later answer says, and one who was dropped stays dropped.
    """
    answered = {result.address: result for result in results}
    recipients = tuple(
        result if result.fate in (Fate.SENT, Fate.DROPPED) else answered.get(result.address, result)
        for result in record.recipients
    )
    return Change(replace(record, recipients=recipients, changed_at=now), ())


def finish_attempt(record: MessageRecord, plan: RetryPlan, jitter: float, now: datetime) -> Change:
    """End one delivery attempt: another one later, or the end of the message, with the reports that its sender gets."""
    started = record.delivery_started_at or record.created_at
    attempts = record.attempts + 1
    recipients = record.recipients
    if record.pending() and now >= started + plan.deadline:
        recipients = tuple(_given_up(result, now) if result.fate is Fate.PENDING else result for result in recipients)
    changed = replace(record, attempts=attempts, recipients=recipients, lease="", lease_until=None, due_at=None)
    changed = replace(changed, delay_notice_at=None)
    failed = sum(result.fate is Fate.FAILED for result in recipients)
    changed, owed = note_reports(changed)
    if changed.pending():
        next_at = min(now + plan.pause(attempts, jitter), started + plan.deadline + timedelta(seconds=1))
        changed = plan_delay_notice(replace(changed, due_at=next_at), plan.delay_notice, started + plan.deadline)
        args = (("attempt", str(attempts)), ("pending", str(len(changed.pending()))))
        return make_change(changed, EventCode.DEFERRED, SYSTEM, now, args, owed)
    if failed and failed == sum(result.fate is not Fate.DROPPED for result in recipients):
        state, code = State.BOUNCED, EventCode.BOUNCED
    elif failed:
        state, code = State.PARTLY_DELIVERED, EventCode.PARTLY_DELIVERED
    else:
        state, code = State.DELIVERED, EventCode.DELIVERED
    if record.outcome is not None:  # somebody was asked, and may have it on a card
        owed = (*owed, OutboxKind.CARDS)
    return make_change(replace(changed, state=state), code, SYSTEM, now, (("attempt", str(attempts)),), owed)


def _given_up(result: RecipientResult, now: datetime) -> RecipientResult:
    """RFC 3463: 4.4.7 is "delivery time expired"; the failure itself is then permanent, so 5.4.7."""
    return replace(result, fate=Fate.FAILED, status="5.4.7", at=now)


def _must_await_decision(record: MessageRecord) -> None:
    if not record.state.awaits_decision:
        raise AlreadyDecided(record)
