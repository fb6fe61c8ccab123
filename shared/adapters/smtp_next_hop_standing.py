"""How next hops do, and the pace at which they are sent to, as this process knows it. Part of stage 4b (deliver).

The rules are in ``core/delivery/health.py`` and ``pace.py``; here are the clock, the lock and a bounded memory.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from shared.adapters.smtp_next_hop_connection import Budget
from shared.adapters.smtp_next_hop_pool import Busy, Place
from shared.core.delivery import health, pace
from shared.core.delivery.health import WELL, Health
from shared.ports_next_hop import HopHealth

MOST_PLACES = 2000
LONGEST_WAIT = 2.0
"""Seconds that a delivery waits for its turn; what would take longer is put off."""


class Standing:
    """What is remembered of each server. Safe to use from several threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._health: OrderedDict[Place, Health] = OrderedDict()
        self._full_at: OrderedDict[Place, float] = OrderedDict()

    def is_well(self, place: Place) -> bool:
        """See ``NextHop.is_well``."""
        with self._lock:
            known = self._health.get(place, WELL)
            now = self._now()
            if not health.is_well(known, now):
                return False
            if known.failures:
                self._health[place] = health.on_trial(known, now)
            return True

    def worked(self, place: Place) -> None:
        """The server could be used."""
        with self._lock:
            self._health.pop(place, None)

    def failed(self, place: Place, text: str) -> None:
        """The server could not be used."""
        with self._lock:
            self._health[place] = health.failed(self._health.get(place, WELL), self._now(), text)
            _bound(self._health, place)

    def of_tenant(self, tenant_id: str) -> tuple[HopHealth, ...]:
        """See ``NextHop.health``."""
        with self._lock:
            now = self._now()
            found = [
                HopHealth(
                    f"{place.server.host}:{place.server.port}",
                    known.failures,
                    max(known.pause_ends - now, 0.0),
                    known.text,
                )
                for place, known in self._health.items()
                if place.tenant_id == tenant_id
            ]
        return tuple(sorted(found, key=lambda one: one.server))

    def take_turn(self, place: Place, budget: Budget) -> None:
        """Wait, if not for long, until the server's ``messages_a_minute`` allow for one more. Raises ``Busy``."""
        limit = place.server.messages_a_minute
        if not limit:
            return
        with self._lock:
            wait, full_at = pace.next_turn(self._full_at.get(place, 0.0), limit, self._now())
            if wait > min(LONGEST_WAIT, budget.left):
                raise Busy(f"the server gets at most {limit} messages a minute; this one is put off", "4.4.5")
            self._full_at[place] = full_at
            _bound(self._full_at, place)
        if wait:
            self._sleep(wait)


def _bound(known: OrderedDict[Place, Health] | OrderedDict[Place, float], place: Place) -> None:
    known.move_to_end(place)
    if len(known) > MOST_PLACES:
        known.popitem(last=False)
