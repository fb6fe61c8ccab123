"""Conditions on the size of the whole message. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.conditions.model import Size
from shared.core.policy.conditions.node import COMPARE, Node
from shared.core.policy.decision import Anchor, AnchorKind

_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def compile_size(condition: Size) -> Node:
    """The condition ready to be asked."""
    return _Size(condition)


class _Size:
    def __init__(self, condition: Size) -> None:
        self._wanted = f"{condition.comparison} {condition.number}"
        self._number = condition.number
        self._compare = COMPARE[condition.comparison]

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return self._compare(context.facts.size, self._number)

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        return Explanation(self.matches(context), "size", (self._wanted,), (str(context.facts.size),), anchors=_WHOLE)
