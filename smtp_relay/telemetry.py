"""What the relay counts as metrics: each message where its log line is written, the rest from ``Counters``. Stage receive.

Every minute the counters are also one log line (``"event": "counters"``): where nothing receives OTLP, the workbook reads
that.
"""

from __future__ import annotations

from collections import Counter

from shared.ports_metrics import NO_LABELS, Labels, Metric, Metrics
from smtp_relay.counters import Counters
from smtp_relay.logs import EventLog

LINE_SECONDS = 60.0


class Telemetry:
    """One for a relay. Not for use from several threads."""

    def __init__(self, metrics: Metrics, counters: Counters, log: EventLog) -> None:
        self.metrics = metrics
        self._counters = counters
        self._log = log
        self._told: Counter[tuple[Metric, Labels]] = Counter()
        self._line_due = 0.0
        self._last_line: dict[str, int] = {}

    def message(self, tenant_id: str, outcome: str) -> None:
        """A message has come to its end: what its log line calls the outcome."""
        self.metrics.add(Metric.RELAY_MESSAGES, Labels(tenant_id, outcome))

    def tell(self, now: float, backlog_seconds: float) -> None:
        """Bring the metrics up to the counters. ``now`` is monotonic time in seconds."""
        counters = self._counters
        present: dict[tuple[Metric, Labels], int] = {
            (Metric.RELAY_SESSIONS, NO_LABELS): counters.sessions,
            (Metric.RELAY_BYTES, NO_LABELS): counters.accepted_bytes,
        }
        for metric, by_reason in ((Metric.RELAY_DEFERRED, counters.deferred), (Metric.RELAY_REFUSED, counters.refused)):
            present |= {(metric, Labels(outcome=reason)): count for reason, count in by_reason.items()}
        for (metric, labels), count in present.items():
            if grown := count - self._told[metric, labels]:
                self.metrics.add(metric, labels, grown)
                self._told[metric, labels] = count
        self.metrics.set(Metric.RELAY_BACKLOG_AGE, backlog_seconds)
        if now >= self._line_due:
            self._line_due = now + LINE_SECONDS
            self._write()

    def _write(self) -> None:
        """Nothing where nothing happened: an idle relay writes no lines."""
        counters = self._counters
        line = {
            "sessions": counters.sessions,
            "accepted": counters.accepted,
            "bytes": counters.accepted_bytes,
            "deferred": counters.deferred.total(),
            "refused": counters.refused.total(),
        }
        if any(line.values()) and line != self._last_line:
            self._log.write("counters", **line)
        self._last_line = line
