"""Conditions on the text of the body. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import LONGEST_SHOWN, Explanation, shown
from shared.core.policy.conditions.model import Body
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.text_test import NEGATIVE, text_fit
from shared.core.policy.decision import Anchor, AnchorKind

_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def compile_body(condition: Body) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    return _Body(condition)


class _Body:
    """A message without text has nothing that could fit. The explanation shows no text: it may be read by others."""

    def __init__(self, condition: Body) -> None:
        self._condition = condition
        self._fit = text_fit(condition.operator, condition.values)
        self._negated = condition.operator in NEGATIVE

    def _found(self, context: MatchContext) -> str | None:
        for text in context.body:
            if (found := self._fit(text)) is not None:
                return found
        return None

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return (self._found(context) is None) == self._negated

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``. ``value`` is the number of characters of the text."""
        found = self._found(context)
        return Explanation(
            (found is None) == self._negated,
            f"body.{self._condition.operator}",
            shown(self._condition.values),
            (str(len(context.body[0].raw)),) if context.body else (),
            () if found is None else (found[:LONGEST_SHOWN],),
            _WHOLE,
        )
