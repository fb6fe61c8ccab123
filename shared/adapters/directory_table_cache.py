"""What was read from the directory, kept in memory for a few seconds, unknown names too."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

MOST_CACHED = 20_000
"""Rows kept in memory."""


class DirectoryCache:
    """Rows by tenant and key. Safe to use from several threads."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, object]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, tenant_id: str, keys: Iterable[str]) -> dict[str, object]:
        """Those that are known and fresh; ``None`` for one that is known not to exist."""
        oldest = self._monotonic() - self._seconds
        with self._lock:
            found = ((key, self._kept.get((tenant_id, key))) for key in keys)
            return {key: entry[1] for key, entry in found if entry is not None and entry[0] > oldest}

    def keep(self, tenant_id: str, rows: Mapping[str, object]) -> None:
        """Remember rows; the longest unchanged are forgotten where there are too many."""
        now = self._monotonic()
        with self._lock:
            for key, row in rows.items():
                self._kept[tenant_id, key] = (now, row)
                self._kept.move_to_end((tenant_id, key))
            while len(self._kept) > MOST_CACHED:
                self._kept.popitem(last=False)

    def forget(self, tenant_id: str, keys: Iterable[str]) -> None:
        """Read these anew next time."""
        with self._lock:
            for key in keys:
                self._kept.pop((tenant_id, key), None)
