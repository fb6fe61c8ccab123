"""The operators on texts: equals, contains, starts and ends with, wildcard, regular expression. Decide stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from shared.core.policy.address_patterns import Glob
from shared.core.policy.conditions.keywords import Keywords
from shared.core.policy.conditions.model import TextOperator
from shared.core.policy.conditions.spelled import Spelled, fold
from shared.core.policy.regular_expression import compile_pattern

NEGATIVE = frozenset({"not-equals", "not-contains"})
"""Operators that want no value to fit."""


Fit = Callable[[Spelled], str | None]
"""Gives the value that fits a text, as the settings have it, or ``None``."""


def text_fit(operator: TextOperator, values: Sequence[str]) -> Fit:
    """The test of one operator over several values, of which one that fits is enough.

    For the ``not-`` operators the test is that of their opposite; the caller negates it. Raises ``BadPattern``.
    """
    if operator in ("equals", "not-equals"):
        return _equal(values)
    if operator in ("contains", "not-contains"):
        return _contain(values)
    if operator in ("starts-with", "ends-with"):
        return _border(values, at_start=operator == "starts-with")
    if operator == "matches-wildcard":
        return _wildcard(values)
    return _regex(values)


def _folded(values: Iterable[str]) -> dict[str, str]:
    """Folded values with their own spelling."""
    return {fold(value): value for value in values}


def _equal(values: Sequence[str]) -> Fit:
    wanted = _folded(values)

    def fit(text: Spelled) -> str | None:
        return wanted.get(text.folded)

    return fit


def _contain(values: Sequence[str]) -> Fit:
    return Keywords(values).first_in


def _border(values: Sequence[str], *, at_start: bool) -> Fit:
    wanted = _folded(values)
    together = tuple(wanted)

    def fit(text: Spelled) -> str | None:
        folded = text.folded
        if not (folded.startswith(together) if at_start else folded.endswith(together)):
            return None
        test = folded.startswith if at_start else folded.endswith
        return next(wanted[value] for value in together if test(value))

    return fit


def _wildcard(values: Sequence[str]) -> Fit:
    globs = [(Glob(fold(value)), value) for value in values]

    def fit(text: Spelled) -> str | None:
        folded = text.folded
        for glob, value in globs:
            if glob.matches(folded):
                return value
        return None

    return fit


def _regex(values: Sequence[str]) -> Fit:
    """A pattern is tried on the text as it is and on its NFKC form: what it is written for may be either."""
    patterns = [(compile_pattern(value), value) for value in values]

    def fit(text: Spelled) -> str | None:
        for pattern, value in patterns:
            for form in text.encoded:
                if pattern.fits(form):
                    return value
        return None

    return fit
