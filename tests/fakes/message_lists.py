"""``FakeMessageLists``: the ``MessageLists`` port in memory."""

from __future__ import annotations

import threading

from shared.core.lists.message_row import MessageRow
from shared.errors import NotFound
from shared.ports_lists import Place, RowPage
from tests.fakes.trouble import Trouble


class FakeMessageLists:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._kept: dict[Place, dict[str, MessageRow]] = {}

    def put(self, place: Place, row: MessageRow) -> None:
        """See the port."""
        with self.trouble.around("put"), self._lock:
            shelf = self._kept.setdefault(place, {})
            before = shelf.get(row.ref.queue_id)
            if before is None or before.event_count <= row.event_count:
                shelf[row.ref.queue_id] = row

    def take(self, place: Place, row: MessageRow) -> None:
        """See the port."""
        with self.trouble.around("take"), self._lock:
            self._kept.get(place, {}).pop(row.ref.queue_id, None)

    def page(self, place: Place, after: str, limit: int) -> RowPage:
        """See the port."""
        with self.trouble.around("page"), self._lock:
            shelf = self._kept.get(place, {})
            scheme, _, last = after.partition(":")
            if after and (scheme != "fake" or not last):
                raise NotFound("no mark of this place")
            ids = sorted((queue_id for queue_id in shelf if not last or queue_id < last), reverse=True)
            rows = tuple(shelf[queue_id] for queue_id in ids[:limit])
            return RowPage(rows, f"fake:{rows[-1].ref.queue_id}" if len(ids) > limit else "")
