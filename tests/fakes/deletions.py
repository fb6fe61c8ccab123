"""``FakeDeletions``: the ``Deletions`` port in memory."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import date, datetime

from shared.core.retention.deletion_record import DeletionRecord
from shared.core.retention.rule import Kept, What
from shared.errors import Conflict
from shared.ports_retention import KeptBack, Progress
from tests.fakes.trouble import Trouble


class FakeDeletions:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._etags = itertools.count(1)
        self._progress: dict[str, Progress] = {}
        self._records: dict[str, dict[int, DeletionRecord]] = {}
        self._kept: dict[tuple[str, What, str], KeptBack] = {}

    def progress(self, tenant_id: str) -> Progress:
        """See the port."""
        with self.trouble.around("progress"), self._lock:
            return self._progress.get(tenant_id, Progress(tenant_id))

    def save(self, progress: Progress, record: DeletionRecord | None = None) -> Progress:
        """See the port."""
        with self.trouble.around("save"), self._lock:
            present = self._progress.get(progress.tenant_id)
            if (present.etag if present else "") != progress.etag:
                raise Conflict("somebody else is deleting for this tenant")
            if record is not None:
                records = self._records.setdefault(progress.tenant_id, {})
                if record.number in records:
                    raise Conflict("there is a record of that number")
                records[record.number] = record
            self._progress[progress.tenant_id] = replace(progress, etag=f"fake-{next(self._etags)}")
            return self._progress[progress.tenant_id]

    def records(self, tenant_id: str, before: int, limit: int) -> tuple[DeletionRecord, ...]:
        """See the port."""
        with self.trouble.around("records"), self._lock:
            records = self._records.get(tenant_id, {})
            numbers = sorted((number for number in records if number < before), reverse=True)
            return tuple(records[number] for number in numbers[: max(limit, 0)])

    def erase_records(self, tenant_id: str, before: datetime, limit: int) -> int:
        """See the port."""
        with self.trouble.around("erase_records"), self._lock:
            records = self._records.get(tenant_id, {})
            old = [number for number, record in records.items() if record.verified_at < before][:limit]
            for number in old:
                del records[number]
            return len(old)

    def keep(self, entry: KeptBack) -> None:
        """See the port."""
        with self.trouble.around("keep"), self._lock:
            self._kept[entry.ref.tenant_id, entry.what, entry.ref.queue_id] = entry

    def forget(self, entry: KeptBack) -> None:
        """See the port."""
        with self.trouble.around("forget"), self._lock:
            self._kept.pop((entry.ref.tenant_id, entry.what, entry.ref.queue_id), None)

    def kept(
        self, tenant_id: str, what: What, kept: Kept, until: date, limit: int, after: str = ""
    ) -> tuple[KeptBack, ...]:
        """See the port."""
        with self.trouble.around("kept"), self._lock:
            found = [
                entry
                for entry in self._kept.values()
                if (entry.ref.tenant_id, entry.what, entry.kept) == (tenant_id, what, kept)
                and entry.day <= until
                and (not after or (entry.day == until and entry.ref.queue_id > after))
            ]
            return tuple(sorted(found, key=lambda entry: (entry.day, entry.ref))[:limit])
