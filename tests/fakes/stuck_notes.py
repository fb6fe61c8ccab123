"""``FakeStuckNotes``: the ``StuckNotes`` port in memory."""

from __future__ import annotations

import threading

from shared.core.message.identity import MessageRef
from shared.ports_operator import StuckNote
from tests.fakes.trouble import Trouble


class FakeStuckNotes:
    """Methods for ``trouble``: ``put``, ``remove``, ``oldest``."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._notes: dict[tuple[str, str], StuckNote] = {}

    def put(self, note: StuckNote) -> None:
        """See the port."""
        with self.trouble.around("put"), self._lock:
            self._notes[_key(note.ref)] = note

    def remove(self, ref: MessageRef) -> None:
        """See the port."""
        with self.trouble.around("remove"), self._lock:
            self._notes.pop(_key(ref), None)

    def oldest(self, limit: int, after: MessageRef | None = None) -> tuple[StuckNote, ...]:
        """See the port."""
        with self.trouble.around("oldest"), self._lock:
            keys = sorted(key for key in self._notes if after is None or key > _key(after))
            return tuple(self._notes[key] for key in keys[:limit])


def _key(ref: MessageRef) -> tuple[str, str]:
    return ref.queue_id, ref.tenant_id
