"""Ports of the deletion job: what is stored of messages, taken away for good, and the books about it.

The rules of ``shared/ports.py`` hold: ``TemporaryError`` or ``PermanentError``, nothing decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.core.message.identity import MessageRef
from shared.core.retention.deletion_record import DeletionRecord
from shared.core.retention.rule import Kept, What
from shared.ports import Stored


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob that belongs to a message: its bytes as they came, its envelope, a mail of Matta's own, or a made form."""

    ref: MessageRef
    container: str
    name: str
    size: int


class Remains(Protocol):
    """What is stored of messages, for whoever deletes it."""

    def hours(self) -> tuple[str, ...]:
        """Folders of the spool (``YYYYMMDDHH``) that hold anything of any tenant, in order."""
        ...

    def next_state(self, tenant_id: str, after: str) -> MessageRef | None:
        """The tenant's first message with a state behind a queue id (from the very first for ``""``)."""
        ...

    def states(self, tenant_id: str, after: str, until: str, limit: int) -> tuple[MessageRef, ...]:
        """The tenant's messages with a state whose queue id is in ``(after, until)``, in order, at most ``limit``."""
        ...

    def blobs(self, tenant_id: str, hour: str, queue_id: str = "") -> tuple[StoredBlob, ...]:
        """All blobs of the tenant's messages of an hour, or of the one with that id, in every container."""
        ...

    def erase_blobs(self, blobs: Sequence[StoredBlob]) -> None:
        """Delete them. Deleting what is not there is no error."""
        ...

    def erase_record(self, stored: Stored) -> bool:
        """Delete a message's state with events and outbox, and its ledger of notices. ``False``: it changed meanwhile, or
        is gone; then the state stands as it was.
        """
        ...

    def erase_audit(self, tenant_id: str, before: datetime, limit: int) -> int:
        """Delete lines of the audit log older than ``before``, by whole days (UTC), at most about ``limit`` rows; the
        number of rows that were deleted, 0 when none is left.
        """
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step is about to delete. ``until`` is where the walk goes on when it is done, empty for a batch of
    messages that had been kept back; ``blobs`` and ``size`` count what was found at planning.
    """

    what: What
    queue_ids: tuple[str, ...]
    begun_at: datetime
    until: str = ""
    blobs: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the deletion job is with a tenant. ``content`` and ``record`` are queue ids: what is older was looked at.

    ``records`` is the number of deletion records so far, ``head`` the hash of the last. ``holds`` is a digest of the legal
    holds by which what they keep was last looked at, ``holds_mark`` how far that came since they changed.
    """

    tenant_id: str
    content: str = ""
    record: str = ""
    records: int = 0
    head: str = ""
    batch: Batch | None = None
    lease_until: datetime | None = None
    holds: str = ""
    holds_mark: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A message that the walk has passed and that is still there. ``day`` is that of its end for ``Kept.YOUNG``, else the
    day on which to look again.
    """

    what: What
    ref: MessageRef
    kept: Kept
    day: date
    holds: tuple[str, ...] = ()


class Deletions(Protocol):
    """The books of the deletion job. Records are added and never changed."""

    def progress(self, tenant_id: str) -> Progress:
        """How far it is; a new one where nothing is stored."""
        ...

    def save(self, progress: Progress, record: DeletionRecord | None = None) -> Progress:
        """Replace the progress that has this ETag, and add the record, both or neither. Raises ``Conflict``."""
        ...

    def records(self, tenant_id: str, before: int, limit: int) -> tuple[DeletionRecord, ...]:
        """Records with smaller numbers than ``before``, the newest first."""
        ...

    def erase_records(self, tenant_id: str, before: datetime, limit: int) -> int:
        """Delete the oldest records, verified before that moment; how many."""
        ...

    def keep(self, entry: KeptBack) -> None:
        """Note it, in place of whatever was noted of the same message."""
        ...

    def forget(self, entry: KeptBack) -> None:
        """Forget it. Forgetting twice is no error."""
        ...

    def kept(
        self, tenant_id: str, what: What, kept: Kept, until: date, limit: int, after: str = ""
    ) -> tuple[KeptBack, ...]:
        """What was kept for a reason with a ``day`` up to ``until``, by day and queue id, at most ``limit``; ``after`` is a
        queue id, and counts where all have the same day (legal holds).
        """
        ...
