"""``FakeSchedule``: the ``Schedule`` port in memory."""

from __future__ import annotations

import threading
from datetime import datetime

from shared.ports import DueEntry
from tests.fakes.trouble import Trouble


class FakeSchedule:
    """Methods for ``trouble``: ``add``, ``due``, ``done``, ``read_mark``, ``write_mark``."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._entries: set[DueEntry] = set()
        self._marks: dict[str, datetime] = {}

    @property
    def entries(self) -> tuple[DueEntry, ...]:
        """All that wait, oldest first."""
        with self._lock:
            return tuple(sorted(self._entries, key=lambda entry: (entry.at, entry.ref)))

    def add(self, entry: DueEntry) -> None:
        """See the port."""
        with self.trouble.around("add"), self._lock:
            self._entries.add(entry)

    def due(self, now: datetime, limit: int) -> tuple[DueEntry, ...]:
        """See the port."""
        with self.trouble.around("due"):
            return tuple(entry for entry in self.entries if entry.at <= now)[: max(limit, 0)]

    def done(self, entry: DueEntry) -> None:
        """See the port."""
        with self.trouble.around("done"), self._lock:
            self._entries.discard(entry)

    def read_mark(self, name: str) -> datetime | None:
        """See the port."""
        with self.trouble.around("read_mark"), self._lock:
            return self._marks.get(name)

    def write_mark(self, name: str, moment: datetime) -> None:
        """See the port."""
        with self.trouble.around("write_mark"), self._lock:
            self._marks[name] = moment
