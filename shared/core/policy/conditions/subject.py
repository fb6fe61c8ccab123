"""Conditions on the subject. Decide stage."""

from __future__ import annotations

from shared.core.policy.blank import is_blank
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import SUBJECT, Explanation, shown
from shared.core.policy.conditions.model import Subject
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.text_test import NEGATIVE, text_fit


def compile_subject(condition: Subject) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    if condition.operator in ("is-blank", "is-not-blank"):
        return _Blank(condition)
    return _Text(condition)


class _Blank:
    """No Subject field, an empty one, or nothing that shows."""

    def __init__(self, condition: Subject) -> None:
        self._what = f"subject.{condition.operator}"
        self._blank = condition.operator == "is-blank"

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return is_blank(context.facts.subject) == self._blank

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        return Explanation(self.matches(context), self._what, value=_value(context), anchors=SUBJECT)


class _Text:
    """Where there is no Subject field only a negative operator matches."""

    def __init__(self, condition: Subject) -> None:
        self._what = f"subject.{condition.operator}"
        self._wanted = condition.values
        self._fit = text_fit(condition.operator, condition.values)  # type: ignore[arg-type]  # the others are answered by _Blank
        self._negated = condition.operator in NEGATIVE

    def _found(self, context: MatchContext) -> str | None:
        return None if context.subject is None else self._fit(context.subject)

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return (self._found(context) is None) == self._negated

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        found = self._found(context)
        return Explanation(
            (found is None) == self._negated,
            self._what,
            shown(self._wanted),
            _value(context),
            () if found is None else shown([found]),
            SUBJECT,
        )


def _value(context: MatchContext) -> tuple[str, ...]:
    return () if context.facts.subject is None else shown([context.facts.subject])
