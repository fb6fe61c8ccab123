"""``FakeAuditLog``: the ``AuditLog`` port in memory."""

from __future__ import annotations

import threading
from datetime import datetime

from shared.core.message.identity import TENANT_ID, MessageRef
from shared.errors import NotFound
from shared.ports_people import AuditEntry
from tests.fakes.trouble import Trouble


class FakeAuditLog:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._lines: list[tuple[str, AuditEntry]] = []

    def append(self, tenant_id: str, entry: AuditEntry) -> None:
        """See the port."""
        with self.trouble.around("append"), self._lock:
            _check(tenant_id)
            if (tenant_id, entry) not in self._lines:
                self._lines.append((tenant_id, entry))

    def between(self, tenant_id: str, since: datetime, until: datetime, limit: int) -> tuple[AuditEntry, ...]:
        """See the port."""
        with self.trouble.around("between"), self._lock:
            _check(tenant_id)
            found = [entry for of, entry in self._lines if of == tenant_id and since <= entry.at < until]
            return tuple(sorted(found, key=lambda entry: entry.at, reverse=True)[: max(limit, 0)])

    def about(self, ref: MessageRef) -> tuple[AuditEntry, ...]:
        """See the port."""
        with self.trouble.around("about"), self._lock:
            return tuple(sorted((entry for _, entry in self._lines if entry.ref == ref), key=lambda entry: entry.at))

    def erase(self, tenant_id: str, before: datetime, limit: int) -> int:
        """Delete old lines."""
        with self._lock:
            old = [line for line in self._lines if line[0] == tenant_id and line[1].at < before][:limit]
            self._lines = [line for line in self._lines if line not in old]
            return len(old)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
