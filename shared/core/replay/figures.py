"""``Figures``: what a replay found, as plain frozen values ready for JSON and tables. Replay (S5, B5).

Wherever *before* stands, it is what was decided then; *after* is what the draft decides. Both count the same messages:
those whose fate by the draft is sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.core.replay.gap import Gap
from shared.core.replay.outcome import Difference, Fate


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A number before and after."""

    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class FateRow:
    """How many messages have this fate."""

    fate: Fate
    count: BeforeAfter


@dataclass(frozen=True, slots=True)
class Example:
    """One message to look at. ``after`` are the fates that are possible, none where nothing can be said.

    ``causes`` are codes with the rule or policy (``rule.condition:keywords``) that decide it after, as far as sure.
    """

    queue_id: str
    received_at: datetime
    sender: str
    subject: str | None
    before: Fate
    after: tuple[Fate, ...]
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """How many messages surely differ in this way, and the first few of them."""

    difference: Difference
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class CauseRow:
    """How many messages were decided by this reason. ``id`` is the rule or policy, empty for what is built in."""

    code: str
    id: str
    name: str
    count: BeforeAfter


@dataclass(frozen=True, slots=True)
class OpenRow:
    """For how many messages a rule or policy could not be answered, and which facts it asks for."""

    kind: Literal["rule", "policy"]
    id: str
    gaps: tuple[Gap, ...]
    count: int


@dataclass(frozen=True, slots=True)
class GapRow:
    """On how many messages without a sure fate these facts were missing; one may lack several."""

    gap: Gap
    count: int


@dataclass(frozen=True, slots=True)
class SenderRow:
    """One sender, empty for the null sender. ``unknown`` are those whose fate is not sure."""

    address: str
    messages: int
    held: BeforeAfter
    unknown: int


@dataclass(frozen=True, slots=True)
class HourRow:
    """One hour with mail, in the tenant's time zone (ISO 8601 with offset)."""

    hour: str
    messages: int
    held: BeforeAfter
    unknown: int


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How many hours of how many persons had ``least`` to ``most`` questions; ``most`` 0 is no bound."""

    least: int
    most: int
    count: BeforeAfter


@dataclass(frozen=True, slots=True)
class BusyRow:
    """The questions that one person got within one hour."""

    address: str
    hour: str
    held: BeforeAfter


@dataclass(frozen=True, slots=True)
class Questions:
    """How often people are asked: each held message is one question to its sender.

    ``persons`` are those who are asked at all, ``most_in_an_hour`` the worst hour of anybody.
    """

    persons: BeforeAfter
    most_in_an_hour: BeforeAfter
    loads: tuple[LoadRow, ...]
    busiest: tuple[BusyRow, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures.

    ``read`` messages are ``judged`` (their fate is sure) and ``unknown`` ones (it could not be judged from stored
    metadata). ``partly`` of the judged lack something besides the fate: a reason, or whether a transform applies.
    ``same`` surely do not differ in anything. ``unknown_held`` of the unknown ones were held, ``unknown_may_hold`` may be
    held. ``changed`` are messages that a transform changes, where that is sure; ``changed_unknown`` where it is not.
    """

    read: int
    judged: int
    partly: int
    same: int
    unknown: int
    unknown_held: int
    unknown_may_hold: int
    first: datetime | None
    last: datetime | None
    fates: tuple[FateRow, ...]
    changed: BeforeAfter
    changed_unknown: int
    differences: tuple[DifferenceRow, ...]
    causes: tuple[CauseRow, ...]
    open: tuple[OpenRow, ...]
    gaps: tuple[GapRow, ...]
    unknown_examples: tuple[Example, ...]
    senders: tuple[SenderRow, ...]
    hours: tuple[HourRow, ...]
    questions: Questions

    def count(self, fate: Fate) -> BeforeAfter:
        """How many messages have a fate."""
        return next((row.count for row in self.fates if row.fate is fate), BeforeAfter())
