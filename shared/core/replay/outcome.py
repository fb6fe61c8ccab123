"""``Outcome``: what of a decision a replay compares, and the differences between two. Replay (S5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from shared.core.policy.decision import ApprovalCall, Decision, DecisionPart, Disposition
from shared.core.policy.reason_codes import ReasonCode
from shared.core.policy.transform_calls import ConvertToBcc, CopyToBoss


class Fate(StrEnum):
    """What becomes of a message."""

    DELIVER = "deliver"
    DELAY = "delay"
    HOLD = "hold"
    REJECT = "reject"
    DISCARD = "discard"


_GOING = frozenset({Fate.DELIVER, Fate.DELAY, Fate.HOLD})


class Difference(StrEnum):
    """How a draft's decision differs from the one that was taken. A message may differ in several ways."""

    NEWLY_HELD = "newly-held"
    NO_LONGER_HELD = "no-longer-held"
    NEWLY_REJECTED = "newly-rejected"
    NEWLY_DISCARDED = "newly-discarded"
    NEWLY_DELAYED = "newly-delayed"
    NEWLY_DELIVERED = "newly-delivered"
    """At once and without a question, and it was not so before."""
    OTHER_DELAY = "other-delay"
    NEWLY_CHANGED = "newly-changed"
    """By a transform, for some recipient at least; the sender's recipients or others."""
    NO_LONGER_CHANGED = "no-longer-changed"
    CHANGED_OTHERWISE = "changed-otherwise"
    OTHER_ROUTE = "other-route"
    OTHER_APPROVALS = "other-approvals"
    """Somebody else is asked to approve, or on other terms."""
    OTHER_CAUSES = "other-causes"
    """The same fate by other rules or policies."""


_NEWLY = {
    Fate.DELIVER: Difference.NEWLY_DELIVERED,
    Fate.DELAY: Difference.NEWLY_DELAYED,
    Fate.HOLD: Difference.NEWLY_HELD,
    Fate.REJECT: Difference.NEWLY_REJECTED,
    Fate.DISCARD: Difference.NEWLY_DISCARDED,
}


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """A reason's code and the rule or policy that gave it, or the code ``policy.applied`` for a policy that matched."""

    code: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``changes`` are the transforms of each recipient who gets other bytes, and everybody who is added."""

    fate: Fate
    causes: frozenset[Cause]
    changes: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    delay_minutes: int = 0
    route: str = ""
    approvals: frozenset[ApprovalCall] = frozenset()

    @property
    def is_changed(self) -> bool:
        """Whether somebody gets other bytes than came in, or a copy that the sender did not name."""
        return bool(self.changes)


def outcome_of(decision: Decision) -> Outcome:
    """The outcome of a decision."""
    fate = Fate(decision.disposition.value)
    if fate is Fate.DELIVER and decision.delay_minutes:
        fate = Fate.DELAY
    causes = {Cause(reason.code, reason.rule_id) for reason in decision.reasons}
    causes |= {
        Cause(note.code, note.rule_id) for note in decision.notes if note.code == ReasonCode.POLICY_APPLIED.value
    }
    changes = [change for part in decision.parts for change in _changes(part)]
    approvals = frozenset(replace(call, policy_name="") for call in decision.approvals)
    return Outcome(fate, frozenset(causes), frozenset(changes), decision.delay_minutes, decision.route, approvals)


def differences(before: Outcome, after: Outcome) -> frozenset[Difference]:
    """Every difference; none where the two decide the same."""
    found = set()
    if before.fate is not after.fate:
        found.add(_NEWLY[after.fate])
        if before.fate is Fate.HOLD:
            found.add(Difference.NO_LONGER_HELD)
    else:
        if before.causes != after.causes:
            found.add(Difference.OTHER_CAUSES)
        if before.delay_minutes != after.delay_minutes:
            found.add(Difference.OTHER_DELAY)
    if before.fate in _GOING and after.fate in _GOING:
        if before.changes != after.changes:
            found.add(_change(before, after))
        if before.route != after.route:
            found.add(Difference.OTHER_ROUTE)
        if before.approvals != after.approvals:
            found.add(Difference.OTHER_APPROVALS)
    return frozenset(found)


def _change(before: Outcome, after: Outcome) -> Difference:
    if not before.is_changed:
        return Difference.NEWLY_CHANGED
    return Difference.CHANGED_OTHERWISE if after.is_changed else Difference.NO_LONGER_CHANGED


def _changes(part: DecisionPart) -> list[tuple[str, tuple[str, ...]]]:
    if part.disposition in (Disposition.REJECT, Disposition.DISCARD):
        return []
    calls = tuple(_signature(call.name, call.arguments) for call in part.transforms)
    own = [(address, calls) for address in part.recipients] if calls else []
    return own + [(address, ("added", *calls)) for address in part.added_recipients]


_OF_THE_HEADER = {CopyToBoss.NAME: ("addresses", "envelope"), ConvertToBcc.NAME: ("keep_domains",)}
"""Arguments that repeat what the header names, in its order and spelling; only a part of that is stored."""


def _signature(name: str, arguments: str) -> str:
    if name not in _OF_THE_HEADER:
        return f"{name} {arguments}"
    fields = msgspec.json.decode(arguments)
    for field in _OF_THE_HEADER[name]:
        fields.pop(field, None)
    return f"{name} {msgspec.json.encode(fields).decode()}"
