"""``Explanation``: how a condition was answered, for people who ask why. Decide stage."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.policy.decision import Anchor, AnchorKind

MOST_SHOWN = 5
"""At most so many values of a condition, or things that it was compared with, are shown."""
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Explanation:
    """One node of a condition tree, answered.

    ``what`` is stable: the type of the condition and its operator (``subject.contains``, ``all``, ``not``). ``wanted``
    are values of the condition, ``value`` what the message has (empty where it has nothing: unset is not empty text, which
    is one empty value), both bounded in number and length. ``found`` are the values that decided it. ``anchors`` are the
    recipients, attachments or the subject by which it matches.
    """

    matched: bool
    what: str
    wanted: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    children: tuple[Explanation, ...] = ()

    def matching_anchors(self) -> tuple[Anchor, ...]:
        """What the match is about, each once: of the nodes that matched, but for what stands under a ``not``."""
        if not self.matched or self.what == "not":
            return ()
        below = (anchor for child in self.children for anchor in child.matching_anchors())
        return tuple(dict.fromkeys((*self.anchors, *below)))


def shown(values: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """The first few values, each cut to what a line can hold."""
    return tuple(value[:LONGEST_SHOWN] for value in values[:MOST_SHOWN])


SUBJECT = (Anchor(AnchorKind.SUBJECT),)
