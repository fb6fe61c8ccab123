"""``Gap``: facts about a past message that are not stored, so that no condition on them can be answered. Replay (S5)."""

from __future__ import annotations

from enum import StrEnum


class Gap(StrEnum):
    """One sort of facts that is missing; docs/DRY_RUN.md says what follows."""

    BODY = "body"
    """The text of the body: never stored."""
    HEADERS = "headers"
    """Header fields by name, and with them the sensitivity label: never stored."""
    ARCHIVES = "archives"
    """Whether attachments are, or hold, encrypted archives: never stored."""
    ADDRESSEES = "addressees"
    """Whom To and Cc name beside the recipients: too many, or judged before this was stored."""
    SUBJECT = "subject"
    """The end of a very long subject."""
    ATTACHMENTS = "attachments"
    """Some of very many attachments, or the end of a very long name."""
    KIND = "kind"
    """Whether it is an automatic forward, under domains that differ from those it was judged by."""
    FACTS = "facts"
    """Nothing but the envelope was to be had when it was judged."""
    SETTINGS = "settings"
    """A group's or user's settings beside the draft cannot be read."""


Answer = bool | frozenset[Gap]
"""Whether something matches; where that cannot be told, the facts that were missing."""


def both(first: Answer, second: Answer) -> Answer:
    """Both match: a no is a no, whatever is not known of the other."""
    if first is False or second is False:
        return False
    return _open(first, second) or True


def either(first: Answer, second: Answer) -> Answer:
    """At least one matches: a yes is a yes."""
    if first is True or second is True:
        return True
    return _open(first, second) or False


def opposite(answer: Answer) -> Answer:
    """It does not match."""
    return not answer if isinstance(answer, bool) else answer


def _open(first: Answer, second: Answer) -> frozenset[Gap]:
    return frozenset().union(*(answer for answer in (first, second) if not isinstance(answer, bool)))
