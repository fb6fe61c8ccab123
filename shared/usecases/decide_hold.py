"""Release or discard a held message (stage 6), whichever way the request came: exactly one decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from shared import log
from shared.app import App
from shared.core.gathering.risk import covers
from shared.core.hold import state
from shared.core.hold.actor import Actor, Channel
from shared.core.hold.entitlement import Standing
from shared.core.hold.record import Change, MessageRecord
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.hold.shown_recipients import shown_recipients
from shared.core.message.identity import MessageRef
from shared.core.notice.sheet import number_reasons
from shared.errors import Conflict, NotFound, PermanentError
from shared.usecases.commit import commit
from shared.usecases.note_decision import note_decision
from shared.usecases.note_look import note_refusal
from shared.usecases.open_link import standing_of
from shared.usecases.release_terms import steps_for

TRIES = 6
"""How often a lost race is run again. Each loss means that somebody else moved on, so more would not help."""


class Verb(StrEnum):
    """What a person may decide about a held message."""

    RELEASE = "release"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a person by an address that was proved (a link, a token of Teams, a sign-on), by which way, from where.

    ``granted`` is a standing that whoever knows the person's roles has found (an administrator's reach in the portal); it
    counts where the person has none of their own.
    """

    person: str
    channel: Channel
    peer: str = ""
    granted: Standing | None = None


@dataclass(frozen=True, slots=True)
class HoldWish:
    """What is asked for. ``acknowledged`` are the numbers of the reasons that were ticked.

    A release may drop recipients (addresses of the envelope) and attachments (part numbers), and bears a ``comment`` for
    approvers. ``shown`` is ``shown_recipients`` of what the person saw: where others have joined since, nothing is released.
    Empty where whoever asks does not tell.
    """

    verb: Verb
    acknowledged: frozenset[int] = frozenset()
    drop_recipients: tuple[str, ...] = ()
    drop_attachments: tuple[str, ...] = ()
    comment: str = ""
    shown: str = ""


class NotEntitled(PermanentError):
    """The person has no business with the message (any more)."""

    public = "You may not decide this message."


@dataclass(frozen=True, slots=True)
class Acted:
    """This request decided."""

    record: MessageRecord


@dataclass(frozen=True, slots=True)
class AlreadyActed:
    """Somebody had decided before; ``record.outcome`` says who, when and what."""

    record: MessageRecord


@dataclass(frozen=True, slots=True)
class NotAcknowledged:
    """Nothing was done: these reasons (by number) were not acknowledged."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecipientsJoined:
    """Nothing was done: the message has recipients whom the person was not shown."""


Decided = Acted | AlreadyActed | NotAcknowledged | RecipientsJoined


def missing_reasons(record: MessageRecord, acknowledged: Collection[int]) -> tuple[int, ...]:
    """The numbers of the reasons that a release still wants acknowledged."""
    return tuple(reason.number for reason in number_reasons(record) if reason.number not in acknowledged)


def decide_hold(app: App, ref: MessageRef, asker: Asker, wish: HoldWish) -> Decided:
    """Carry out the decision.

    Raises ``NotFound``, ``NotEntitled`` (which is recorded), ``CannotDrop`` for a partial release that cannot be,
    ``NobodyToApprove``, ``TemporaryError``, and ``Conflict`` after losing ``TRIES`` races.
    """
    for attempt in range(TRIES):
        stored = app.messages.load(ref)
        if stored is None or stored.record.own:
            raise NotFound("no such message")
        record = stored.record
        if record.leader is not None and record.state.is_undecided:  # copies of one message are one hold
            ref, wish = record.leader, _for_leader(app, record, wish)
            continue
        standing = standing_of(app, record, asker.person) or asker.granted
        if standing is None:
            note_refusal(app, ref.tenant_id, ref, asker, f"hold.{wish.verb}")
            raise NotEntitled(f"not the business of {asker.channel}")
        if not record.state.awaits_decision:
            return AlreadyActed(record)
        if wish.verb is Verb.RELEASE and wish.shown and wish.shown != shown_recipients(record):
            return RecipientsJoined()
        if wish.verb is Verb.RELEASE and (missing := missing_reasons(record, wish.acknowledged)):
            return NotAcknowledged(missing)
        actor = Actor(standing.role, asker.person, asker.channel, asker.peer, standing.on_behalf_of)
        change = _change(app, record, actor, wish)
        try:
            after = commit(app, stored, change)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            log.stage("act", ref, wish.verb, channel=actor.channel, session=record.reception.session_id)
            note_decision(app, ref, actor, wish.verb, change.events[0])
            return Acted(after.record)
    raise AssertionError("the last try returns or raises")


def _for_leader(app: App, copy: MessageRecord, wish: HoldWish) -> HoldWish:
    """The wish about a copy as one about its leader, whose reasons may have other numbers, and be more."""
    assert copy.leader is not None
    stored = app.messages.load(copy.leader)
    if stored is None:
        raise NotFound("the copy that decides about this one is still being judged")
    ticked = [known.reason for known in number_reasons(copy) if known.number in wish.acknowledged]
    asked = number_reasons(stored.record)
    numbers = frozenset(one.number for one in asked if any(covers(known, one.reason) for known in ticked))
    return replace(wish, acknowledged=numbers)


def _change(app: App, record: MessageRecord, actor: Actor, wish: HoldWish) -> Change:
    if wish.verb is Verb.DISCARD:
        return state.discard(record, actor, app.clock.now())
    steps = steps_for(app, record, actor.name, actor.on_behalf_of)
    terms = ReleaseTerms(wish.drop_recipients, wish.drop_attachments, wish.comment, steps)
    return state.release(record, actor, app.clock.now(), terms)
