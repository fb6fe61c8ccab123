"""``FakeConversations``: the ``Conversations`` port in memory."""

from __future__ import annotations

import threading
from datetime import datetime

from shared.core.message.identity import TENANT_ID
from shared.errors import NotFound
from shared.ports_teams import Conversation
from tests.fakes.trouble import Trouble


class FakeConversations:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], Conversation] = {}
        self._seen: set[tuple[str, str]] = set()

    def save(self, tenant_id: str, conversation: Conversation) -> None:
        """See the port."""
        with self.trouble.around("save"), self._lock:
            _check(tenant_id)
            self._kept[tenant_id, conversation.person_id] = conversation

    def remove(self, tenant_id: str, person_id: str) -> None:
        """See the port."""
        with self.trouble.around("remove"), self._lock:
            _check(tenant_id)
            self._kept.pop((tenant_id, person_id), None)

    def of(self, tenant_id: str, person_id: str) -> Conversation | None:
        """See the port."""
        with self.trouble.around("of"), self._lock:
            _check(tenant_id)
            return self._kept.get((tenant_id, person_id))

    def first_time(self, tenant_id: str, activity_id: str, now: datetime) -> bool:
        """See the port."""
        with self.trouble.around("first_time"), self._lock:
            _check(tenant_id)
            key = (tenant_id, activity_id)
            if key in self._seen:
                return False
            self._seen.add(key)
            return True


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
