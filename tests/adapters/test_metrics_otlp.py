"""Metrics by OTLP, against a receiver that reads them by the protocol's own definitions."""

from __future__ import annotations

import subprocess
import sys

import pytest

from shared.adapters.metrics_book import BOUNDS, MetricsBook, metrics_of
from shared.adapters.metrics_otlp import OtlpSender, SentMetrics
from shared.ports_metrics import INSTRUMENTS, Kind, Labels, Metric
from shared.settings import MisconfiguredProcess, ProcessSettings
from tests.support.otlp_receiver import OtlpReceiver, attributes


def fill(book: MetricsBook) -> None:
    """One value for every instrument."""
    labels = Labels("demo", "word", "hop.example:587")
    for metric, instrument in INSTRUMENTS.items():
        if instrument.kind is Kind.COUNTER:
            book.add(metric, labels, 3)
        elif instrument.kind is Kind.GAUGE:
            book.set(metric, 1.5, labels)
        else:
            book.observe(metric, 0.3, labels)


def test_every_instrument_arrives_as_it_was_counted() -> None:
    book = MetricsBook()
    fill(book)
    with OtlpReceiver() as receiver:
        assert OtlpSender(book, receiver.endpoint, 3600, "matta-test", "one").send()
        assert receiver.problems == []
        assert receiver.metrics.keys() == {str(metric) for metric in Metric}
        assert receiver.resource["service.name"] == "matta-test"
        assert receiver.resource["service.instance.id"] == "one"
        for metric, instrument in INSTRUMENTS.items():
            found = receiver.metrics[metric]
            assert found.unit == instrument.unit
            kind = {"counter": "sum", "gauge": "gauge", "histogram": "histogram"}[instrument.kind]
            assert found.WhichOneof("data") == kind
            (point,) = getattr(found, kind).data_points
            values = {"tenant": "demo", "outcome": "word", "hop": "hop.example:587"}
            assert attributes(point) == {name: values[name] for name in instrument.labels}
            assert point.time_unix_nano > 0
            if instrument.kind is Kind.COUNTER:
                assert (point.as_int, found.sum.is_monotonic, found.sum.aggregation_temporality) == (3, True, 2)
                assert 0 < point.start_time_unix_nano <= point.time_unix_nano
            elif instrument.kind is Kind.GAUGE:
                assert point.as_double == 1.5
            else:
                assert (point.count, point.sum, tuple(point.explicit_bounds)) == (1, 0.3, BOUNDS)
                assert list(point.bucket_counts) == [0, 0, 1] + [0] * (len(BOUNDS) - 2)


def test_what_a_receiver_did_not_take_is_in_the_next_transmission() -> None:
    book = MetricsBook()
    with OtlpReceiver() as receiver:
        sender = OtlpSender(book, receiver.endpoint, 3600, "matta-test", "one")
        book.add(Metric.SWEEP_FOUND)
        receiver.status = 503
        assert not sender.send()
        receiver.status = 200
        book.add(Metric.SWEEP_FOUND)
        assert sender.send()
        assert receiver.metrics[Metric.SWEEP_FOUND].sum.data_points[0].as_int == 2


def test_a_receiver_that_is_away_disturbs_nobody() -> None:
    metrics = SentMetrics(book := MetricsBook(), OtlpSender(book, "http://127.0.0.1:9", 1, "matta-test", "one"))
    metrics.add(Metric.SWEEP_FOUND)
    assert not OtlpSender(book, "http://127.0.0.1:9", 1, "matta-test", "one").send(0.5)
    assert book.series()[0].value == 1


def test_numbers_go_out_by_themselves_and_at_the_end_of_the_process() -> None:
    program = (
        "import sys\n"
        "from shared.adapters.metrics_book import metrics_of\n"
        "from shared.ports_metrics import Metric\n"
        "from shared.settings import ProcessSettings\n"
        "metrics = metrics_of(ProcessSettings('x', otlp_endpoint=sys.argv[1], otlp_seconds=float(sys.argv[2])), 'app')\n"
        "metrics.add(Metric.SWEEP_FOUND)\n"
        "if float(sys.argv[2]) < 100: input()\n"
    )
    with OtlpReceiver() as receiver:
        ends = [sys.executable, "-c", program, receiver.endpoint, "3600"]
        subprocess.run(ends, check=True, timeout=60)
        assert receiver.metrics[Metric.SWEEP_FOUND].sum.data_points[0].as_int == 1
        receiver.came.clear()
        receiver.requests.clear()
        runs = subprocess.Popen([sys.executable, "-c", program, receiver.endpoint, "1"], stdin=subprocess.PIPE)
        try:
            assert receiver.came.wait(60)
            assert runs.poll() is None
        finally:
            runs.communicate(b"\n", timeout=60)
        assert receiver.resource["service.name"] == "app"


@pytest.mark.parametrize("endpoint", ["collector:4318", "file:///etc/passwd", "http://", "x"])
def test_an_endpoint_that_is_no_address_stops_the_start(endpoint: str) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_OTLP_ENDPOINT"):
        metrics_of(ProcessSettings("x", otlp_endpoint=endpoint), "app")


def test_without_an_endpoint_nothing_is_sent_and_nothing_more_is_loaded() -> None:
    program = (
        "import sys\n"
        "from shared.adapters.metrics_book import metrics_of\n"
        "from shared.ports_metrics import Metric\n"
        "from shared.settings import ProcessSettings\n"
        "metrics_of(ProcessSettings('x'), 'app').add(Metric.SWEEP_FOUND)\n"
        "assert 'shared.adapters.metrics_otlp' not in sys.modules and 'urllib.request' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
