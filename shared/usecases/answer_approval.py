"""Approve or deny a message (stage 6), whichever way the answer came: each seat answers once, and one end is reached."""

from __future__ import annotations

from dataclasses import dataclass

from shared import log
from shared.app import App
from shared.core.hold import approval_state
from shared.core.hold.actor import Actor
from shared.core.hold.already_decided import AlreadyDecided
from shared.core.hold.approval_standing import approver_standing, may_answer
from shared.core.hold.approval_state import LONGEST_COMMENT
from shared.core.hold.entitlement import People
from shared.core.hold.record import MessageRecord
from shared.core.message.identity import MessageRef
from shared.core.notice.safe_text import many_lines
from shared.errors import Conflict, NotFound
from shared.usecases.commit import commit
from shared.usecases.decide_hold import Asker, NotEntitled
from shared.usecases.note_look import note_refusal
from shared.usecases.people_about import people_about

TRIES = 20
"""How often a lost race is run again: unlike a decision, an answer is still wanted when somebody else has given theirs."""


@dataclass(frozen=True, slots=True)
class Answered:
    """This request gave the answer of ``seat``; ``record`` says what came of it."""

    record: MessageRecord
    seat: str


@dataclass(frozen=True, slots=True)
class AlreadyAnswered:
    """Nothing is left to answer for this person: they have answered, others have, or the message was decided."""

    record: MessageRecord


def answer_approval(
    app: App, ref: MessageRef, asker: Asker, allow: bool, comment: str = ""
) -> Answered | AlreadyAnswered:
    """Give the answer of the asker's seat, or of the first seat whose proxy they are.

    ``comment`` is kept without hidden characters, ``LONGEST_COMMENT`` characters of it. Raises ``NotFound``,
    ``NotEntitled`` (which the audit log then tells), ``TemporaryError``, and ``Conflict`` after losing ``TRIES`` races.
    """
    said = many_lines(comment, LONGEST_COMMENT)[0].strip()
    for attempt in range(TRIES):
        stored = app.messages.load(ref)
        if stored is None or stored.record.own or stored.record.approval is None:
            raise NotFound("no such request")
        record = stored.record
        people, now = approval_people(app, record, asker.person), app.clock.now()
        if approver_standing(record, asker.person, people, now) is None:
            note_refusal(app, ref.tenant_id, ref, asker, "approval")
            raise NotEntitled(f"no approver by {asker.channel}", public="You are not asked to approve this message.")
        found = may_answer(record, asker.person, people, now)
        if found is None:
            return AlreadyAnswered(record)
        seat, standing = found
        actor = Actor(standing.role, asker.person, asker.channel, asker.peer, standing.on_behalf_of)
        try:
            change = approval_state.answer(record, seat, actor, allow, said, now, people.same)
            after = commit(app, stored, change)
        except (AlreadyDecided, approval_state.AlreadyAnswered):
            return AlreadyAnswered(record)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            verb = "approve" if allow else "deny"
            log.stage("act", ref, verb, channel=actor.channel, session=record.reception.session_id)
            return Answered(after.record, seat)
    raise AssertionError("the last try returns or raises")


def approval_people(app: App, record: MessageRecord, *others: str) -> People:
    """Everybody whom a question about this approval can be about: requester, seats, who answered, and ``others``."""
    names = list(others)
    if record.approval is not None:
        requester = record.approval.requester
        names += [requester.name, requester.on_behalf_of]
        names += [vote.actor.name for step in record.approval.steps for vote in step.votes]
    return people_about(app, record, *(name for name in names if "@" in name))
