"""The state machine: every arrow, and nothing but the arrows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold import state
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.begin import begin_claimed
from shared.core.hold.record import (
    SYSTEM,
    Fate,
    MessageRecord,
    OutboxKind,
    RecipientResult,
    State,
)
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.hold.state import AlreadyDecided, HoldPlan, LeaseHeld, RetryPlan
from shared.core.policy.decision import ApprovalCall, Disposition
from tests.support.records import (
    NOW,
    RETRY_PLAN,
    SENDER,
    begun,
    delivering,
    held,
    make_envelope,
)

MINUTE = timedelta(minutes=1)
TOKEN = "t1"


def kinds(change: state.Change) -> list[OutboxKind]:
    return [entry.kind for entry in change.outbox]


def claimed(record: MessageRecord) -> MessageRecord:
    change = state.claim(record, TOKEN, NOW, MINUTE)
    assert change is not None
    return change.record


def answered(record: MessageRecord, **fates: Fate) -> MessageRecord:
    """``record`` with results by local part of the recipient."""
    results = [
        replace(result, fate=fates[result.address.partition("@")[0]], code=250, attempts=1)
        for result in record.recipients
        if result.address.partition("@")[0] in fates
    ]
    return state.note_results(record, results, NOW).record


@pytest.mark.parametrize(
    ("disposition", "expected", "owed", "event"),
    [
        pytest.param(Disposition.HOLD, State.HELD, [OutboxKind.HOLD_NOTICE], "held", id="hold"),
        pytest.param(Disposition.DELIVER, State.DELIVERING, [OutboxKind.DELIVER], "passed", id="deliver"),
        pytest.param(Disposition.REJECT, State.BOUNCED, [OutboxKind.DSN], "rejected", id="reject"),
    ],
)
def test_a_message_begins_as_its_decision_says(
    disposition: Disposition, expected: State, owed: list[OutboxKind], event: str
) -> None:
    change = begun(disposition)
    assert change.record.state is expected
    assert kinds(change) == owed
    assert [entry.code for entry in change.events] == [event]


def test_a_rejected_message_without_sender_owes_no_dsn() -> None:
    change = begun(Disposition.REJECT, envelope=make_envelope(reverse_path=""))
    assert change.record.state is State.BOUNCED
    assert change.outbox == ()


def test_release_starts_delivery_and_remembers_who() -> None:
    change = state.release(held(), SENDER, NOW)
    assert change.record.state is State.DELIVERING
    assert change.record.outcome is not None
    assert (change.record.outcome.verb, change.record.outcome.actor) == ("release", SENDER)
    assert kinds(change) == [OutboxKind.DELIVER, OutboxKind.CARDS]
    assert change.record.due_at is None


def test_discard_ends_the_message_and_sends_nothing() -> None:
    change = state.discard(held(), SENDER, NOW)
    assert change.record.state is State.DISCARDED
    assert kinds(change) == [OutboxKind.CARDS]


@pytest.mark.parametrize("wish", [state.release, state.discard], ids=["release", "discard"])
@pytest.mark.parametrize("first", [state.release, state.discard], ids=["released", "discarded"])
def test_a_second_decision_is_refused_and_told_the_first(first: object, wish: object) -> None:
    record = first(held(), SENDER, NOW).record  # type: ignore[operator]  # one of the two wishes
    with pytest.raises(AlreadyDecided) as caught:
        wish(record, SENDER, NOW)  # type: ignore[operator]  # the same
    assert caught.value.record is record


@pytest.mark.parametrize(
    ("at_end", "expected", "owed"),
    [
        pytest.param("leave", State.HELD, [OutboxKind.HOLD_NOTICE, OutboxKind.CARDS], id="leave"),
        pytest.param(
            "release", State.DELIVERING, [OutboxKind.DELIVER, OutboxKind.CARDS, OutboxKind.HOLD_NOTICE], id="release"
        ),
        pytest.param("discard", State.EXPIRED, [OutboxKind.HOLD_NOTICE, OutboxKind.CARDS], id="discard"),
    ],
)
def test_reminders_come_as_often_as_set_and_then_the_end(at_end: str, expected: State, owed: list[OutboxKind]) -> None:
    plan = HoldPlan(timedelta(hours=4), 2, at_end)
    record = begun(Disposition.HOLD, plan=plan).record
    now = NOW
    for number in (1, 2):
        assert state.hold_due(record, plan, now) is None
        now += plan.reminder_pause
        change = state.hold_due(record, plan, now)
        assert change is not None
        assert change.record.reminders_sent == number
        assert kinds(change) == [OutboxKind.HOLD_NOTICE]
        record = change.record
    now += plan.reminder_pause
    change = state.hold_due(record, plan, now)
    assert change is not None
    assert change.record.state is expected
    assert kinds(change) == owed
    assert state.hold_due(change.record, plan, now + timedelta(days=9)) is None


def test_outbox_entries_of_a_message_never_share_kind_and_number() -> None:
    plan = HoldPlan(timedelta(hours=4), 3, "release")
    change: state.Change | None = begun(Disposition.HOLD, plan=plan)
    seen: list[tuple[OutboxKind, int]] = []
    now = NOW
    while change is not None:
        seen += [(entry.kind, entry.number) for entry in change.outbox]
        now += plan.reminder_pause
        change = state.hold_due(change.record, plan, now)
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize(
    ("tick_after", "next_at"),
    [
        pytest.param(timedelta(), timedelta(hours=8), id="on time"),
        pytest.param(timedelta(seconds=59), timedelta(hours=8), id="a late tick adds no delay"),
        pytest.param(timedelta(hours=3), timedelta(hours=8), id="an outage shorter than a pause"),
        pytest.param(timedelta(hours=9), timedelta(hours=17), id="an outage longer than a pause: no heap of reminders"),
    ],
)
def test_the_next_reminder_counts_from_when_the_last_was_due(tick_after: timedelta, next_at: timedelta) -> None:
    plan = HoldPlan(timedelta(hours=4), 2, "leave")
    change = state.hold_due(begun(plan=plan).record, plan, NOW + timedelta(hours=4) + tick_after)
    assert change is not None
    assert change.record.due_at == NOW + next_at


def test_time_does_not_release_what_needs_approval_without_asking_for_it() -> None:
    plan = HoldPlan(timedelta(hours=1), 0, "release")
    record = begun(plan=plan).record
    record = replace(record, decision=replace(record.decision, approvals=(ApprovalCall("p", "", "manager"),)))
    with pytest.raises(ValueError, match="approval"):
        state.hold_due(record, plan, NOW + timedelta(hours=1))
    steps = (ApprovalStep(record.decision.approvals[0], ("boss@aozora.example",)),)
    change = state.hold_due(record, plan, NOW + timedelta(hours=1), lambda: ReleaseTerms(steps=steps))
    assert change is not None
    assert change.record.state is State.AWAITING_APPROVAL
    assert OutboxKind.DELIVER not in kinds(change)


def test_a_delayed_message_that_nobody_could_approve_waits_as_a_hold() -> None:
    change = state.leave(replace(held(), state=State.DELAYED), NOW)
    assert (change.record.state, change.record.due_at) == (State.HELD, None)
    assert kinds(change) == [OutboxKind.HOLD_NOTICE, OutboxKind.CARDS]


def test_a_claim_keeps_other_workers_out_until_it_runs_out() -> None:
    record = claimed(delivering())
    with pytest.raises(LeaseHeld):
        state.claim(record, "t2", NOW + timedelta(seconds=59), MINUTE)
    taken = state.claim(record, "t2", NOW + MINUTE, MINUTE)
    assert taken is not None
    assert taken.record.lease == "t2"


def test_a_passing_message_can_be_born_claimed_and_owes_no_delivery_then() -> None:
    born = begin_claimed(begun(Disposition.DELIVER), "worker", timedelta(seconds=60))
    assert kinds(born) == []
    assert [event.code for event in born.events] == ["passed"]
    assert born.record.due_at == born.record.lease_until == NOW + timedelta(seconds=60)
    with pytest.raises(state.LeaseHeld):
        state.claim(born.record, "other", NOW, timedelta(seconds=60))
    assert state.claim(born.record, "other", NOW + timedelta(seconds=61), timedelta(seconds=60)) is not None


@pytest.mark.parametrize("disposition", [Disposition.HOLD, Disposition.REJECT])
def test_a_message_that_does_not_pass_is_never_born_claimed(disposition: Disposition) -> None:
    change = begun(disposition)
    assert begin_claimed(change, "worker", timedelta(seconds=60)) == change


def test_a_held_message_cannot_be_claimed_for_delivery() -> None:
    assert state.claim(held(), TOKEN, NOW, MINUTE) is None


def test_a_deferred_message_cannot_be_claimed_before_its_time() -> None:
    deferred = state.finish_attempt(claimed(delivering()), RETRY_PLAN, 0.0, NOW).record
    assert deferred.due_at == NOW + RETRY_PLAN.first_pause
    assert state.claim(deferred, TOKEN, NOW, MINUTE) is None
    assert state.claim(deferred, TOKEN, deferred.due_at, MINUTE) is not None


@pytest.mark.parametrize(
    ("fates", "expected", "dsn"),
    [
        pytest.param({"taro": Fate.SENT, "jiro": Fate.SENT}, State.DELIVERED, False, id="all-accepted"),
        pytest.param({"taro": Fate.SENT, "jiro": Fate.FAILED}, State.PARTLY_DELIVERED, True, id="one-refused"),
        pytest.param({"taro": Fate.FAILED, "jiro": Fate.FAILED}, State.BOUNCED, True, id="all-refused"),
        pytest.param({"taro": Fate.SENT}, State.DELIVERING, False, id="one-deferred"),
        pytest.param({"taro": Fate.FAILED}, State.DELIVERING, True, id="one-refused-one-deferred"),
    ],
)
def test_an_attempt_ends_as_the_answers_say(fates: dict[str, Fate], expected: State, dsn: bool) -> None:
    change = state.finish_attempt(answered(claimed(delivering()), **fates), RETRY_PLAN, 0.0, NOW)
    assert change.record.state is expected
    assert (OutboxKind.DSN in kinds(change)) is dsn
    assert (change.record.due_at is not None) is (expected is State.DELIVERING)
    assert change.record.lease == ""


def test_a_failure_is_reported_once() -> None:
    first = state.finish_attempt(answered(claimed(delivering()), taro=Fate.FAILED), RETRY_PLAN, 0.0, NOW)
    later = NOW + RETRY_PLAN.first_pause
    again = state.claim(first.record, TOKEN, later, MINUTE)
    assert again is not None
    second = state.finish_attempt(answered(again.record, jiro=Fate.SENT), RETRY_PLAN, 0.0, later)
    assert second.record.state is State.PARTLY_DELIVERED
    assert kinds(second) == []
    reported = {result.address: result.reported_in for result in second.record.recipients}
    assert reported == {"taro@partner.example": first.events[0].number, "jiro@aozora.example": -1}


def test_after_the_deadline_what_is_pending_fails_with_5_4_7() -> None:
    late = NOW + RETRY_PLAN.deadline
    record = delivering()
    taken = state.claim(record, TOKEN, late, MINUTE)
    assert taken is not None
    change = state.finish_attempt(answered(taken.record, taro=Fate.SENT), RETRY_PLAN, 0.0, late)
    assert change.record.state is State.PARTLY_DELIVERED
    assert [(result.fate, result.status) for result in change.record.recipients][1] == (Fate.FAILED, "5.4.7")
    assert kinds(change) == [OutboxKind.DSN]


def test_a_null_sender_gets_no_dsn() -> None:
    record = begun(Disposition.DELIVER, envelope=make_envelope(reverse_path="")).record
    change = state.finish_attempt(answered(claimed(record), taro=Fate.FAILED, jiro=Fate.FAILED), RETRY_PLAN, 0.0, NOW)
    assert change.record.state is State.BOUNCED
    assert change.outbox == ()


def test_a_recipient_who_has_the_message_stays_sent_whatever_a_late_answer_says() -> None:
    record = answered(claimed(delivering()), taro=Fate.SENT)
    late = RecipientResult("taro@partner.example", "original", Fate.PENDING)
    assert state.note_results(record, [late], NOW).record.recipients[0].fate is Fate.SENT


@given(st.integers(1, 5000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_and_keep_within_the_bounds(attempts: int, jitter: float) -> None:
    pause = RETRY_PLAN.pause(attempts, jitter)
    assert RETRY_PLAN.first_pause <= pause <= RETRY_PLAN.longest_pause * 1.2
    assert pause <= RETRY_PLAN.pause(attempts + 1, jitter)


def test_the_last_attempt_comes_right_after_the_deadline_not_a_pause_later() -> None:
    plan = RetryPlan(timedelta(hours=1), timedelta(hours=1), timedelta(hours=2))
    now = NOW + timedelta(hours=1, minutes=30)
    taken = state.claim(delivering(), TOKEN, now, MINUTE)
    assert taken is not None
    due_at = state.finish_attempt(taken.record, plan, 0.0, now).record.due_at
    assert due_at is not None
    assert due_at - (NOW + plan.deadline) == timedelta(seconds=1)


def test_time_alone_decides_as_the_system() -> None:
    plan = HoldPlan(timedelta(hours=1), 0, "discard")
    change = state.hold_due(begun(plan=plan).record, plan, NOW + timedelta(hours=1))
    assert change is not None
    assert change.record.outcome is not None
    assert change.record.outcome.actor == SYSTEM
