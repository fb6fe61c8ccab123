"""``FakeRemains``: the ``Remains`` port on the other fakes, which hold what is to be deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.core.message.identity import MessageRef
from shared.ports import Stored
from shared.ports_retention import StoredBlob
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.message_store import FakeMessageStore
from tests.fakes.notice_ledger import FakeNoticeLedger
from tests.fakes.spool import FakeSpool
from tests.fakes.trouble import Trouble


class FakeRemains:
    """Methods for ``trouble``: those of the port."""

    def __init__(
        self, spool: FakeSpool, messages: FakeMessageStore, ledger: FakeNoticeLedger, audit: FakeAuditLog
    ) -> None:
        self.trouble = Trouble()
        self._spool, self._messages, self._ledger, self._audit = spool, messages, ledger, audit

    def hours(self) -> tuple[str, ...]:
        """See the port."""
        with self.trouble.around("hours"):
            return tuple(sorted({ref.hour for ref in self._spool.refs}))

    def next_state(self, tenant_id: str, after: str) -> MessageRef | None:
        """See the port."""
        with self.trouble.around("next_state"):
            found = self._states(tenant_id, after, "{")
            return found[0] if found else None

    def states(self, tenant_id: str, after: str, until: str, limit: int) -> tuple[MessageRef, ...]:
        """See the port."""
        with self.trouble.around("states"):
            return self._states(tenant_id, after, until)[:limit]

    def _states(self, tenant_id: str, after: str, until: str) -> tuple[MessageRef, ...]:
        refs = (ref for ref in self._messages.refs if ref.tenant_id == tenant_id)
        return tuple(sorted(ref for ref in refs if after < ref.queue_id < until))

    def blobs(self, tenant_id: str, hour: str, queue_id: str = "") -> tuple[StoredBlob, ...]:
        """See the port."""
        with self.trouble.around("blobs"):
            folder = f"{hour}/{tenant_id}/"
            found = []
            for container, name, size in self._spool.stored():
                if name.startswith(folder + queue_id):
                    ref = MessageRef(tenant_id, name.removeprefix(folder).partition("/")[0].partition(".")[0])
                    found.append(StoredBlob(ref, container, name, size))
            return tuple(found)

    def erase_blobs(self, blobs: Sequence[StoredBlob]) -> None:
        """See the port."""
        for blob in blobs:
            with self.trouble.around("erase_blobs"):
                self._spool.erase(blob.container, blob.name)

    def erase_record(self, stored: Stored) -> bool:
        """See the port."""
        with self.trouble.around("erase_record"):
            self._ledger.forget(stored.record.ref)
            return self._messages.erase(stored)

    def erase_audit(self, tenant_id: str, before: datetime, limit: int) -> int:
        """See the port."""
        with self.trouble.around("erase_audit"):
            return self._audit.erase(tenant_id, before.replace(hour=0, minute=0, second=0, microsecond=0), limit)
