"""``Keywords``: which of many words stand in a text. Decide stage."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.policy.conditions.spelled import Spelled, fold
from shared.core.policy.regular_expression import AnyLiteral, BadPattern

MANY = 16
"""From so many words on, a long text is gone through once for all of them."""
LONG = 4096
"""Characters of a long text."""


class Keywords:
    """Words as they are compared: folded, each with its own spelling."""

    def __init__(self, values: Sequence[str]) -> None:
        self._wanted = {fold(value): value for value in values}
        self._automaton: AnyLiteral | None = None
        self._built = len(self._wanted) <= MANY

    def first_in(self, text: Spelled) -> str | None:
        """A word that stands in the text, ``None`` where none does."""
        folded = text.folded
        if len(folded) > LONG and (automaton := self._ready()) is not None:
            found = automaton.found(folded)
            return None if found is None else self._wanted.get(found, found)
        for value in self._wanted:
            if value in folded:
                return self._wanted[value]
        return None

    def all_in(self, text: Spelled, most: int) -> list[str]:
        """The words that stand in the text, at most ``most``."""
        folded = text.folded
        if len(folded) > LONG and (automaton := self._ready()) is not None:
            return [self._wanted.get(found, found) for found in automaton.several(folded, most)]
        return [spelling for value, spelling in self._wanted.items() if value in folded][:most]

    def _ready(self) -> AnyLiteral | None:
        """The automaton, built when it is first needed; ``None`` for few words, or too long ones."""
        if not self._built:
            try:
                self._automaton = AnyLiteral(self._wanted)
            except BadPattern:
                self._automaton = None
            self._built = True
        return self._automaton
