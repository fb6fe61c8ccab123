"""The port of list pages: denormalised rows that can be rebuilt from records (architecture.md decision 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shared.core.lists.message_row import MessageRow, Shelf


@dataclass(frozen=True, slots=True)
class Place:
    """A shelf of a tenant; ``owner`` as ``Shelf`` says."""

    tenant_id: str
    shelf: Shelf
    owner: str = ""


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows, newest message first; ``after`` continues behind the last one, empty at the end."""

    rows: tuple[MessageRow, ...]
    after: str = ""


class MessageLists(Protocol):
    """Rows on shelves."""

    def put(self, place: Place, row: MessageRow) -> None:
        """Add or replace a row. One that shows a later state of the message (``event_count``) stays."""
        ...

    def take(self, place: Place, row: MessageRow) -> None:
        """Take the message's row away. Taking twice is no error."""
        ...

    def shows(self, place: Place, row: MessageRow) -> bool:
        """Whether the shelf has the message in this state (``event_count``) or a later one."""
        ...

    def page(self, place: Place, after: str, limit: int) -> RowPage:
        """At most ``limit`` rows, from the newest or from behind ``after``, a mark of ``core/lists/page_mark.py``. Raises
        ``NotFound`` for a mark that is none of this place.
        """
        ...
