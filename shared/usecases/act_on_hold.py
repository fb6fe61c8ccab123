"""Release or discard a held message by a link (stage 6): exactly one decision, however often it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared import log
from shared.app import App
from shared.core.hold import state
from shared.core.hold.record import Actor, Channel, MessageRecord
from shared.core.notice.sheet import number_reasons
from shared.errors import Conflict
from shared.usecases.commit import commit
from shared.usecases.open_link import open_link

TRIES = 5
"""How often a lost race is run again. Each loss means that somebody else moved on, so more would not help."""


class Verb(StrEnum):
    """What a person may decide about a held message."""

    RELEASE = "release"
    DISCARD = "discard"


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


def missing_reasons(record: MessageRecord, acknowledged: Collection[int]) -> tuple[int, ...]:
    """The numbers of the reasons that a release still wants acknowledged."""
    return tuple(reason.number for reason in number_reasons(record) if reason.number not in acknowledged)


def act_on_hold(
    app: App, token: str, verb: Verb, acknowledged: Collection[int], peer: str
) -> Acted | AlreadyActed | NotAcknowledged:
    """Carry out the decision of a link's person. ``peer`` is the network address that asks, for the record.

    Raises what ``open_link`` raises, and ``Conflict`` after losing ``TRIES`` races.
    """
    for attempt in range(TRIES):
        opened = open_link(app, token)
        record = opened.stored.record
        if verb is Verb.RELEASE and (missing := missing_reasons(record, acknowledged)):
            return NotAcknowledged(missing)
        actor = Actor(opened.role, opened.claims.person, Channel.LINK, peer)
        decide = state.release if verb is Verb.RELEASE else state.discard
        try:
            stored = commit(app, opened.stored, decide(record, actor, app.clock.now()))
        except state.AlreadyDecided as decided:
            return AlreadyActed(decided.record)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            log.stage("act", record.ref, verb, channel=actor.channel, session=record.reception.session_id)
            return Acted(stored.record)
    raise AssertionError("the last try returns or raises")
