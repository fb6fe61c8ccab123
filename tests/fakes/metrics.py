"""``FakeMetrics``: the ``Metrics`` port in memory, which also holds callers to the labels that instruments have."""

from __future__ import annotations

import threading

from shared.ports_metrics import INSTRUMENTS, NO_LABELS, Kind, Labels, Metric


class FakeMetrics:
    """``value`` is a counter's sum, a gauge's last value, or how many values a histogram has."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[Metric, Labels], float] = {}

    def value(self, metric: Metric, labels: Labels = NO_LABELS) -> float:
        """0 where nothing was told."""
        return self._values.get((metric, labels), 0)

    def of(self, metric: Metric) -> dict[Labels, float]:
        """Every series of an instrument."""
        return {labels: value for (name, labels), value in self._values.items() if name is metric}

    def add(self, metric: Metric, labels: Labels = NO_LABELS, amount: int = 1) -> None:
        """See the port."""
        self._change(metric, Kind.COUNTER, labels, amount)

    def observe(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """See the port."""
        assert value >= 0
        self._change(metric, Kind.HISTOGRAM, labels, 1)

    def set(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """See the port."""
        self._change(metric, Kind.GAUGE, labels, value)

    def _change(self, metric: Metric, kind: Kind, labels: Labels, value: float) -> None:
        instrument = INSTRUMENTS[metric]
        assert instrument.kind is kind, f"{metric} is no {kind}"
        kept = {name: getattr(labels, name) for name in instrument.labels}
        with self._lock:
            key = (metric, Labels(**kept))
            before = self._values.get(key, 0)
            self._values[key] = value if kind is Kind.GAUGE else before + value
