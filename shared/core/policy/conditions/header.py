"""Conditions on header fields by name. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation, shown
from shared.core.policy.conditions.model import Header
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.spelled import Spelled
from shared.core.policy.conditions.text_test import NEGATIVE, Fit, text_fit
from shared.core.policy.decision import Anchor, AnchorKind

_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def compile_header(condition: Header) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    return _Header(condition)


def _there(text: Spelled) -> str:
    return text.raw


class _Header:
    """Some field of that name fits; negated: none does, also where there is none. Names are compared without case."""

    def __init__(self, condition: Header) -> None:
        self._condition = condition
        self._name = condition.name.lower()
        self._negated = condition.operator in NEGATIVE or condition.operator == "does-not-exist"
        self._fit: Fit
        if condition.operator in ("exists", "does-not-exist"):
            self._fit = _there
        else:
            self._fit = text_fit(condition.operator, condition.values)  # type: ignore[arg-type]  # the others are answered before

    def _found(self, context: MatchContext) -> str | None:
        for text in context.headers.get(self._name, ()):
            if (found := self._fit(text)) is not None:
                return found
        return None

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return (self._found(context) is None) == self._negated

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        found = self._found(context)
        return Explanation(
            (found is None) == self._negated,
            f"header.{self._condition.operator}",
            shown([self._condition.name, *self._condition.values]),
            shown([text.raw for text in context.headers.get(self._name, ())]),
            () if found is None else shown([found]),
            _WHOLE,
        )
