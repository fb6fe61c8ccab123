"""The port of queues as the operator of the service sees them: lengths, and work items that failed for good.

The rules of ``shared/ports.py`` hold. Nothing of any mail is in a queue: an item names a message and a kind of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.core.message.identity import MessageRef


@dataclass(frozen=True, slots=True)
class QueueLength:
    """Items that wait in a queue, roughly, and how many of its items were parked because they kept failing."""

    queue: str
    waiting: int
    parked: int


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """A work item that failed for good. ``ref`` is ``None`` and ``kind`` empty where its text is no work item.

    ``id`` is the queue's name for it. ``parked_at`` is when it was given up.
    """

    queue: str
    id: str
    ref: MessageRef | None
    kind: str
    parked_at: datetime


class StuckKind(StrEnum):
    """What a message that does not move on waits for."""

    JUDGING = "judging"
    """It lies in the spool and has no state."""
    DELIVERY = "delivery"
    """Next hops have not taken it for long, or often."""
    EFFECTS = "effects"
    """Something that it owes was not done for long: a notice, a report."""


@dataclass(frozen=True, slots=True)
class StuckNote:
    """That a message does not move on, since when, and what next hops said last (code, status, server); no content.

    Like a note in the schedule it is a hint: whoever reads it looks whether it is still true.
    """

    ref: MessageRef
    kind: StuckKind
    since: datetime
    attempts: int = 0
    code: int = 0
    status: str = ""
    server: str = ""


class StuckNotes(Protocol):
    """Which messages of all tenants do not move on; one note for each."""

    def put(self, note: StuckNote) -> None:
        """Write it; it takes the place of an older one about the same message."""
        ...

    def remove(self, ref: MessageRef) -> None:
        """Forget the note about a message. Forgetting what is not there is no error."""
        ...

    def oldest(self, limit: int, after: MessageRef | None = None) -> tuple[StuckNote, ...]:
        """Notes by the messages' queue ids, the oldest message first, at most ``limit`` (1,000); those behind ``after``."""
        ...


class ParkedWork(Protocol):
    """The work queues with those beside them that hold what failed."""

    def lengths(self) -> tuple[QueueLength, ...]:
        """Of every work queue, by name."""
        ...

    def parked(self, queue: str) -> tuple[ParkedItem, ...]:
        """The first items that are parked beside ``queue``, at most 32. Raises ``NotFound`` for no such queue."""
        ...

    def retry(self, queue: str, ids: frozenset[str]) -> frozenset[str]:
        """Put items back to work; return those that were found. An item may come to work twice, never get lost."""
        ...
