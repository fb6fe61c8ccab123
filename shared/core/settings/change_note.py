"""``ChangeNote``: who changed settings, when, and why (product.md S4); ``VersionEntry``: a line of their history. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.settings.scope import Scope
from shared.errors import InvalidSettings

LONGEST_COMMENT = 500
LONGEST_AUTHOR = 320


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """``author`` is an address or ``system``; ``at`` is aware, UTC. Empty and ``None`` where nobody said.

    ``restored`` is the number of the older version that was brought back, 0 for any other change.
    """

    author: str = ""
    at: datetime | None = None
    comment: str = ""
    restored: int = 0


NO_NOTE = ChangeNote()


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version in the history of a scope."""

    scope: Scope
    version: int
    note: ChangeNote


def check_note(note: ChangeNote) -> ChangeNote:
    """The note as it is. Raises ``InvalidSettings`` for one that is too long to keep."""
    if len(note.comment) > LONGEST_COMMENT:
        raise InvalidSettings("comment too long", public=f"A comment has at most {LONGEST_COMMENT} characters.")
    if len(note.author) > LONGEST_AUTHOR:
        raise InvalidSettings("author too long", public=f"An author has at most {LONGEST_AUTHOR} characters.")
    return note
