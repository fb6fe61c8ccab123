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
        self._seen: dict[tuple[str, str], datetime] = {}

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
            self._seen[key] = now
            return True

    def forget_seen(self, before: datetime, limit: int) -> int:
        """See the port."""
        with self.trouble.around("forget_seen"), self._lock:
            hour = before.replace(minute=0, second=0, microsecond=0)
            old = [key for key, at in self._seen.items() if at < hour][:limit]
            for key in old:
                del self._seen[key]
            return len(old)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
