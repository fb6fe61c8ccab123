"""Who may send the content of a message now, so that all content held stays within the relay's memory. Stage receive.

Pure but for futures: the caller owns the clock and the loop. A message is counted with what it may hold in memory at
most, which the client's announced size bounds; that is known before its content comes, so nothing that was let in ever
has to be stopped for lack of memory. Where messages wait, the next place goes to the tenant that holds least. A quarter is
for others than the one that holds most: content may take half an hour to come, and nobody's is stopped meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

MOST_HELD = 5 * 1024 * 1024
"""Bytes that one message of whatever size holds at most (measured): blocks under way, the next one, what was just read."""
LEAST_HELD = 64 * 1024
"""Bytes that are counted for the smallest one: its connection's buffers."""


def held_by(announced: int) -> int:
    """What a message of an announced size (0: not announced) is counted with."""
    return min(max(announced + LEAST_HELD, LEAST_HELD), MOST_HELD) if announced else MOST_HELD


@dataclass(slots=True, eq=False)
class Place:
    """A message's part of the memory; goes back by ``DataBudget.give_back``."""

    tenant: str
    size: int
    ready: asyncio.Future[None]
    let_in: bool = False


class DataBudget:
    """``memory`` bytes for all messages together. One message is always let in, however small that is."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._for_others = memory // 4 // MOST_HELD * MOST_HELD
        self._held: Counter[str] = Counter()
        self._in_use = 0
        self._waiting: list[Place] = []

    @property
    def in_use(self) -> int:
        """Bytes counted now."""
        return self._in_use

    @property
    def waiting(self) -> int:
        """Messages that wait now."""
        return len(self._waiting)

    def must_wait(self, tenant: str, announced: int) -> bool:
        """Whether a message would not be let in at once."""
        size = held_by(announced)
        before = any(self._is_within_share(one.tenant, one.size) for one in self._waiting)
        return before or not self._is_within_share(tenant, size) or not self._has_room(size)

    async def take(self, tenant: str, announced: int, timeout_seconds: float) -> Place | None:
        """A place for a message; None where there was none in time."""
        place = Place(tenant, held_by(announced), asyncio.get_running_loop().create_future())
        if not self.must_wait(tenant, announced):
            self._let_in(place)
            return place
        self._waiting.append(place)
        try:
            async with asyncio.timeout(timeout_seconds):
                await place.ready
        except TimeoutError:
            return place if place.let_in else None
        except BaseException:
            if place.let_in:
                self.give_back(place)
            raise
        finally:
            if place in self._waiting:
                self._waiting.remove(place)
        return place

    def give_back(self, place: Place) -> None:
        """The message is through; whoever waits may follow."""
        self._in_use -= place.size
        self._held[place.tenant] -= place.size
        if self._held[place.tenant] <= 0:
            del self._held[place.tenant]
        while able := [one for one in self._waiting if self._is_within_share(one.tenant, one.size)]:
            # The tenant that holds least comes first; min keeps the order of arrival among equals.
            following = min(able, key=lambda one: self._held[one.tenant])
            if not self._has_room(following.size):
                return
            self._waiting.remove(following)
            if not following.ready.done():
                self._let_in(following)
                following.ready.set_result(None)

    def _is_within_share(self, tenant: str, size: int) -> bool:
        held = self._held[tenant]
        return not held or held + size <= self._memory - self._for_others

    def _has_room(self, size: int) -> bool:
        return self._in_use == 0 or self._in_use + size <= self._memory

    def _let_in(self, place: Place) -> None:
        place.let_in = True
        self._in_use += place.size
        self._held[place.tenant] += place.size
