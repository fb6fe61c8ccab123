"""How often one person, and one address that is not signed on or not let in, may call the API: token buckets in this process.

Several processes each have their own, so the limit is per worker: it stops a runaway script, not an army. docs/adr/0055.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from functions.api.problem import Refusal
from shared.core.access.principal import Principal

BURST = 240
"""Calls that may come at once."""
PER_SECOND = 20.0
"""Calls that come back each second."""
MOST_KEPT = 10_000


class Rates:
    """The buckets. Safe to use from several threads."""

    def __init__(self, burst: float = BURST, per_second: float = PER_SECOND) -> None:
        self._burst = burst
        self._per_second = per_second
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def spend(self, principal: Principal | None, peer: str, cost: int, now: datetime) -> None:
        """Take ``cost`` from the caller's bucket. Raises ``Refusal`` (429) when it is empty."""
        key = f"{principal.tenant_id}|{principal.address}" if principal else f"peer|{peer}"
        with self._lock:
            left, at = self._left.pop(key, (self._burst, now))
            left = min(self._burst, left + max((now - at).total_seconds(), 0.0) * self._per_second)
            enough = left >= cost
            self._left[key] = (left - cost if enough else left, now)
            while len(self._left) > MOST_KEPT:
                self._left.popitem(last=False)
        if not enough:
            wait = max(1, round((cost - left) / self._per_second))
            raise Refusal(429, "too-many-requests", headers={"Retry-After": str(wait)})
