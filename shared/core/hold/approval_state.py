"""The state machine of an approval: asked, answered, reminded, escalated, ended, withdrawn (product.md P; stage 6).

Pure functions from a record to the next one, as ``state.py`` has them for a hold; the caller commits the ``Change``
under the record's ETag, so that of two answers at the same time one is written first and the other sees it.

A **seat** is an approver whose answer counts. With quorum ``first`` the first answer ends the step; with ``all`` every
seat must allow, with ``count`` ``needed`` of them must (all, where there are fewer). Seats that an escalation added can
stand in for seats that have not answered; they do not make the number larger. Where no seat can answer any more, the
tenant's administrator becomes one (``stand_in``), whose answer is enough. One person gives one answer in a step,
whomever they act for, since a quorum is a number of people. A message goes out when every step has allowed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.hold.already_decided import AlreadyDecided
from shared.core.hold.approval import ApprovalRequest, ApprovalStep, Vote
from shared.core.hold.change import make_change
from shared.core.hold.record import (
    SYSTEM,
    Actor,
    Change,
    EventCode,
    MessageRecord,
    OutboxKind,
    Outcome,
    State,
)
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.message.domains import normal_address
from shared.errors import PermanentError

Later = Callable[[datetime, timedelta], datetime]
"""When a pause that begins at a moment is over, in the tenant's working time."""
Same = Callable[[str, str], bool]
"""Whether two addresses are one person's."""
LONGEST_COMMENT = 2000
"""Characters of a comment of a requester or an approver."""
_COMMENTS_TOGETHER = 40_000
"""Characters of all answers' comments of one message, so that a hundred approvers' words still fit into a record."""
_SHORT_COMMENT = 200
_NOTICE = (OutboxKind.APPROVAL_NOTICE, OutboxKind.CARDS)
_ANSWER = (OutboxKind.ANSWER_NOTICE, OutboxKind.CARDS)


class AlreadyAnswered(PermanentError):
    """This seat or this person has answered, or others have answered in their place; ``record`` tells how it stands."""

    public = "This request was already answered."

    def __init__(self, record: MessageRecord) -> None:
        super().__init__("already answered")
        self.record = record


class NotAsked(PermanentError):
    """The seat is none of this request."""

    public = "You are not asked to approve this message."


def ask(record: MessageRecord, actor: Actor, now: datetime, terms: ReleaseTerms) -> Change:
    """The sender's release, which waits for its approval. ``record`` has what the release drops already.

    ``terms.steps`` have seats and first reminders. The outcome is the release; what the approvers make of it is in
    ``record.approval``. Raises ``AlreadyDecided``, and ``ValueError`` where nobody would be asked.
    """
    if not record.state.awaits_decision:
        raise AlreadyDecided(record)
    if not terms.steps or not all(step.seats for step in terms.steps):
        raise ValueError("an approval that nobody is asked for never ends")
    approval = ApprovalRequest(actor, terms.comment[:LONGEST_COMMENT], now, terms.steps)
    changed = replace(
        record,
        state=State.AWAITING_APPROVAL,
        outcome=Outcome("release", actor, now),
        approval=approval,
        due_at=_next_due(approval),
    )
    fallbacks = ", ".join(dict.fromkeys(seat for step in terms.steps if step.fallback for seat in step.seats))
    args = (("fallback", fallbacks),) if fallbacks else ()
    return make_change(changed, EventCode.APPROVAL_REQUESTED, actor, now, args, _NOTICE)


def same_address(one: str, other: str) -> bool:
    """``Same`` where the directory has no say."""
    return normal_address(one) == normal_address(other)


def answer(
    record: MessageRecord,
    seat: str,
    actor: Actor,
    allow: bool,
    comment: str,
    now: datetime,
    same: Same = same_address,
) -> Change:
    """The answer of ``seat``, in every open step where it has one to give; ``actor`` gives it. ``same`` tells whether they
    are who has answered a step before, by another address.

    Raises ``AlreadyDecided`` when the message is not awaiting approval (any more), ``AlreadyAnswered``, ``NotAsked``.
    """
    approval = _open_request(record)
    seat = normal_address(seat)
    if not any(seat in step.seats for step in approval.steps):
        raise NotAsked("no seat of this request")
    mine = [may_still_answer(step, seat, actor.name, same) for step in approval.steps]
    if not any(mine):
        raise AlreadyAnswered(record)
    vote = Vote(seat, actor, allow, comment[: _room_for_comment(approval)], now)
    steps = tuple(
        _settled(replace(step, votes=(*step.votes, vote))) if answers else step
        for step, answers in zip(approval.steps, mine, strict=True)
    )
    changed = _with_steps(record, steps)
    args = (("seat", seat), ("answer", "allow" if allow else "deny"))
    if any(step.allowed is False for step in steps):
        voted = make_change(changed, EventCode.VOTED, actor, now, args)
        denied = replace(voted.record, state=State.DENIED, outcome=Outcome("deny", actor, now), due_at=None)
        return _and_then(voted, make_change(denied, EventCode.DENIED, actor, now, (), _ANSWER))
    if all(step.allowed for step in steps):
        voted = make_change(changed, EventCode.VOTED, actor, now, args)
        going = _let_go(voted.record, now)
        return _and_then(voted, make_change(going, EventCode.APPROVED, actor, now, (), (OutboxKind.DELIVER, *_ANSWER)))
    return make_change(changed, EventCode.VOTED, actor, now, args, (OutboxKind.CARDS,))


def withdraw(record: MessageRecord, actor: Actor, now: datetime) -> Change:
    """The sender takes the request back, and the message is discarded. Raises ``AlreadyDecided``."""
    _open_request(record)
    changed = replace(record, state=State.DISCARDED, outcome=Outcome("discard", actor, now), due_at=None)
    return make_change(changed, EventCode.WITHDRAWN, actor, now, (), (OutboxKind.CARDS,))


def approval_due(
    record: MessageRecord,
    now: datetime,
    later: Later,
    escalation: Mapping[int, tuple[str, ...]] | None = None,
    stand_ins: Mapping[int, str] | None = None,
) -> Change | None:
    """What time does to an approval: reminders, the escalation, and the end, for each step that is due.

    ``escalation`` has the seats to add for each step that ``steps_to_escalate`` names; a step without new seats comes
    to its end at once. ``stand_ins`` has the administrator for each step that is due and that nobody can answer any
    more: they are asked in place of a reminder, and before such a step is left. ``None`` when nothing is due.
    """
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        return None
    if record.due_at is None or record.due_at > now:
        return None
    change = Change(record, ())
    for index in range(len(record.approval.steps)):
        if change.record.state is State.AWAITING_APPROVAL and _is_due(change.record, index, now):
            added, stand_in = (escalation or {}).get(index, ()), (stand_ins or {}).get(index, "")
            change = _and_then(change, _step_due(change.record, index, now, later, added, stand_in))
    return change if change.events else None


def steps_to_escalate(record: MessageRecord, now: datetime) -> tuple[int, ...]:
    """The numbers of the steps whose escalation is due: who is asked there has to be looked up."""
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        return ()
    steps = record.approval.steps
    return tuple(
        index
        for index in steps_due(record, now)
        if steps[index].reminders_sent >= steps[index].call.reminders and _can_escalate(steps[index])
    )


def steps_due(record: MessageRecord, now: datetime) -> tuple[int, ...]:
    """The numbers of the steps for which something is due."""
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        return ()
    return tuple(index for index in range(len(record.approval.steps)) if _is_due(record, index, now))


def may_still_answer(step: ApprovalStep, seat: str, person: str = "", same: Same = same_address) -> bool:
    """Whether an answer of ``seat`` counts in a step: it is open, and neither the seat nor ``person`` has answered."""
    if step.allowed is not None or seat not in step.seats:
        return False
    return not any(vote.seat == seat or (person and same(vote.actor.name, person)) for vote in step.votes)


def seats_to_answer(record: MessageRecord) -> tuple[str, ...]:
    """The seats whose answer is still wanted, each once."""
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        return ()
    steps = record.approval.steps
    return tuple(dict.fromkeys(seat for step in steps for seat in step.seats if may_still_answer(step, seat)))


def needed_answers(step: ApprovalStep) -> int:
    """How many seats must allow a step."""
    original = len(step.seats) - len(step.escalated)
    return {"first": 1, "all": original, "count": min(step.call.needed, original)}[step.call.quorum]


def has_quorum(step: ApprovalStep) -> bool:
    """Whether as many have allowed as must, or who stands in for all. A step that lapsed goes on without."""
    return _stood_in(step) is True or sum(vote.allow for vote in step.votes) >= needed_answers(step)


def _stood_in(step: ApprovalStep) -> bool | None:
    """The answer of who stands in for everybody."""
    return next((vote.allow for vote in step.votes if step.stand_in and vote.seat == step.stand_in), None)


def _settled(step: ApprovalStep) -> ApprovalStep:
    """The step with its end, as soon as no further answer can change it."""
    denials = sum(not vote.allow for vote in step.votes)
    if has_quorum(step):
        return replace(step, allowed=True, due_at=None)
    if _stood_in(step) is False:
        return replace(step, allowed=False, due_at=None)
    if denials and (step.call.quorum != "count" or len(step.seats) - denials < needed_answers(step)):
        return replace(step, allowed=False, due_at=None)
    return step


def _step_due(
    record: MessageRecord, index: int, now: datetime, later: Later, added: tuple[str, ...], stand_in: str
) -> Change:
    assert record.approval is not None  # the caller looked
    step = record.approval.steps[index]
    number = ("step", str(index))
    new = tuple(seat for seat in dict.fromkeys(map(normal_address, added)) if seat not in step.seats)
    is_reminder = step.reminders_sent < step.call.reminders
    ends = not is_reminder and not (new and _can_escalate(step))
    stand_in = normal_address(stand_in)
    if stand_in and stand_in not in step.seats and (is_reminder or (ends and step.call.at_end == "leave")):
        step = replace(
            step,
            seats=(*step.seats, stand_in),
            escalated=(*step.escalated, stand_in),
            stand_in=stand_in,
            reminders_sent=min(step.reminders_sent + 1, step.call.reminders),
            due_at=_following(step, now, later),
        )
        why = (number, ("seats", stand_in), ("why", "nobody-left"))
        return make_change(_with_step(record, index, step), EventCode.ESCALATED, SYSTEM, now, why, _NOTICE)
    if is_reminder:
        step = replace(step, reminders_sent=step.reminders_sent + 1, due_at=_following(step, now, later))
        args = (number, ("reminder", str(step.reminders_sent)))
        return make_change(_with_step(record, index, step), EventCode.APPROVAL_REMINDED, SYSTEM, now, args, _NOTICE)
    if not ends:
        due_at, escalated = _following(step, now, later), (*step.escalated, *new)
        step = replace(step, seats=(*step.seats, *new), escalated=escalated, reminders_sent=0, due_at=due_at)
        args = (number, ("seats", ", ".join(new)))
        return make_change(_with_step(record, index, step), EventCode.ESCALATED, SYSTEM, now, args, _NOTICE)
    if step.call.at_end == "discard":
        ended = replace(record, state=State.EXPIRED, outcome=Outcome("expire", SYSTEM, now), due_at=None)
        return make_change(ended, EventCode.EXPIRED, SYSTEM, now, (), _ANSWER)
    if step.call.at_end == "release":
        changed = _with_step(record, index, replace(step, allowed=True, due_at=None))
        lapsed = make_change(changed, EventCode.APPROVAL_LAPSED, SYSTEM, now, (number,), (OutboxKind.CARDS,))
        assert changed.approval is not None
        if not all(each.allowed for each in changed.approval.steps):
            return lapsed
        going = _let_go(lapsed.record, now)
        owed = (OutboxKind.DELIVER, *_ANSWER)
        released = make_change(going, EventCode.RELEASED, SYSTEM, now, (), owed)
        return _and_then(replace(lapsed, outbox=()), released)
    left = _with_step(record, index, replace(step, due_at=None))
    return make_change(left, EventCode.LEFT, SYSTEM, now, (number,), _ANSWER)


def _following(step: ApprovalStep, now: datetime, later: Later) -> datetime:
    """When what comes next is due: counted as a hold's pauses are (``HoldPlan.following``)."""
    pause = timedelta(hours=step.call.reminder_hours)
    following = later(step.due_at or now, pause)
    return following if following > now else later(now, pause)


def _can_escalate(step: ApprovalStep) -> bool:
    """A step escalates once; who stands in for everybody was asked for another reason."""
    return set(step.escalated) <= {step.stand_in} and bool(step.call.escalate_to or step.call.escalate_to_manager)


def _is_due(record: MessageRecord, index: int, now: datetime) -> bool:
    assert record.approval is not None  # the caller looked
    step = record.approval.steps[index]
    return step.allowed is None and step.due_at is not None and step.due_at <= now


def _let_go(record: MessageRecord, now: datetime) -> MessageRecord:
    """The outcome stays the requester's release."""
    return replace(record, state=State.DELIVERING, delivery_started_at=now, due_at=None)


def _open_request(record: MessageRecord) -> ApprovalRequest:
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        raise AlreadyDecided(record)
    return record.approval


def _with_step(record: MessageRecord, index: int, step: ApprovalStep) -> MessageRecord:
    assert record.approval is not None  # the caller looked
    steps = record.approval.steps
    return _with_steps(record, (*steps[:index], step, *steps[index + 1 :]))


def _with_steps(record: MessageRecord, steps: tuple[ApprovalStep, ...]) -> MessageRecord:
    assert record.approval is not None  # the caller looked
    approval = replace(record.approval, steps=steps)
    return replace(record, approval=approval, due_at=_next_due(approval))


def _next_due(approval: ApprovalRequest) -> datetime | None:
    return min((step.due_at for step in approval.steps if step.due_at is not None), default=None)


def _room_for_comment(approval: ApprovalRequest) -> int:
    said = {vote.comment for step in approval.steps for vote in step.votes}
    return LONGEST_COMMENT if sum(map(len, said)) < _COMMENTS_TOGETHER else _SHORT_COMMENT


def _and_then(first: Change, second: Change) -> Change:
    """Two steps of one transaction."""
    return Change(second.record, (*first.events, *second.events), (*first.outbox, *second.outbox))
