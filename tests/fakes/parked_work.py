"""``FakeParkedWork``: the ``ParkedWork`` port in memory."""

from __future__ import annotations

import threading
from datetime import datetime

from shared.core.hold.record import OutboxEntry
from shared.core.message.identity import MessageRef
from shared.errors import NotFound
from shared.ports_operator import ParkedItem, QueueLength
from tests.fakes.trouble import Trouble

QUEUES = ("deliver", "notify", "evaluate")


class FakeParkedWork:
    """Methods for ``trouble``: those of the port. ``retried`` are the items that went back to work."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._parked: list[ParkedItem] = []
        self.retried: list[ParkedItem] = []

    def park(self, queue: str, ref: MessageRef | None, entry: OutboxEntry | None, at: datetime) -> str:
        """What the functions host does with an item that keeps failing; returns its id."""
        with self._lock:
            id_ = f"item-{len(self._parked) + len(self.retried)}"
            self._parked.append(ParkedItem(queue, id_, ref, entry.kind.value if entry else "", at))
            return id_

    def lengths(self) -> tuple[QueueLength, ...]:
        """See the port."""
        with self.trouble.around("lengths"), self._lock:
            return tuple(
                QueueLength(
                    name,
                    sum(item.queue == name for item in self.retried),
                    sum(item.queue == name for item in self._parked),
                )
                for name in QUEUES
            )

    def parked(self, queue: str) -> tuple[ParkedItem, ...]:
        """See the port."""
        with self.trouble.around("parked"), self._lock:
            _check(queue)
            return tuple(item for item in self._parked if item.queue == queue)[:32]

    def retry(self, queue: str, ids: frozenset[str]) -> frozenset[str]:
        """See the port."""
        with self.trouble.around("retry"), self._lock:
            _check(queue)
            found = [item for item in self._parked if item.queue == queue and item.id in ids]
            self._parked = [item for item in self._parked if item not in found]
            self.retried += found
            return frozenset(item.id for item in found)


def _check(queue: str) -> None:
    if queue not in QUEUES:
        raise NotFound("no such queue")
