"""``Node``: a compiled condition. Decide stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation


class Node(Protocol):
    """Answers one condition; made once for many messages. ``explain`` always agrees with ``matches``."""

    def matches(self, context: MatchContext) -> bool:
        """Whether it matches; stops looking as soon as that is sure."""
        ...

    def explain(self, context: MatchContext) -> Explanation:
        """The same with everything that was found."""
        ...


COMPARE: dict[str, Callable[[int, int], bool]] = {
    "=": int.__eq__,
    "!=": int.__ne__,
    ">=": int.__ge__,
    ">": int.__gt__,
    "<=": int.__le__,
    "<": int.__lt__,
}
"""The comparisons of numbers, as settings write them."""
