"""The port of rolled-up counters: what reports and usage are made of, so that none of them ever reads rows (stage 6).

The rules of ``shared/ports.py`` hold: ``TemporaryError`` or ``PermanentError``, nothing decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.core.reports.hour_count import HourCount


@dataclass(frozen=True, slots=True)
class DirtyHour:
    """A note that rows of messages received in the hour that begins at ``hour`` have changed during ``slot``.

    ``slot`` is the beginning of the stretch of time in which they changed; the note may be acted on once it is over.
    """

    tenant_id: str
    hour: datetime
    slot: datetime


class Counters(Protocol):
    """Counts of whole hours, and the notes that say which of them must be counted again."""

    def mark(self, note: DirtyHour) -> None:
        """Note that an hour changed. The same note twice is one, and costs nothing the second time in one process."""
        ...

    def dirty(self, before: datetime, limit: int) -> tuple[DirtyHour, ...]:
        """Notes whose ``slot`` began before that moment, the oldest first, at most ``limit``."""
        ...

    def done(self, notes: Sequence[DirtyHour]) -> None:
        """Forget notes. Forgetting twice is no error."""
        ...

    def write(self, tenant_id: str, count: HourCount) -> None:
        """Replace the count of an hour as a whole."""
        ...

    def between(self, tenant_id: str, since: datetime, until: datetime) -> tuple[HourCount, ...]:
        """Counts of the hours that begin in ``[since, until)``, the oldest first. Hours without mail have none."""
        ...

    def write_people(self, tenant_id: str, day: date, people: int) -> None:
        """Keep how many active people a tenant had on a day (UTC)."""
        ...

    def people(self, tenant_id: str, since: date, until: date) -> int | None:
        """The largest such number of ``[since, until]``; ``None`` where none was kept."""
        ...
