"""``FakeCounters``: the ``Counters`` port in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, datetime

from shared.core.message.identity import TENANT_ID
from shared.core.reports.hour_count import HourCount
from shared.errors import NotFound
from shared.ports_reports import DirtyHour
from tests.fakes.trouble import Trouble


class FakeCounters:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._notes: set[DirtyHour] = set()
        self._counts: dict[tuple[str, datetime], HourCount] = {}
        self._people: dict[tuple[str, date], int] = {}

    def mark(self, note: DirtyHour) -> None:
        """See the port."""
        with self.trouble.around("mark"), self._lock:
            _check(note.tenant_id)
            self._notes.add(note)

    def dirty(self, before: datetime, limit: int) -> tuple[DirtyHour, ...]:
        """See the port."""
        with self.trouble.around("dirty"), self._lock:
            found = sorted(self._notes, key=lambda note: (note.slot, note.tenant_id, note.hour))
            return tuple(note for note in found if note.slot < before)[: max(limit, 0)]

    def done(self, notes: Sequence[DirtyHour]) -> None:
        """See the port."""
        with self.trouble.around("done"), self._lock:
            self._notes -= set(notes)

    def write(self, tenant_id: str, count: HourCount) -> None:
        """See the port."""
        with self.trouble.around("write"), self._lock:
            _check(tenant_id)
            self._counts[tenant_id, count.hour] = count

    def between(self, tenant_id: str, since: datetime, until: datetime) -> tuple[HourCount, ...]:
        """See the port."""
        with self.trouble.around("between"), self._lock:
            _check(tenant_id)
            found = sorted(self._counts.items())
            return tuple(count for (of, hour), count in found if of == tenant_id and since <= hour < until)

    def write_people(self, tenant_id: str, day: date, people: int) -> None:
        """See the port."""
        with self.trouble.around("write_people"), self._lock:
            _check(tenant_id)
            self._people[tenant_id, day] = people

    def people(self, tenant_id: str, since: date, until: date) -> int | None:
        """See the port."""
        with self.trouble.around("people"), self._lock:
            _check(tenant_id)
            found = [number for (of, day), number in self._people.items() if of == tenant_id and since <= day <= until]
            return max(found, default=None)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
