"""``FakeWorkQueue``: the ``WorkQueue`` port in memory; bodies are the real ones, as functions get them."""

from __future__ import annotations

import threading

from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import WorkItem, read_work_item, write_work_item
from shared.core.message.identity import MessageRef
from shared.ports import Clock
from tests.fakes.trouble import Trouble


class FakeWorkQueue:
    """Method for ``trouble``: ``send``. Without a clock every message shows itself at once."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.trouble = Trouble()
        self._clock = clock
        self._lock = threading.Lock()
        self._bodies: list[tuple[str, bytes]] = []

    def send(self, ref: MessageRef, entry: OutboxEntry) -> None:
        """See the port."""
        with self.trouble.around("send"), self._lock:
            queue = "deliver" if entry.kind in (OutboxKind.DELIVER, OutboxKind.GATHER) else "notify"
            self._bodies.append((queue, write_work_item(ref, entry)))

    @property
    def items(self) -> tuple[WorkItem, ...]:
        """All that wait, in the order they were sent."""
        with self._lock:
            return tuple(read_work_item(body) for _, body in self._bodies)

    def take(self, queue: str) -> bytes | None:
        """Take the first message of ``deliver`` or ``notify`` whose time has come, or ``None``."""
        with self._lock:
            for index, (name, body) in enumerate(self._bodies):
                if name == queue and (self._clock is None or read_work_item(body).entry.at <= self._clock.now()):
                    del self._bodies[index]
                    return body
        return None
