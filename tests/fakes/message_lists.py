"""``FakeMessageLists``: the ``MessageLists`` port in memory."""

from __future__ import annotations

import threading

from shared.core.lists.message_row import MessageRow
from shared.core.lists.page_mark import make_mark, read_mark
from shared.core.message.identity import TENANT_ID
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
            _check(place.tenant_id)
            shelf = self._kept.setdefault(place, {})
            before = shelf.get(row.ref.queue_id)
            if before is None or before.event_count <= row.event_count:
                shelf[row.ref.queue_id] = row

    def take(self, place: Place, row: MessageRow) -> None:
        """See the port."""
        with self.trouble.around("take"), self._lock:
            _check(place.tenant_id)
            self._kept.get(place, {}).pop(row.ref.queue_id, None)

    def shows(self, place: Place, row: MessageRow) -> bool:
        """See the port."""
        with self.trouble.around("shows"), self._lock:
            _check(place.tenant_id)
            found = self._kept.get(place, {}).get(row.ref.queue_id)
            return found is not None and found.event_count >= row.event_count

    def page(self, place: Place, after: str, limit: int) -> RowPage:
        """See the port."""
        with self.trouble.around("page"), self._lock:
            _check(place.tenant_id)
            shelf = self._kept.get(place, {})
            last = read_mark(place.tenant_id, place.shelf, place.owner, after)
            if limit <= 0:
                return RowPage((), after)
            ids = sorted((queue_id for queue_id in shelf if not last or queue_id < last), reverse=True)
            rows = tuple(shelf[queue_id] for queue_id in ids[:limit])
            if len(ids) <= limit:
                return RowPage(rows)
            return RowPage(rows, make_mark(place.tenant_id, place.shelf, place.owner, rows[-1].ref.queue_id))


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
