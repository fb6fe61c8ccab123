"""How many deliveries of one tenant may be under way at a time while they take long. Part of stage 4b (deliver).

A server that answers late, or hangs, holds a worker for as long as a transaction may take. All tenants have the same
workers, so the mail of one whose servers are slow would keep everybody's waiting. While that lasts the tenant has
``MOST_WHILE_SLOW`` deliveries in this process, and what is beyond that is put off. Tenants whose servers answer never
meet a limit here.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.adapters.smtp_next_hop_pool import Busy

SLOW_SECONDS = 8.0
"""A delivery that takes longer, beside the time for its bytes, is a slow one; also one that waits that long for its turn."""
SLOWEST_TRANSFER = 256 * 1024
"""Bytes a second that a delivery is given time for."""
REMEMBERED_SECONDS = 60.0
"""How long a tenant counts as slow after the last slow delivery."""
MOST_WHILE_SLOW = 4
"""Of the about twenty workers that one process has (``host.json``)."""
_MOST_TENANTS = 10_000


@dataclass(slots=True)
class _Tenant:
    """``due`` are the moments from which deliveries under way count as slow, ``slow_until`` is how long that counts."""

    due: list[float] = field(default_factory=list)
    slow_until: float = 0.0


class FairShare:
    """The deliveries of a process. Safe to use from several threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``monotonic`` is in seconds."""
        self._now = monotonic
        self._lock = threading.Lock()
        self._tenants: OrderedDict[str, _Tenant] = OrderedDict()

    @contextlib.contextmanager
    def delivery(self, tenant_id: str, size: int) -> Iterator[None]:
        """Around one delivery of ``size`` bytes. Raises ``Busy`` before it begins where the tenant has had its share."""
        with self._lock:
            now = self._now()
            tenant = self._tenants.setdefault(tenant_id, _Tenant())
            slow = now < tenant.slow_until or any(moment <= now for moment in tenant.due)
            if slow and len(tenant.due) >= MOST_WHILE_SLOW:
                raise Busy("the organisation's servers answer so late that this message is put off", "4.4.5")
            due = now + SLOW_SECONDS + size / SLOWEST_TRANSFER
            tenant.due.append(due)
            self._forget(now)
        try:
            yield
        finally:
            with self._lock:
                tenant.due.remove(due)
                now = self._now()
                if now >= due:
                    tenant.slow_until = now + REMEMBERED_SECONDS
                elif not tenant.due and now >= tenant.slow_until and self._tenants.get(tenant_id) is tenant:
                    del self._tenants[tenant_id]

    def _forget(self, now: float) -> None:
        """The oldest that have nothing under way: a tenant that is slow and sends no more stays until then."""
        if len(self._tenants) <= _MOST_TENANTS:
            return
        for tenant_id, tenant in list(self._tenants.items()):
            if not tenant.due and now >= tenant.slow_until:
                del self._tenants[tenant_id]
