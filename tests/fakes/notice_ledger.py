"""``FakeNoticeLedger``: the ``NoticeLedger`` port in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.message.identity import MessageRef
from shared.ports_people import CopyKey, CopyState, NoticeCopy
from tests.fakes.trouble import Trouble


class FakeNoticeLedger:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._kept: dict[tuple[MessageRef, CopyKey], NoticeCopy] = {}

    def begin(self, ref: MessageRef, key: CopyKey, now: datetime, length: timedelta) -> NoticeCopy | None:
        """See the port."""
        with self.trouble.around("begin"), self._lock:
            found = self._kept.get((ref, key))
            if found is not None and found.state is not CopyState.SENDING:
                return None
            if found is not None and found.until is not None and found.until > now:
                return None
            claimed = replace(found or NoticeCopy(key, CopyState.SENDING), until=now + length)
            self._kept[ref, key] = claimed
            return claimed

    def write(self, ref: MessageRef, copy: NoticeCopy) -> None:
        """See the port."""
        with self.trouble.around("write"), self._lock:
            self._kept[ref, copy.key] = copy

    def copies(self, ref: MessageRef) -> tuple[NoticeCopy, ...]:
        """See the port."""
        with self.trouble.around("copies"), self._lock:
            return tuple(copy for (of, _), copy in self._kept.items() if of == ref)

    def forget(self, ref: MessageRef) -> None:
        """Forget all copies of a message's notices."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == ref]:
                del self._kept[key]
