"""Conditions on the kind of mail. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.conditions.model import Kind
from shared.core.policy.conditions.node import Node
from shared.core.policy.decision import Anchor, AnchorKind

_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def compile_kind(condition: Kind) -> Node:
    """The condition ready to be asked."""
    return _Kind(condition)


class _Kind:
    def __init__(self, condition: Kind) -> None:
        self._wanted = condition.kinds
        self._kinds = frozenset[str](condition.kinds)

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return context.facts.kind.value in self._kinds

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        return Explanation(self.matches(context), "kind", self._wanted, (context.facts.kind.value,), anchors=_WHOLE)
