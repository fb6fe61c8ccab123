"""``FakeSchedule``: the ``Schedule`` port in memory."""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Iterator
from datetime import datetime

from shared.core.message.identity import MessageRef
from shared.ports import DueEntry
from tests.fakes.trouble import Trouble


class FakeSchedule:
    """Methods for ``trouble``: ``add``, ``due``, ``done``, ``read_mark``, ``write_mark``."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._entries: list[tuple[datetime, MessageRef]] = []
        self._marks: dict[str, datetime] = {}

    @property
    def entries(self) -> tuple[DueEntry, ...]:
        """All that wait, oldest first."""
        with self._lock:
            return tuple(DueEntry(ref, at) for at, ref in self._entries)

    @property
    def next_at(self) -> datetime | None:
        """When the oldest entry is due."""
        with self._lock:
            return self._entries[0][0] if self._entries else None

    def add(self, entry: DueEntry) -> None:
        """See the port."""
        with self.trouble.around("add"), self._lock:
            place = bisect.bisect_left(self._entries, (entry.at, entry.ref))
            if self._entries[place : place + 1] != [(entry.at, entry.ref)]:
                self._entries.insert(place, (entry.at, entry.ref))

    def due(self, now: datetime, limit: int) -> tuple[DueEntry, ...]:
        """See the port."""
        with self.trouble.around("due"), self._lock:
            found = itertools.takewhile(lambda entry: entry[0] <= now, self._entries)
            return tuple(DueEntry(ref, at) for at, ref in itertools.islice(found, max(limit, 0)))

    def all_due(self, now: datetime) -> Iterator[DueEntry]:
        """See the port."""
        with self.trouble.around("due"), self._lock:
            found = [DueEntry(ref, at) for at, ref in itertools.takewhile(lambda entry: entry[0] <= now, self._entries)]
        return iter(found)

    def done(self, entry: DueEntry) -> None:
        """See the port."""
        with self.trouble.around("done"), self._lock:
            place = bisect.bisect_left(self._entries, (entry.at, entry.ref))
            if self._entries[place : place + 1] == [(entry.at, entry.ref)]:
                del self._entries[place]

    def read_mark(self, name: str) -> datetime | None:
        """See the port."""
        with self.trouble.around("read_mark"), self._lock:
            return self._marks.get(name)

    def write_mark(self, name: str, moment: datetime) -> None:
        """See the port."""
        with self.trouble.around("write_mark"), self._lock:
            self._marks[name] = moment
