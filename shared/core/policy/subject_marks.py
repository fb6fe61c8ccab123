"""A9: words in the subject by which a sender overrides. Decide stage.

Marks are found without regard to case and width, since a Japanese keyboard may write ``［［send］］``. They count only in
mail that a person wrote now: the subject of an automatic forward or reply is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from shared.core.message.facts import MailKind, MessageFacts
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.policies import SubjectMark

_WRITTEN_NOW = frozenset({MailKind.ORDINARY, MailKind.CALENDAR})


@dataclass(frozen=True, slots=True)
class UsedMark:
    """A mark of the tenant that stands in a subject, in each way in which it is written there."""

    mark: SubjectMark
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedMarks:
    """All marks that stand in a subject, in the order of the settings."""

    marks: tuple[UsedMark, ...] = ()

    def of(self, effect: Literal["send", "discard", "nozip", "zip"]) -> SubjectMark | None:
        """The first mark of that effect."""
        return next((used.mark for used in self.marks if used.mark.effect == effect), None)

    def passing(self, what: Literal["forced_alert", "approval"]) -> bool:
        """Whether a mark that sends at once may pass over this too."""
        return any(used.mark.effect == "send" and getattr(used.mark, f"passes_{what}") for used in self.marks)


def used_marks(facts: MessageFacts, marks: Iterable[SubjectMark]) -> UsedMarks:
    """The marks that the sender of this message used."""
    if not facts.subject or facts.kind not in _WRITTEN_NOW:
        return UsedMarks()
    subject = _Folded(facts.subject)
    found = ((mark, tuple(dict.fromkeys(subject.spellings(mark.mark)))) for mark in marks)
    return UsedMarks(tuple(UsedMark(mark, spellings) for mark, spellings in found if spellings))


class _Folded:
    """A subject folded character by character, so that every place can be told in the subject as it is written."""

    def __init__(self, text: str) -> None:
        self._text = text
        pieces = [fold(character) for character in text]
        self._folded = "".join(pieces)
        self._places = [index for index, piece in enumerate(pieces) for _ in piece]

    def spellings(self, mark: str) -> Iterator[str]:
        wanted = "".join(fold(character) for character in mark)
        position = self._folded.find(wanted)
        while wanted and position >= 0:
            last = self._places[position + len(wanted) - 1]
            yield self._text[self._places[position] : last + 1]
            position = self._folded.find(wanted, position + len(wanted))
