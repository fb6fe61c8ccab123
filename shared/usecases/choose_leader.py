"""By which copy of a message people are asked: the first change of each copy says its part (stage 3, product.md M7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.app import App
from shared.core.gathering.restrict import adds_recipients, restrict
from shared.core.hold.follow import Standing, as_follower, as_leader, standing_with
from shared.core.hold.gathered_copy import GatheredCopy
from shared.core.hold.record import Change, MessageRecord, OutboxKind
from shared.core.message.domains import normal_address
from shared.core.message.facts import MessageFacts, RecipientFacts
from shared.core.message.identity import MessageRef
from shared.core.policy.decision import Decision
from shared.errors import Conflict
from shared.ports import Spooled
from shared.usecases.gather_copies import Gathered
from shared.usecases.judge_message import Judged

TRIES = 5
"""How often leadership is asked for. It changes hands only where a copy is a hold of its own."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What this copy is: the leader, or one that follows it. ``earlier`` are records of copies that no hold waits for."""

    leader: MessageRef
    earlier: MessageRecord | None = None


def first_change(
    app: App, spooled: Spooled, gathered: Gathered, judged: Judged, begun: Callable[[Decision], Change]
) -> Change:
    """The first state of a copy: ``begun`` makes it from the decision about this copy's own recipients.

    A copy that passes and adds nobody needs no leader, so it costs nothing more. Raises ``TemporaryError``.
    """
    change = _first_change(app, spooled, gathered, judged, begun)
    if gathered.group is None or not any(part.transforms for part in change.record.decision.parts):
        return change
    return replace(change, record=replace(change.record, group=gathered.group.key))


def _first_change(
    app: App, spooled: Spooled, gathered: Gathered, judged: Judged, begun: Callable[[Decision], Change]
) -> Change:
    decision, ref = judged.decision, spooled.ref
    own = spooled.envelope.recipients
    alone = begun(restrict(decision, own, with_added=True) if gathered.others else decision)
    owes_notice = any(entry.kind is OutboxKind.HOLD_NOTICE for entry in alone.outbox)
    if gathered.group is None or not (owes_notice or adds_recipients(decision)):
        return alone
    part = _part(app, ref, gathered, judged, waits=alone.record.state.is_undecided)
    if part.leader != ref:
        plain = begun(restrict(decision, own, with_added=False))
        if plain.record.state.is_undecided:
            return as_follower(plain, part.leader, app.clock.now())
        told = tuple(entry for entry in plain.outbox if entry.kind is not OutboxKind.HOLD_NOTICE)
        return Change(plain.record, plain.events, told)
    records = {other.ref: _record(app, other.ref) for other in gathered.others}
    earlier = [*([part.earlier] if part.earlier else []), *(one for one in records.values() if one is not None)]
    if _has_added(earlier, decision):
        alone = begun(restrict(decision, own, with_added=False))
    if not alone.record.state.is_undecided:
        return alone
    coming = tuple(
        GatheredCopy(other.ref.queue_id, _facts_of(judged.judged, other))
        for other in gathered.others
        if (known := records[other.ref]) is None or known.leader == ref
    )
    settled = (one for one in earlier if one.leader is None and one.ref != ref)
    return as_leader(alone, coming, next((one.ref for one in settled), None))


def _part(app: App, ref: MessageRef, gathered: Gathered, judged: Judged, *, waits: bool) -> _Part:
    assert gathered.group is not None
    first = min([ref, *(other.ref for other in gathered.others)])
    instead: MessageRef | None = None
    earlier: MessageRecord | None = None
    for _ in range(TRIES):
        leader = app.copies.lead(gathered.group, ref, first, instead)
        if leader == ref:
            return _Part(ref, earlier)
        if abs(leader.received_at - ref.received_at) <= gathered.reach:
            record = _record(app, leader)
            if not waits or standing_with(record, judged.decision, judged.facts.recipients) is Standing.FOLLOWS:
                return _Part(leader)
            earlier = record
        instead = leader
    raise Conflict("who leads these copies keeps changing")


def _record(app: App, ref: MessageRef) -> MessageRecord | None:
    stored = app.messages.load(ref)
    return stored.record if stored is not None else None


def _facts_of(judged: MessageFacts, other: Spooled) -> tuple[RecipientFacts, ...]:
    wanted = {normal_address(address) for address in other.envelope.recipients}
    return tuple(facts for facts in judged.recipients if normal_address(facts.address) in wanted)


def _has_added(earlier: list[MessageRecord], decision: Decision) -> bool:
    """Whether whom policies add has the message, or will get it, by a copy that was judged before."""
    added = {normal_address(address) for part in decision.parts for address in part.added_recipients}
    have = {normal_address(result.address) for one in earlier for result in one.recipients}
    return bool(added) and added <= have
