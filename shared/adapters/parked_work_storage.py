"""Work queues and the poison queues beside them, in Storage queues: the ``ParkedWork`` port.

The functions host parks a queue message that failed five times in ``{queue}-poison``
(learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger, poison messages).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING, Any

import msgspec

from shared.adapters.storage_clients import queue_client
from shared.adapters.storage_errors import repeated, storage_call
from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import UnreadableWorkItem, WorkItem, read_work_item, write_work_item
from shared.core.message.identity import MessageRef, ref_from_blob_name
from shared.errors import NotFound
from shared.ports_operator import ParkedItem, QueueLength
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient

EVALUATE = "evaluate"
"""The function that judges has no queue of ours: blobs that it failed at are told to a queue of the host's own."""
QUEUES = ("deliver", "notify", EVALUATE)
BLOB_POISON = "webjobs-blobtrigger-poison"
"""In the account of the trigger's connection (github.com/Azure/azure-webjobs-sdk/issues/804), which is that of the mail."""
_AT_ONCE = 32
"""The most that storage shows or gives out at once: learn.microsoft.com/rest/api/storageservices/peek-messages."""
_CLAIM_SECONDS = 30
_MOST_ROUNDS = 40
_NEVER = -1


class _ToldBlob(msgspec.Struct):
    BlobName: str


_BLOB = msgspec.json.Decoder(_ToldBlob)


class StorageParkedWork:
    """``ParkedWork`` on the queues. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, prefix: str = "") -> None:
        """The queues must exist; their names begin with ``prefix``."""
        self._process = process
        self._prefix = prefix

    def lengths(self) -> tuple[QueueLength, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        return tuple(
            QueueLength(
                name, 0 if name == EVALUATE else self._length(self._queue(name)), self._length(self._poison(name))
            )
            for name in QUEUES
        )

    def parked(self, queue: str) -> tuple[ParkedItem, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        poison = self._poison(queue)

        def once() -> tuple[ParkedItem, ...]:
            with storage_call("look at parked work"):
                return tuple(_item(queue, message) for message in poison.peek_messages(_AT_ONCE))

        return repeated(once, self._process.storage_timeout)

    def retry(self, queue: str, ids: frozenset[str]) -> frozenset[str]:
        """See the port: send first, forget afterwards. Raises ``StorageUnavailable``; what was sent then may come twice.

        Storage gives out messages and finds none by name: others that are given out on the way are put back at once.
        """
        work, poison = self._queue(queue), self._poison(queue)
        found: set[str] = set()
        others: list[Any] = []
        try:
            for messages in self._claimed(poison):
                others += [message for message in messages if message.id not in ids]
                for message in (message for message in messages if message.id in ids):
                    with storage_call("retry parked work"):
                        again = _to_be_judged(message) if queue == EVALUATE else message.content
                        if again is not None:
                            work.send_message(again, time_to_live=_NEVER)
                        poison.delete_message(message)
                    found.add(str(message.id))
                if len(found) == len(ids):
                    break
        finally:
            for message in others:
                with storage_call("put parked work back"):
                    poison.update_message(message, visibility_timeout=0)
        return frozenset(found)

    def _claimed(self, poison: QueueClient) -> Iterator[list[Any]]:
        for _ in range(_MOST_ROUNDS):
            with storage_call("read parked work"):
                messages = list(
                    poison.receive_messages(
                        messages_per_page=_AT_ONCE, max_messages=_AT_ONCE, visibility_timeout=_CLAIM_SECONDS
                    )
                )
            if not messages:
                return
            yield messages

    def _length(self, queue: QueueClient) -> int:
        def once() -> int:
            with storage_call("measure a queue"):
                return int(queue.get_queue_properties().approximate_message_count or 0)

        return repeated(once, self._process.storage_timeout)

    def _queue(self, name: str) -> QueueClient:
        if name not in QUEUES:
            raise NotFound("no such queue")
        return queue_client(self._process, self._prefix + ("deliver" if name == EVALUATE else name))

    def _poison(self, name: str) -> QueueClient:
        if name not in QUEUES:
            raise NotFound("no such queue")
        return queue_client(self._process, self._prefix + (BLOB_POISON if name == EVALUATE else f"{name}-poison"))


def _item(queue: str, message: Any) -> ParkedItem:
    if queue == EVALUATE:
        ref = _blob(message.content)
        return ParkedItem(queue, str(message.id), ref, EVALUATE if ref else "", message.inserted_on.astimezone(UTC))
    work = _read(message.content)
    return ParkedItem(
        queue,
        str(message.id),
        work.ref if work else None,
        work.entry.kind.value if work else "",
        message.inserted_on.astimezone(UTC),
    )


def _to_be_judged(message: Any) -> str | None:
    """The work item by which the queue ``deliver`` has a message judged; ``None`` for a blob that is none."""
    ref = _blob(message.content)
    if ref is None:
        return None
    entry = OutboxEntry(OutboxKind.GATHER, 0, message.inserted_on.astimezone(UTC))
    return base64.b64encode(write_work_item(ref, entry)).decode()


def _blob(content: Any) -> MessageRef | None:
    """Which message the host means: JSON with ``BlobName`` (learn.microsoft.com, Blob storage trigger, poison blobs)."""
    for decoded in (False, True):
        try:
            body = content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")
            told = _BLOB.decode(base64.b64decode(body, validate=True) if decoded else body)
            return ref_from_blob_name(told.BlobName)
        except (msgspec.MsgspecError, ValueError):
            continue
    return None


def _read(content: Any) -> WorkItem | None:
    """The work item of a message; the host parks its text as it was, which may be in base64 once more."""
    body = content if isinstance(content, bytes) else str(content).encode("utf-8", "replace")
    for _ in range(2):
        try:
            return read_work_item(body)
        except UnreadableWorkItem:
            try:
                body = base64.b64decode(body, validate=True)
            except (binascii.Error, ValueError):
                return None
    return None
