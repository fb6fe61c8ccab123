"""``WorkItem``: what a queue message says, written by the work queue and read by the functions that it starts.

It names a message and an outbox entry and carries nothing else: what is to be done is read from the stored state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.message.identity import MessageRef
from shared.errors import PermanentError


class UnreadableWorkItem(PermanentError):
    """A queue message is none of ours."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A message, and the effect that is owed to it."""

    ref: MessageRef
    entry: OutboxEntry


class _Document(msgspec.Struct, frozen=True):
    tenant: str
    queue_id: str
    kind: OutboxKind
    number: Annotated[int, msgspec.Meta(ge=0)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(_Document)


def write_work_item(ref: MessageRef, entry: OutboxEntry) -> bytes:
    """The body of a queue message: JSON with ``tenant``, ``queue_id``, ``kind``, ``number``, ``at``."""
    return msgspec.json.encode(_Document(ref.tenant_id, ref.queue_id, entry.kind, entry.number, entry.at))


def read_work_item(body: bytes) -> WorkItem:
    """The work item in the body of a queue message. Raises ``UnreadableWorkItem`` for anything else."""
    try:
        document = _DECODER.decode(body)
        ref = MessageRef(document.tenant, document.queue_id)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableWorkItem(f"not a work item: {error}") from error
    return WorkItem(ref, OutboxEntry(document.kind, document.number, document.at.astimezone(UTC)))
