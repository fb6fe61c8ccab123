"""What every ``Metrics`` does: the fake, the book, and the one that sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.adapters.metrics_book import MetricsBook
from shared.adapters.metrics_otlp import OtlpSender, SentMetrics
from shared.ports_metrics import INSTRUMENTS, Kind, Labels, Metric, Metrics
from tests.fakes.metrics import FakeMetrics

Value = Callable[[Metric, Labels], float]
DEMO = Labels(tenant="demo", outcome="held")


@pytest.fixture(params=["fake", "book", "sent"])
def setting(request: pytest.FixtureRequest) -> tuple[Metrics, Value]:
    if request.param == "fake":
        fake = FakeMetrics()
        return fake, fake.value
    book = MetricsBook()

    def value(metric: Metric, labels: Labels) -> float:
        wanted = tuple((name, getattr(labels, name)) for name in INSTRUMENTS[metric].labels)
        found = [one for one in book.series() if (one.metric, one.labels) == (metric, wanted)]
        if not found:
            return 0
        return found[0].count if INSTRUMENTS[metric].kind is Kind.HISTOGRAM else found[0].value

    if request.param == "book":
        return book, value
    return SentMetrics(book, OtlpSender(book, "http://127.0.0.1:9", 3600, "test", "1")), value


def test_counts_add_up_for_each_set_of_labels(setting: tuple[Metrics, Value]) -> None:
    metrics, value = setting
    metrics.add(Metric.JUDGED, DEMO)
    metrics.add(Metric.JUDGED, DEMO, 4)
    metrics.add(Metric.JUDGED, Labels(tenant="other", outcome="held"))
    assert value(Metric.JUDGED, DEMO) == 5
    assert value(Metric.JUDGED, Labels(tenant="other", outcome="held")) == 1
    assert value(Metric.JUDGED, Labels(tenant="nobody", outcome="held")) == 0


def test_a_gauge_has_its_last_value(setting: tuple[Metrics, Value]) -> None:
    metrics, value = setting
    metrics.set(Metric.UNJUDGED_AGE, 12.5)
    metrics.set(Metric.UNJUDGED_AGE, 3)
    assert value(Metric.UNJUDGED_AGE, Labels()) == 3


def test_a_histogram_knows_how_many_values_it_has(setting: tuple[Metrics, Value]) -> None:
    metrics, value = setting
    for seconds in (0.2, 7.0, 1e9):
        metrics.observe(Metric.DELIVERY_DELAY, seconds, Labels(outcome="passed"))
    assert value(Metric.DELIVERY_DELAY, Labels(outcome="passed")) == 3


def test_what_an_instrument_has_no_label_for_is_dropped(setting: tuple[Metrics, Value]) -> None:
    metrics, value = setting
    metrics.add(Metric.TRANSACTIONS, Labels(tenant="demo", outcome="accepted", hop="hop:25"))
    assert value(Metric.TRANSACTIONS, Labels(outcome="accepted", hop="hop:25")) == 1


def test_every_instrument_is_described_and_named_once() -> None:
    assert INSTRUMENTS.keys() == set(Metric)
    assert all(item.text and item.unit and set(item.labels) <= set(Labels._fields) for item in INSTRUMENTS.values())
