"""Approvals: quorums, answers, reminders, escalation and end; one end whatever the order of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold.actor import SYSTEM, Actor, Channel, Role
from shared.core.hold.already_decided import AlreadyDecided
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.approval_state import (
    LONGEST_COMMENT,
    AlreadyAnswered,
    NotAsked,
    answer,
    approval_due,
    ask,
    has_quorum,
    needed_answers,
    seats_to_answer,
    steps_to_escalate,
    withdraw,
)
from shared.core.hold.record import Change, EventCode, MessageRecord, OutboxKind, State
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.policy.decision import ApprovalCall
from tests.support.records import NOW, SENDER, held

HOUR = timedelta(hours=1)
A, B, C, D = (f"{name}@aozora.example" for name in "abcd")
STATES = {"delivering": State.DELIVERING, "denied": State.DENIED, "open": State.AWAITING_APPROVAL}


def later(moment: datetime, pause: timedelta) -> datetime:
    return moment + pause


def step(*seats: str, **call: Any) -> ApprovalStep:
    hours = float(call.setdefault("reminder_hours", 1.0))
    return ApprovalStep(ApprovalCall("p", "P", "addresses", **call), seats, due_at=NOW + hours * HOUR)


def asked(*steps: ApprovalStep, comment: str = "") -> MessageRecord:
    return ask(held(), SENDER, NOW, ReleaseTerms(comment=comment, steps=steps)).record


def approver(name: str, on_behalf_of: str = "") -> Actor:
    return Actor(Role.APPROVER, name, Channel.LINK, "127.0.0.1", on_behalf_of)


def voted(record: MessageRecord, votes: str, seats: Sequence[str] = (A, B, C, D)) -> MessageRecord:
    """``+a -b``: seat a allows, then seat b denies."""
    names = {seat[0]: seat for seat in seats}
    for number, word in enumerate(votes.split()):
        seat = names[word[1]]
        record = answer(record, seat, approver(seat), word[0] == "+", "", NOW + number * HOUR / 60).record
    return record


def codes(change: Change | None) -> list[EventCode]:
    return [event.code for event in change.events] if change is not None else []


def owed(change: Change) -> set[OutboxKind]:
    return {entry.kind for entry in change.outbox}


@pytest.mark.parametrize(
    ("seats", "call", "votes", "expected"),
    [
        pytest.param((A,), {}, "+a", "delivering", id="one: allows"),
        pytest.param((A,), {}, "-a", "denied", id="one: denies"),
        pytest.param((A, B, C), {}, "+b", "delivering", id="first of three allows"),
        pytest.param((A, B, C), {}, "-c", "denied", id="first of three denies"),
        pytest.param((A, B, C), {"quorum": "all"}, "+a +b", "open", id="all: one is missing"),
        pytest.param((A, B, C), {"quorum": "all"}, "+a +b +c", "delivering", id="all: all allow"),
        pytest.param((A, B, C), {"quorum": "all"}, "+a -b", "denied", id="all: one denial ends it"),
        pytest.param((A, B, C), {"quorum": "count", "needed": 2}, "+a", "open", id="2 of 3: one allows"),
        pytest.param((A, B, C), {"quorum": "count", "needed": 2}, "+c +a", "delivering", id="2 of 3: two allow"),
        pytest.param((A, B, C), {"quorum": "count", "needed": 2}, "-a", "open", id="2 of 3: can still be had"),
        pytest.param((A, B, C), {"quorum": "count", "needed": 2}, "-a +b", "open", id="2 of 3: one each"),
        pytest.param(
            (A, B, C), {"quorum": "count", "needed": 2}, "-a +b +c", "delivering", id="2 of 3: in spite of one"
        ),
        pytest.param((A, B, C), {"quorum": "count", "needed": 2}, "-a +b -c", "denied", id="2 of 3: out of reach"),
        pytest.param((A, B, C), {"quorum": "count", "needed": 2}, "-a -b", "denied", id="2 of 3: two deny"),
        pytest.param(
            (A, B, C, D), {"quorum": "count", "needed": 1}, "-a -b -c +d", "delivering", id="1 of 4: the last"
        ),
        pytest.param((A, B), {"quorum": "count", "needed": 5}, "+a +b", "delivering", id="5 of 2: all there are"),
        pytest.param((A, B), {"quorum": "count", "needed": 5}, "+a -b", "denied", id="5 of 2: one denies"),
    ],
)
def test_quorum_decides(seats: tuple[str, ...], call: dict[str, Any], votes: str, expected: str) -> None:
    record = voted(asked(step(*seats, **call)), votes)
    assert record.state is STATES[expected]
    assert (record.due_at is None) == (expected != "open")


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        pytest.param("+a", "open", id="one of two policies"),
        pytest.param("+a +b", "delivering", id="both"),
        pytest.param("-b", "denied", id="one policy denies"),
        pytest.param("+a -b", "denied", id="the second denies"),
        pytest.param("+c", "delivering", id="one approver of both"),
        pytest.param("-c", "denied", id="one approver of both denies"),
    ],
)
def test_all_policies_must_allow_and_one_answer_counts_wherever_its_seat_is(votes: str, expected: str) -> None:
    assert voted(asked(step(A, C), step(B, C)), votes).state is STATES[expected]


def test_request_keeps_release_comment_and_owes_notices() -> None:
    change = ask(held(), SENDER, NOW, ReleaseTerms(comment="x" * 3000, steps=(step(A, reminder_hours=2.0), step(B))))
    record = change.record
    assert record.state is State.AWAITING_APPROVAL
    assert record.outcome is not None
    assert (record.outcome.verb, record.outcome.actor) == ("release", SENDER)
    assert record.approval is not None
    assert (record.approval.requester, len(record.approval.comment)) == (SENDER, LONGEST_COMMENT)
    assert record.due_at == NOW + HOUR  # the earliest step
    assert codes(change) == [EventCode.APPROVAL_REQUESTED]
    assert owed(change) == {OutboxKind.APPROVAL_NOTICE, OutboxKind.CARDS}


def test_request_that_reaches_nobody_is_refused() -> None:
    for terms in (ReleaseTerms(), ReleaseTerms(steps=(step(A), step()))):
        with pytest.raises(ValueError, match="never ends"):
            ask(held(), SENDER, NOW, terms)


def test_fallback_is_told_in_history() -> None:
    change = ask(held(), SENDER, NOW, ReleaseTerms(steps=(replace(step(D), fallback=True), step(A))))
    assert change.events[0].args == (("fallback", D),)


def test_approval_leaves_release_and_votes_readable() -> None:
    change = answer(asked(step(A)), A.upper(), approver(A), True, "fine", NOW + HOUR)
    record = change.record
    assert record.outcome is not None
    assert record.outcome.actor == SENDER
    assert record.approval is not None
    (vote,) = record.approval.steps[0].votes
    assert (vote.seat, vote.actor.name, vote.allow, vote.comment, vote.at) == (A, A, True, "fine", NOW + HOUR)
    assert record.delivery_started_at == NOW + HOUR
    assert codes(change) == [EventCode.VOTED, EventCode.APPROVED]
    assert [event.number for event in change.events] == [2, 3]
    assert [event.state for event in change.events] == [State.AWAITING_APPROVAL, State.DELIVERING]
    assert record.event_count == 4
    assert owed(change) == {OutboxKind.DELIVER, OutboxKind.ANSWER_NOTICE, OutboxKind.CARDS}
    assert {entry.number for entry in change.outbox} == {3}


def test_denial_is_the_outcome_and_delivers_nothing() -> None:
    change = answer(asked(step(A)), A, approver(B, A), False, "no", NOW)
    assert change.record.outcome is not None
    assert (change.record.outcome.verb, change.record.outcome.actor.on_behalf_of) == ("deny", A)
    assert codes(change) == [EventCode.VOTED, EventCode.DENIED]
    assert owed(change) == {OutboxKind.ANSWER_NOTICE, OutboxKind.CARDS}
    assert change.record.state.is_final


def test_answer_that_decides_nothing_brings_cards_up_to_date() -> None:
    change = answer(asked(step(A, B, quorum="all")), A, approver(A), True, "", NOW)
    assert codes(change) == [EventCode.VOTED]
    assert owed(change) == {OutboxKind.CARDS}
    assert seats_to_answer(change.record) == (B,)


def test_second_answer_of_a_seat_is_refused_whoever_gives_it() -> None:
    record = voted(asked(step(A, B, quorum="all")), "+a")
    for actor in (approver(A), approver(D, A)):
        with pytest.raises(AlreadyAnswered) as caught:
            answer(record, A, actor, False, "", NOW)
        assert caught.value.record is record


def test_one_person_answers_once_in_a_step_whomever_they_act_for() -> None:
    record = voted(asked(step(A, B, quorum="all")), "+a")
    with pytest.raises(AlreadyAnswered):
        answer(record, B, approver(A.upper(), B), True, "", NOW)


def test_one_person_answers_in_each_step_once() -> None:
    record = voted(asked(step(A), step(B)), "+a")
    assert answer(record, B, approver(A, B), True, "", NOW).record.state is State.DELIVERING


def test_seat_of_a_step_that_others_have_ended_has_nothing_to_answer() -> None:
    record = voted(asked(step(A, B), step(C)), "+a")
    with pytest.raises(AlreadyAnswered):
        answer(record, B, approver(B), False, "", NOW)


def test_who_is_not_asked_cannot_answer() -> None:
    with pytest.raises(NotAsked):
        answer(asked(step(A)), D, approver(D), True, "", NOW)


@pytest.mark.parametrize("votes", [pytest.param("+a", id="approved"), pytest.param("-a", id="denied")])
def test_nothing_is_answered_or_withdrawn_after_the_end(votes: str) -> None:
    record = voted(asked(step(A, B)), votes)
    with pytest.raises(AlreadyDecided):
        answer(record, B, approver(B), True, "", NOW)
    with pytest.raises(AlreadyDecided):
        withdraw(record, SENDER, NOW)


def test_message_on_hold_has_no_request_to_answer_and_a_request_is_made_once() -> None:
    with pytest.raises(AlreadyDecided):
        answer(held(), A, approver(A), True, "", NOW)
    with pytest.raises(AlreadyDecided):
        ask(asked(step(A)), SENDER, NOW, ReleaseTerms(steps=(step(A),)))


def test_withdrawn_request_discards_the_message() -> None:
    change = withdraw(asked(step(A)), SENDER, NOW)
    assert change.record.state is State.DISCARDED
    assert change.record.outcome is not None
    assert change.record.outcome.verb == "discard"
    assert codes(change) == [EventCode.WITHDRAWN]
    assert change.record.due_at is None


def test_comments_of_a_crowd_are_cut_so_that_the_record_stays_small() -> None:
    seats = tuple(f"p{number}@aozora.example" for number in range(60))
    record = asked(step(*seats, quorum="all"))
    for number, seat in enumerate(seats):
        record = answer(record, seat, approver(seat), True, f"{number}" + "x" * 5000, NOW).record
    assert record.approval is not None
    lengths = [len(vote.comment) for vote in record.approval.steps[0].votes]
    assert lengths[0] == LONGEST_COMMENT
    assert sum(lengths) < 60_000


def run_until(record: MessageRecord, hours: int, added: tuple[str, ...] = ()) -> tuple[MessageRecord, list[str]]:
    """Let time pass with a look every half hour; what happened, as ``hour: event``."""
    told = []
    for half in range(hours * 2 + 1):
        now = NOW + half * HOUR / 2
        wanted = steps_to_escalate(record, now)
        change = approval_due(record, now, later, dict.fromkeys(wanted, added))
        if change is not None:
            told += [f"{half / 2:g}: {event.code}" for event in change.events]
            record = change.record
        assert approval_due(record, now, later, dict.fromkeys(wanted, added)) is None, "a second run does nothing"
    return record, told


@pytest.mark.parametrize(
    ("call", "added", "expected", "state"),
    [
        pytest.param(
            {"reminders": 2},
            (),
            ["1: approval-reminded", "2: approval-reminded", "3: left"],
            State.AWAITING_APPROVAL,
            id="leave",
        ),
        pytest.param({"reminders": 0}, (), ["1: left"], State.AWAITING_APPROVAL, id="no reminder"),
        pytest.param(
            {"reminders": 1, "at_end": "discard"},
            (),
            ["1: approval-reminded", "2: expired"],
            State.EXPIRED,
            id="discard",
        ),
        pytest.param(
            {"reminders": 1, "at_end": "release"},
            (),
            ["1: approval-reminded", "2: approval-lapsed", "2: released"],
            State.DELIVERING,
            id="release",
        ),
        pytest.param(
            {"reminders": 1, "escalate_to": (D,), "at_end": "discard"},
            (D,),
            ["1: approval-reminded", "2: escalated", "3: approval-reminded", "4: expired"],
            State.EXPIRED,
            id="escalation with reminders anew, once",
        ),
        pytest.param(
            {"reminders": 1, "escalate_to_manager": True},
            (),
            ["1: approval-reminded", "2: left"],
            State.AWAITING_APPROVAL,
            id="escalation to nobody is the end",
        ),
        pytest.param(
            {"reminders": 0, "escalate_to": (A,)},
            (A,),
            ["1: left"],
            State.AWAITING_APPROVAL,
            id="escalation to who is asked already is the end",
        ),
    ],
)
def test_time_reminds_escalates_and_ends(
    call: dict[str, Any], added: tuple[str, ...], expected: list[str], state: State
) -> None:
    record, told = run_until(asked(step(A, B, **call)), 8, added)
    assert told == expected
    assert record.state is state
    assert record.due_at is None


def test_lapsed_step_waits_for_the_other_steps() -> None:
    record, told = run_until(asked(step(A, reminders=0, at_end="release"), step(B, reminders=0)), 4)
    assert told == ["1: approval-lapsed", "1: left"]
    assert record.state is State.AWAITING_APPROVAL
    assert seats_to_answer(record) == (B,)
    assert voted(record, "+b").state is State.DELIVERING
    assert voted(record, "-b").state is State.DENIED


def test_step_that_was_allowed_is_not_reminded_of() -> None:
    record = voted(asked(step(A, reminders=3), step(B, reminders=1)), "+a")
    _, told = run_until(record, 6)
    assert told == ["1: approval-reminded", "2: left"]


def test_discard_at_the_end_of_one_step_ends_all() -> None:
    record, told = run_until(asked(step(A, reminders=0, at_end="discard"), step(B, reminders=5)), 3)
    assert told == ["1: expired"]
    assert record.outcome is not None
    assert (record.outcome.verb, record.outcome.actor) == ("expire", SYSTEM)


def test_release_by_time_leaves_the_senders_release_as_outcome() -> None:
    record, _ = run_until(asked(step(A, reminders=0, at_end="release")), 2)
    assert record.outcome is not None
    assert record.outcome.actor == SENDER
    assert record.approval is not None
    assert not has_quorum(record.approval.steps[0])


@pytest.mark.parametrize(
    ("call", "before", "after", "expected"),
    [
        pytest.param({}, "", "+d", "delivering", id="first: the new one decides"),
        pytest.param({"quorum": "all"}, "+a", "+d", "delivering", id="all: stands in for who is silent"),
        pytest.param({"quorum": "all"}, "", "+d", "open", id="all: stands in for one alone"),
        pytest.param({"quorum": "all"}, "+a", "-d", "denied", id="all: a denial counts"),
        pytest.param({"quorum": "count", "needed": 2}, "-a", "+b +d", "delivering", id="count: in reach again"),
        pytest.param({"quorum": "count", "needed": 2}, "+a", "-d +b", "delivering", id="count: one of the first"),
    ],
)
def test_escalation_adds_who_stands_in(call: dict[str, Any], before: str, after: str, expected: str) -> None:
    seats = (A, B, C) if call.get("needed") else (A, B)
    record = voted(asked(step(*seats, reminders=0, escalate_to=(D,), **call)), before)
    needed = needed_answers(record.approval.steps[0]) if record.approval else 0
    record, told = run_until(record, 1, (D, A))
    assert told == ["1: escalated"]
    assert record.approval is not None
    escalated = record.approval.steps[0]
    assert (escalated.escalated, escalated.seats) == ((D,), (*seats, D))
    assert needed_answers(escalated) == needed
    assert voted(record, after).state is STATES[expected]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(
            {"reminders": 2}, ["1: escalated", "2: approval-reminded", "3: left"], id="in place of a reminder"
        ),
        pytest.param({"reminders": 0}, ["1: escalated", "2: left"], id="before the request is left"),
        pytest.param({"reminders": 0, "at_end": "discard"}, ["1: expired"], id="the end to discard comes in time"),
        pytest.param(
            {"reminders": 1, "at_end": "release"}, ["1: escalated", "2: approval-lapsed", "2: released"], id="release"
        ),
        pytest.param(
            {"reminders": 1, "escalate_to": (C,)},
            ["1: escalated", "2: escalated", "3: approval-reminded", "4: left"],
            id="the policy's own escalation follows",
        ),
    ],
)
def test_where_nobody_can_answer_the_administrator_is_asked_once(call: dict[str, Any], expected: list[str]) -> None:
    told: list[str] = []
    record = asked(step(A, B, **call))
    for hour in range(1, 7):
        now = NOW + hour * HOUR
        change = approval_due(record, now, later, dict.fromkeys(steps_to_escalate(record, now), (C,)), {0: D})
        if change is not None:
            record, told = change.record, told + [f"{hour}: {event.code}" for event in change.events]
            if hour == 1 and change.events[0].code is EventCode.ESCALATED:
                assert change.events[0].args == (("step", "0"), ("seats", D), ("why", "nobody-left"))
                assert owed(change) == {OutboxKind.APPROVAL_NOTICE, OutboxKind.CARDS}
    assert told == expected


@pytest.mark.parametrize(
    ("call", "before", "after", "expected"),
    [
        pytest.param({"quorum": "all"}, "", "+d", "delivering", id="all: allows for everybody"),
        pytest.param({"quorum": "all"}, "+a", "-d", "denied", id="all: denies"),
        pytest.param({"quorum": "count", "needed": 3}, "+a", "+d", "delivering", id="count: allows"),
        pytest.param({"quorum": "count", "needed": 1}, "", "-d", "denied", id="count: denies though others are silent"),
    ],
)
def test_who_stands_in_for_everybody_decides_alone(
    call: dict[str, Any], before: str, after: str, expected: str
) -> None:
    record = voted(asked(step(A, B, C, **call)), before)
    change = approval_due(record, NOW + HOUR, later, {}, {0: D})
    assert change is not None
    assert voted(change.record, after).state is STATES[expected]


def test_pause_runs_in_working_time() -> None:
    def tomorrow(moment: datetime, pause: timedelta) -> datetime:
        return moment + timedelta(days=1)

    change = approval_due(asked(step(A)), NOW + HOUR, tomorrow)
    assert change is not None
    assert change.record.due_at == NOW + HOUR + timedelta(days=1)


def test_ticks_that_come_late_add_up_to_no_delay() -> None:
    late = timedelta(minutes=1)
    record = asked(step(A, reminders=2, escalate_to=(D,)))
    due = record.due_at
    assert due is not None
    for number in range(1, 5):
        change = approval_due(record, due + late, later, {0: (D,)})
        assert change is not None
        record, due = change.record, due + HOUR
        assert record.due_at == due, number


def test_after_an_outage_reminders_do_not_come_in_a_heap() -> None:
    record = asked(step(A, reminders=3))
    change = approval_due(record, NOW + 5 * HOUR, later)
    assert change is not None
    assert change.record.due_at == NOW + 6 * HOUR


def test_nothing_is_due_for_messages_that_await_no_approval() -> None:
    for record in (held(), voted(asked(step(A)), "+a")):
        assert approval_due(record, NOW + 100 * HOUR, later) is None
        assert steps_to_escalate(record, NOW + 100 * HOUR) == ()


CALLS: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    quorum=st.sampled_from(["first", "all", "count"]),
    needed=st.integers(1, 4),
    reminders=st.integers(0, 2),
    at_end=st.sampled_from(["leave", "release", "discard"]),
    escalate_to=st.sampled_from([(), (D,)]),
)
STEPS = st.lists(
    st.tuples(st.lists(st.sampled_from([A, B, C]), min_size=1, unique=True), CALLS), min_size=1, max_size=3
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("vote"), st.sampled_from([A, B, C, D]), st.sampled_from([A, B, C, D]), st.booleans()),
        st.tuples(st.just("time"), st.just(A), st.just(A), st.just(True)),
        st.tuples(st.just("withdraw"), st.just(A), st.just(A), st.just(True)),
    ),
    max_size=25,
)


@given(STEPS, ACTS)
def test_any_order_of_answers_time_and_withdrawal_has_one_end_and_nothing_goes_without_its_quorum(
    steps: list[tuple[list[str], dict[str, Any]]], acts: list[tuple[str, str, str, bool]]
) -> None:
    record = asked(*(step(*seats, **dict(call)) for seats, call in steps))
    ends: list[EventCode] = []
    now, delivered = NOW, 0
    for kind, seat, person, allow in acts:
        now += HOUR / 4 if kind != "time" else HOUR
        before = record
        change: Change | None = None
        try:
            if kind == "vote":
                change = answer(record, seat, approver(person, "" if seat == person else seat), allow, "", now)
            elif kind == "withdraw":
                change = withdraw(record, SENDER, now)
            else:
                wanted = dict.fromkeys(steps_to_escalate(record, now), (D,))
                change = approval_due(record, now, later, wanted)
        except (AlreadyAnswered, NotAsked):
            assert record.state is State.AWAITING_APPROVAL
        except AlreadyDecided:
            assert record.state is not State.AWAITING_APPROVAL
        if change is None:
            assert record == before
            continue
        assert before.state is State.AWAITING_APPROVAL, "nothing moves after the end"
        record = change.record
        delivered += sum(entry.kind is OutboxKind.DELIVER for entry in change.outbox)
        if record.state is not State.AWAITING_APPROVAL:
            ends.append(change.events[-1].code)
    assert record.approval is not None
    assert len(ends) == (record.state is not State.AWAITING_APPROVAL)
    assert delivered == (record.state is State.DELIVERING)
    for each in record.approval.steps:
        people = [vote.actor.name for vote in each.votes]
        assert len(people) == len(set(people)), "one person, one answer"
        if record.state is State.DELIVERING:
            assert each.allowed
            assert has_quorum(each) or each.call.at_end == "release"
        if each.call.quorum != "count" and not all(vote.allow for vote in each.votes):
            assert record.state is State.DENIED
    if record.state is State.DENIED:
        assert any(each.allowed is False for each in record.approval.steps)
