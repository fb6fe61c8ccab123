"""``ApprovalSheet``: what people are shown of a request for approval, whatever the face: page, mail, card (stages 5, 6).

Made from the stored record alone, in no language, with every person's words made safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.hold.actor import Actor
from shared.core.hold.approval import ApprovalStep, Vote
from shared.core.hold.approval_state import has_quorum, may_still_answer, needed_answers
from shared.core.hold.record import MessageRecord, State
from shared.core.notice.safe_text import many_lines, one_line
from shared.core.notice.sheet import HoldSheet, make_sheet

LONGEST_COMMENT = 2_000
LONGEST_POLICY = 120


@dataclass(frozen=True, slots=True)
class ShownVote:
    """One answer. ``actor`` gave it; their ``on_behalf_of`` is the approver whom they stood in for, if any."""

    actor: Actor
    seat: str
    allow: bool
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownStep:
    """What one policy asks for. ``needed`` of ``seats`` must allow it; ``allowed`` is ``None`` while it is open.

    ``waiting`` are the seats whose answer is wanted, ``escalated`` those that were asked later. With ``fallback`` the
    administrator is asked in place of whom the policy names.
    """

    policy: str
    needed: int
    seats: tuple[str, ...]
    votes: tuple[ShownVote, ...]
    allowed: bool | None
    quorum: str = "first"
    waiting: tuple[str, ...] = ()
    escalated: tuple[str, ...] = ()
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalSheet:
    """Everything a face shows of a request.

    ``requester`` released the message, with ``comment`` (may have several lines). ``seats`` are those that the reader
    may still answer for, their own or a principal's; empty where they may not. ``answer`` is how the request ended:
    ``None`` while it is open, and where it ended without an answer (withdrawn, or nobody answered in time).
    """

    hold: HoldSheet
    requester: Actor
    comment: str
    requested_at: datetime
    steps: tuple[ShownStep, ...]
    seats: tuple[str, ...]
    answer: bool | None

    @property
    def open(self) -> bool:
        """Whether answers are still awaited."""
        return self.hold.state is State.AWAITING_APPROVAL

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies that ask, each once."""
        return tuple(dict.fromkeys(step.policy for step in self.steps if step.policy))

    @property
    def votes(self) -> tuple[ShownVote, ...]:
        """All answers, the oldest first; one answer that counted in several steps once."""
        found = dict.fromkeys(vote for step in self.steps for vote in step.votes)
        return tuple(sorted(found, key=lambda vote: vote.at))


def make_approval_sheet(
    record: MessageRecord, internal_domains: frozenset[str], seats: tuple[str, ...] = ()
) -> ApprovalSheet:
    """The sheet of a message that an approval was asked for. Raises ``ValueError`` for one without a request.

    ``seats`` are those that the reader may answer for; they count only while the request is open.
    """
    approval = record.approval
    if approval is None:
        raise ValueError("no approval was asked for")
    return ApprovalSheet(
        hold=make_sheet(record, internal_domains),
        requester=approval.requester,
        comment=many_lines(approval.comment, LONGEST_COMMENT)[0],
        requested_at=approval.requested_at,
        steps=tuple(_step(step) for step in approval.steps),
        seats=seats if record.state is State.AWAITING_APPROVAL else (),
        answer=_answer(approval.steps),
    )


def _step(step: ApprovalStep) -> ShownStep:
    return ShownStep(
        policy=one_line(step.call.policy_name or step.call.policy, LONGEST_POLICY),
        needed=needed_answers(step),
        seats=tuple(one_line(seat, 320) for seat in step.seats),
        votes=tuple(_vote(vote) for vote in step.votes),
        allowed=step.allowed,
        quorum=step.call.quorum,
        waiting=tuple(one_line(seat, 320) for seat in step.seats if may_still_answer(step, seat)),
        escalated=tuple(one_line(seat, 320) for seat in step.escalated),
        fallback=step.fallback,
    )


def _vote(vote: Vote) -> ShownVote:
    return ShownVote(vote.actor, vote.seat, vote.allow, many_lines(vote.comment, LONGEST_COMMENT)[0], vote.at)


def _answer(steps: tuple[ApprovalStep, ...]) -> bool | None:
    if any(step.allowed is False for step in steps):
        return False
    return True if all(step.allowed and has_quorum(step) for step in steps) else None
