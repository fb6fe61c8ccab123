"""Metrics sent by OTLP over HTTP, as JSON (OpenTelemetry Protocol 1.x, "OTLP/HTTP" and "JSON Protobuf Encoding").

Written by hand, since one request with numbers is all that is needed: OpenTelemetry's own SDK and exporter bring ten
packages, among them protobuf, into the functions and the relay (docs/adr/0084). The tests hold what is sent against the
protocol's own definitions.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
import urllib.error
import urllib.request
import weakref
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import msgspec

from shared.adapters.metrics_book import BOUNDS, MetricsBook, Pairs, Series
from shared.ports_metrics import INSTRUMENTS, NO_LABELS, Kind, Labels, Metric
from shared.settings import VERSION, MisconfiguredProcess

SEND_SECONDS = 10.0
"""Longest wait for the receiver."""
_LAST_SECONDS = 2.0
"""The same when the process ends."""
_CUMULATIVE = 2
"""AGGREGATION_TEMPORALITY_CUMULATIVE of opentelemetry/proto/metrics/v1/metrics.proto."""
_logger = logging.getLogger("matta.metrics")

Json = dict[str, object]


class OtlpSender:
    """Sends a book again and again from a thread of its own. A receiver that is away costs nothing but its gap."""

    def __init__(self, book: MetricsBook, endpoint: str, seconds: float, service: str, instance: str) -> None:
        """``endpoint`` is what comes before ``/v1/metrics``. Raises ``MisconfiguredProcess`` for no address of HTTP."""
        if urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname:
            raise MisconfiguredProcess("MATTA_OTLP_ENDPOINT must be an address that begins with http:// or https://")
        self._book = book
        self._url = endpoint.rstrip("/") + "/v1/metrics"
        self._seconds = max(seconds, 1.0)
        self._names = (("service.name", service), ("service.version", VERSION), ("service.instance.id", instance))
        self._started = time.time_ns()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._was_well = True

    def start(self) -> None:
        """Begin to send, once; the last numbers go out when the process ends."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                atexit.register(_end, weakref.ref(self))
                self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Send what there is a last time, and no more."""
        self._stopping.set()
        thread = self._thread
        if thread is not None and thread.is_alive():
            thread.join(_LAST_SECONDS + 1)

    def send(self, timeout: float = SEND_SECONDS) -> bool:
        """Send everything as it stands; whether it was taken. Never raises."""
        body = encode(self._book.series(), self._names, self._started, time.time_ns())
        # S310: the scheme was looked at when this was made.
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
                answer.read(65536)
            is_well, why = True, ""
        except (OSError, urllib.error.URLError, ValueError) as error:  # an HTTP status of failure is a URLError, too
            is_well, why = False, f"{type(error).__name__}: {error}"
        if is_well != self._was_well:
            _logger.warning("metrics are sent again" if is_well else f"metrics cannot be sent: {why}")
        self._was_well = is_well
        return is_well

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            self.send()
        self.send(_LAST_SECONDS)


class SentMetrics:
    """``Metrics`` that are added up and sent. The thread begins with the first number, never at import."""

    def __init__(self, book: MetricsBook, sender: OtlpSender) -> None:
        self._book = book
        self._sender = sender

    def add(self, metric: Metric, labels: Labels = NO_LABELS, amount: int = 1) -> None:
        """See the port."""
        self._book.add(metric, labels, amount)
        self._sender.start()

    def observe(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """See the port."""
        self._book.observe(metric, value, labels)
        self._sender.start()

    def set(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """See the port."""
        self._book.set(metric, value, labels)
        self._sender.start()


def encode(series: Iterable[Series], names: Sequence[tuple[str, str]], started: int, now: int) -> bytes:
    """An ExportMetricsServiceRequest. Times are nanoseconds since the epoch; whole numbers of 64 bits are texts."""
    by_metric: dict[Metric, list[Series]] = {}
    for one in series:
        by_metric.setdefault(one.metric, []).append(one)
    metrics = [_metric(metric, found, started, now) for metric, found in sorted(by_metric.items())]
    scope: Json = {"scope": {"name": "matta", "version": VERSION}, "metrics": metrics}
    return msgspec.json.encode(
        {"resourceMetrics": [{"resource": {"attributes": _attributes(names)}, "scopeMetrics": [scope]}]}
    )


def _metric(metric: Metric, series: Sequence[Series], started: int, now: int) -> Json:
    instrument = INSTRUMENTS[metric]
    written: Json = {"name": str(metric), "description": instrument.text, "unit": instrument.unit}
    points = [_point(instrument.kind, one, started, now) for one in series]
    if instrument.kind is Kind.GAUGE:
        return written | {"gauge": {"dataPoints": points}}
    if instrument.kind is Kind.HISTOGRAM:
        return written | {"histogram": {"dataPoints": points, "aggregationTemporality": _CUMULATIVE}}
    return written | {"sum": {"dataPoints": points, "aggregationTemporality": _CUMULATIVE, "isMonotonic": True}}


def _point(kind: Kind, one: Series, started: int, now: int) -> Json:
    point: Json = {"attributes": _attributes(one.labels), "timeUnixNano": str(now)}
    if kind is Kind.GAUGE:
        return point | {"asDouble": float(one.value)}
    point["startTimeUnixNano"] = str(started)
    if kind is Kind.COUNTER:
        return point | {"asInt": str(int(one.value))}
    counts = [str(count) for count in one.classes]
    return point | {"count": str(one.count), "sum": one.value, "bucketCounts": counts, "explicitBounds": BOUNDS}


def _attributes(pairs: Pairs | Sequence[tuple[str, str]]) -> list[Json]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in pairs if value]


def _end(sender: weakref.ref[OtlpSender]) -> None:
    still_there = sender()
    if still_there is not None:
        still_there.stop()
