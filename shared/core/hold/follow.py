"""Copies of one message as one hold: joining a leader, following its decision, and standing alone (stages 3 and 6). Pure.

The leader's record is the one place where it shows whether a copy was decided about: whoever joins changes it under its
ETag, and so does whoever decides. A copy thus either stood in the record when it was decided, and follows; or it did
not, and then the decision is taken over only where the risk is the same (``core/gathering/risk.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.gathering.risk import Confirmed, merged, risk_differs
from shared.core.hold.change import make_change
from shared.core.hold.gathered_copy import GatheredCopy
from shared.core.hold.partial_release import CannotDrop, drop
from shared.core.hold.record import (
    SYSTEM,
    Change,
    EventCode,
    Fate,
    MessageRecord,
    OutboxEntry,
    OutboxKind,
    State,
)
from shared.core.message.domains import normal_address
from shared.core.message.facts import RecipientFacts
from shared.core.message.identity import MessageRef
from shared.core.policy.decision import Decision, Disposition, Reason

PATIENCE = timedelta(minutes=10)
"""How long a copy waits for a leader that gets no state, before it is a hold of its own."""
FIRST_LOOK = timedelta(minutes=1)
"""When somebody looks whether a copy has joined: the worker that stored it does so at once, unless it dies."""
SAFETY_LOOK = timedelta(hours=1)
"""How often a copy that waits looks at its leader, though the leader's decision brings somebody by itself."""
_ENDS = {
    State.DISCARDED: EventCode.DISCARDED,
    State.EXPIRED: EventCode.EXPIRED,
    State.DENIED: EventCode.DENIED,
}


class Standing(StrEnum):
    """What a copy is to a leader."""

    FOLLOWS = "follows"
    ALONE = "alone"


def standing_with(leader: MessageRecord | None, decision: Decision, recipients: Iterable[RecipientFacts]) -> Standing:
    """Whether a copy follows a leader that it is not joined to. ``decision`` and ``recipients`` are the copy's.

    A leader without a state is about to get one. One that nobody was ever asked about decides nothing for others. While
    it is held, whoever decides is shown what the copy adds; what was released, asked for or destroyed already counts
    for the copy only where its risk is the same, and a message of which parts had different fates decides no more. Nor does
    a release count for an approval that nobody was asked for.
    """
    if leader is None:
        return Standing.FOLLOWS
    if leader.leader is not None:
        return Standing.ALONE
    if leader.state is State.HELD:
        asked = all(call in leader.decision.approvals for call in decision.approvals)
        return Standing.FOLLOWS if asked and decision.disposition is Disposition.HOLD else Standing.ALONE
    if leader.state is State.DELAYED and decision.disposition is not Disposition.DELIVER:
        return Standing.ALONE
    if leader.state not in (State.DELAYED, State.AWAITING_APPROVAL) and (
        leader.outcome is None or leader.after is not None or leader.decision.disposition is Disposition.DISCARD
    ):
        return Standing.ALONE
    return Standing.ALONE if risk_differs(confirmed_by(leader), decision, recipients) else Standing.FOLLOWS


def confirmed_by(leader: MessageRecord) -> Confirmed:
    """What a decision about the leader is about: its own recipients and reasons, and those of its copies."""
    recipients = (*leader.summary.recipients, *copied_recipients(leader))
    return Confirmed(reasons_of(leader), leader.decision, recipients)


def reasons_of(record: MessageRecord) -> tuple[Reason, ...]:
    """The reasons of a message and of the copies that joined it. A reason keeps its place, and new ones come last."""
    found = record.decision.reasons
    for copy in record.copies:
        found = merged(found, copy.reasons)
    return found


def copied_recipients(record: MessageRecord) -> tuple[RecipientFacts, ...]:
    """The recipients of the other copies that were seen."""
    return tuple(facts for copy in record.copies for facts in copy.recipients)


def as_follower(change: Change, leader: MessageRef, now: datetime) -> Change:
    """The first state of a copy that follows a leader: held, or delayed, and nobody is told of it by itself."""
    record = replace(change.record, leader=leader, due_at=now + FIRST_LOOK)
    first = change.events[0]
    events = (replace(first, args=(*first.args, ("leader", leader.queue_id))),)
    return Change(record, events, tuple(entry for entry in change.outbox if entry.kind is not OutboxKind.HOLD_NOTICE))


def as_leader(change: Change, copies: Iterable[GatheredCopy], after: MessageRef | None) -> Change:
    """The first state of the copy by which people are asked: with the others that were seen, and what went before."""
    return replace(change, record=replace(change.record, copies=tuple(copies), after=after))


def is_joined(leader: MessageRecord, copy: MessageRecord) -> bool:
    """Whether the leader's record has the copy."""
    return any(known.queue_id == copy.ref.queue_id and known.joined for known in leader.copies)


def join(leader: MessageRecord, copy: MessageRecord, now: datetime) -> Change | None:
    """The leader's record with a copy that is held; ``None`` where it has it. An event only where people see more."""
    if is_joined(leader, copy):
        return None
    entry = GatheredCopy(copy.ref.queue_id, copy.summary.recipients, copy.decision.reasons, joined=True)
    known = any(one.queue_id == entry.queue_id for one in leader.copies)
    # Each keeps its place: forms number recipients by it.
    kept = tuple(entry if one.queue_id == entry.queue_id else one for one in leader.copies)
    changed = replace(leader, copies=kept if known else (*kept, entry), changed_at=now)
    if known and reasons_of(changed) == reasons_of(leader):
        return Change(changed, ())
    args = (("copy", entry.queue_id), ("recipients", str(len(entry.recipients))))
    return make_change(changed, EventCode.COPY_JOINED, SYSTEM, now, args, (OutboxKind.CARDS,))


def follow(copy: MessageRecord, leader: MessageRecord, now: datetime) -> Change:
    """What was decided about the leader, carried out on a copy: by the same person, with the same things left out.

    A copy all of whose recipients were left out is discarded. The leader must be decided, and the copy undecided.
    """
    outcome = leader.outcome
    actor = outcome.actor if outcome is not None else SYSTEM
    args = (("leader", leader.ref.queue_id),)
    if leader.state in _ENDS:
        changed = replace(copy, state=leader.state, outcome=outcome, due_at=None)
        return make_change(changed, _ENDS[leader.state], actor, now, args)
    gone = dropped_anywhere(leader)
    own = {normal_address(address) for address in copy.envelope.recipients}
    try:
        reduced, dropped = drop(
            copy,
            tuple(address for address in gone if normal_address(address) in own),
            leader.dropped_attachments,
            now,
            elsewhere=tuple(address for address in gone if normal_address(address) not in own),
        )
    except CannotDrop:
        results = tuple(replace(result, fate=Fate.DROPPED, at=now) for result in copy.recipients)
        changed = replace(copy, state=State.DISCARDED, outcome=outcome, due_at=None, recipients=results)
        return make_change(changed, EventCode.DISCARDED, actor, now, args)
    changed = replace(reduced, state=State.DELIVERING, outcome=outcome, delivery_started_at=now, due_at=None)
    return make_change(changed, EventCode.RELEASED, actor, now, (*args, *dropped), (OutboxKind.DELIVER,))


def dropped_anywhere(record: MessageRecord) -> tuple[str, ...]:
    """Everybody whom a partial release took out, of this copy and of the others."""
    own = (result.address for result in record.recipients if result.fate is Fate.DROPPED)
    return tuple(dict.fromkeys((*own, *record.dropped_elsewhere)))


def stand_alone(copy: MessageRecord, due_at: datetime, now: datetime) -> Change:
    """A copy whose leader does not decide for it: a hold of its own from now on, of which people are told."""
    changed = replace(copy, leader=None, after=copy.leader, due_at=due_at, state=State.HELD)
    return make_change(changed, EventCode.STANDS_ALONE, SYSTEM, now, (), (OutboxKind.HOLD_NOTICE,))


def look_later(copy: MessageRecord, now: datetime, pause: timedelta) -> Change:
    """The copy goes on waiting; somebody looks again after ``pause``."""
    return Change(replace(copy, due_at=now + pause), ())


def owe_copies(before: MessageRecord, change: Change) -> Change:
    """The change, with the note that copies are to follow where it decides about them."""
    record = change.record
    if not before.state.is_undecided or record.state.is_undecided or not any(copy.joined for copy in record.copies):
        return change
    number = change.events[-1].number if change.events else record.event_count
    return replace(change, outbox=(*change.outbox, OutboxEntry(OutboxKind.COPIES, number, record.changed_at)))
