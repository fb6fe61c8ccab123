"""Conditions on weekday and time of day, in the tenant's zone. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.conditions.model import Time
from shared.core.policy.conditions.node import Node
from shared.core.policy.decision import Anchor, AnchorKind

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def compile_time(condition: Time) -> Node:
    """The condition ready to be asked."""
    return _Time(condition)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


class _Time:
    """From ``since`` until before ``until``; the weekday is that of the range's beginning.

    A range whose end is not after its beginning goes on over midnight: with ``fri`` and 22:00 to 06:00 it matches on
    Saturday at 01:00. Where the time of judging is not known nothing matches.
    """

    def __init__(self, condition: Time) -> None:
        self._condition = condition
        self._days = frozenset(_DAYS.index(day) for day in condition.weekdays) or frozenset(range(7))
        self._since = _minutes(condition.since)
        self._until = _minutes(condition.until)

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        moment = context.local_time
        if moment is None:
            return False
        minute, day = moment.hour * 60 + moment.minute, moment.weekday()
        if self._since < self._until:
            return day in self._days and self._since <= minute < self._until
        return (day in self._days and minute >= self._since) or ((day - 1) % 7 in self._days and minute < self._until)

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        moment = context.local_time
        condition = self._condition
        return Explanation(
            self.matches(context),
            "time",
            (*condition.weekdays, f"{condition.since}-{condition.until}"),
            () if moment is None else (f"{_DAYS[moment.weekday()]} {moment:%H:%M}",),
            anchors=_WHOLE,
        )
