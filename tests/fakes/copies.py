"""``FakeCopies``: the ``Copies`` port in memory."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

from shared.core.gathering.copy_group import CopyGroup
from shared.core.message.identity import MessageRef
from shared.ports_copies import MOST_COPIES, Met
from tests.fakes.trouble import Trouble


class FakeCopies:
    """Methods for ``trouble``: those of the port. ``calls`` names each call, in order."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.calls: list[str] = []
        self._lock = threading.Lock()
        self._seen: dict[CopyGroup, set[MessageRef]] = {}
        self._leaders: dict[tuple[CopyGroup, date], MessageRef] = {}

    def meet(self, group: CopyGroup, ref: MessageRef, reach: timedelta, now: datetime) -> Met:
        """See the port."""
        with self.trouble.around("meet"), self._lock:
            self.calls.append("meet")
            seen = self._seen.setdefault(group, set())
            seen.add(ref)
            near = sorted(one for one in seen if one != ref and abs(one.received_at - ref.received_at) <= reach)
            days = {(ref.received_at + way * reach).date() for way in (-1, 0, 1)}
            leaders = [one for (led, day), one in self._leaders.items() if led == group and day in days]
            return Met(tuple(near[:MOST_COPIES]), max(leaders, default=None))

    def lead(self, group: CopyGroup, ref: MessageRef, first: MessageRef, instead_of: MessageRef | None) -> MessageRef:
        """See the port."""
        with self.trouble.around("lead"), self._lock:
            self.calls.append("lead")
            key = (group, first.received_at.date())
            if key not in self._leaders or self._leaders[key] == instead_of:
                self._leaders[key] = ref
            return self._leaders[key]

    def forget(self, before: datetime) -> int:
        """See the port."""
        with self.trouble.around("forget"), self._lock:
            self.calls.append("forget")
            days = {one.received_at.date() for seen in self._seen.values() for one in seen}
            old = {day for day in days if day < before.date()}
            for seen in self._seen.values():
                seen.difference_update([one for one in seen if one.received_at.date() in old])
            self._leaders = {key: one for key, one in self._leaders.items() if key[1] not in old}
            return len(old)
