"""Metrics added up in this process: the ``Metrics`` port. What sends them reads ``Series`` (``metrics_otlp.py``).

Memory is bounded, whatever is counted: so many tenants, next hops and series, and what comes after them is counted
together under ``other``. Counters and histograms add up from the start of the process, so that a lost transmission
loses nothing: the next one says all of it again (OpenTelemetry: cumulative temporality).
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from shared.ports_metrics import INSTRUMENTS, NO_LABELS, Kind, Labels, Metric, Metrics
from shared.settings import ProcessSettings

MOST_TENANTS = 500
MOST_HOPS = 100
MOST_SERIES = 5_000
"""Series of one process; each takes about half a kilobyte."""
OTHER = "other"
"""In place of a tenant or next hop that there are too many of."""
GAUGE_LASTS = 600.0
"""Seconds. A gauge is set by a timer that runs now in this process, now in another: an old value is no value."""
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 43200.0)
"""Upper bounds of the classes of a histogram, in seconds: from "at once" to half a day."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Series:
    value: float = 0.0
    count: int = 0
    classes: list[int] | None = None
    set_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """One series at a moment: a metric with its labels. ``classes`` are a histogram's counts, one more than ``BOUNDS``."""

    metric: Metric
    labels: Pairs
    value: float
    count: int = 0
    classes: tuple[int, ...] = ()


class MetricsBook:
    """The numbers of one process. Safe to use from several threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._series: dict[tuple[Metric, Pairs], _Series] = {}
        self._found: dict[tuple[Metric, Labels], _Series] = {}  # what was looked up before: the usual way, one look
        self._known: dict[str, set[str]] = {"tenant": set(), "hop": set()}

    def add(self, metric: Metric, labels: Labels = NO_LABELS, amount: int = 1) -> None:
        """See the port."""
        with self._lock:
            self._of(metric, labels).value += amount

    def observe(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """See the port."""
        with self._lock:
            series = self._of(metric, labels)
            series.value += value
            series.count += 1
            if series.classes is None:
                series.classes = [0] * (len(BOUNDS) + 1)
            series.classes[bisect_left(BOUNDS, value)] += 1

    def set(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """See the port."""
        with self._lock:
            series = self._of(metric, labels)
            series.value = value
            series.set_at = self._monotonic()

    def series(self) -> tuple[Series, ...]:
        """Everything as it stands."""
        with self._lock:
            oldest = self._monotonic() - GAUGE_LASTS
            return tuple(
                Series(metric, pairs, one.value, one.count, tuple(one.classes or ()))
                for (metric, pairs), one in self._series.items()
                if INSTRUMENTS[metric].kind is not Kind.GAUGE or one.set_at >= oldest
            )

    def _of(self, metric: Metric, labels: Labels) -> _Series:
        known = self._found.get((metric, labels))
        if known is not None:
            return known
        pairs = tuple([(name, self._bounded(name, getattr(labels, name))) for name in INSTRUMENTS[metric].labels])
        found = self._series.get((metric, pairs))
        if found is None:
            if len(self._series) >= MOST_SERIES:
                pairs = tuple((name, OTHER) for name, _ in pairs)
            found = self._series.setdefault((metric, pairs), _Series())
        if len(self._found) < 2 * MOST_SERIES:
            self._found[metric, labels] = found
        return found

    def _bounded(self, name: str, value: str) -> str:
        known = self._known.get(name)
        if known is None or value in known:
            return value
        if len(known) >= (MOST_TENANTS if name == "tenant" else MOST_HOPS):
            return OTHER
        known.add(value)
        return value


def metrics_of(process: ProcessSettings, service: str) -> Metrics:
    """The metrics of this process: sent where an endpoint is set, else added up and read by nobody.

    Raises ``MisconfiguredProcess`` for an endpoint that is no address.
    """
    book = MetricsBook()
    if not process.otlp_endpoint:
        return book
    from shared.adapters.metrics_otlp import OtlpSender, SentMetrics  # most installations never need it

    sender = OtlpSender(book, process.otlp_endpoint, process.otlp_seconds, service, os.urandom(8).hex())
    return SentMetrics(book, sender)
