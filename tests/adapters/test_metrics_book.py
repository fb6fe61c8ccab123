"""The numbers of one process: bounded, exact among threads, and cheap where mail waits for them."""

from __future__ import annotations

import threading

from shared.adapters import metrics_book
from shared.adapters.metrics_book import BOUNDS, GAUGE_LASTS, MOST_HOPS, MOST_TENANTS, OTHER, MetricsBook
from shared.ports_metrics import Labels, Metric


def test_tenants_and_hops_that_are_too_many_are_counted_together() -> None:
    book = MetricsBook()
    for number in range(MOST_TENANTS + 50):
        book.add(Metric.JUDGED, Labels(tenant=f"t{number}", outcome="hold"))
    for number in range(MOST_HOPS + 7):
        book.add(Metric.TRANSACTIONS, Labels(hop=f"h{number}:25", outcome="accepted"))
    found = {(one.metric, dict(one.labels).get("tenant") or dict(one.labels).get("hop")): one for one in book.series()}
    assert found[Metric.JUDGED, OTHER].value == 50
    assert found[Metric.TRANSACTIONS, OTHER].value == 7
    assert len(found) == MOST_TENANTS + MOST_HOPS + 2
    book.add(Metric.JUDGED, Labels(tenant="t3", outcome="hold"))
    assert next(one for one in book.series() if dict(one.labels).get("tenant") == "t3").value == 2


def test_series_that_are_too_many_are_counted_together() -> None:
    book = MetricsBook()
    for number in range(metrics_book.MOST_SERIES + 100):
        book.add(Metric.NOTICES, Labels(tenant="demo", outcome=f"word-{number}"))
    series = book.series()
    assert len(series) == metrics_book.MOST_SERIES + 1
    assert sum(one.value for one in series) == metrics_book.MOST_SERIES + 100


def test_a_gauge_that_nobody_sets_again_is_forgotten() -> None:
    now = [0.0]
    book = MetricsBook(lambda: now[0])
    book.set(Metric.UNJUDGED_AGE, 40.0)
    book.add(Metric.SWEEP_FOUND)
    now[0] += GAUGE_LASTS - 1
    assert {one.metric for one in book.series()} == {Metric.UNJUDGED_AGE, Metric.SWEEP_FOUND}
    now[0] += 2
    assert {one.metric for one in book.series()} == {Metric.SWEEP_FOUND}


def test_a_value_on_a_bound_belongs_to_the_class_below() -> None:
    book = MetricsBook()
    for value in (0.0, BOUNDS[0], BOUNDS[0] + 0.01, BOUNDS[-1] + 1):
        book.observe(Metric.DELIVERY_DELAY, value, Labels(outcome="passed"))
    (series,) = book.series()
    assert (series.classes[0], series.classes[1], series.classes[-1], len(series.classes)) == (2, 1, 1, len(BOUNDS) + 1)


def test_no_count_is_lost_among_threads() -> None:
    book = MetricsBook()

    def count() -> None:
        for _ in range(2000):
            book.add(Metric.JUDGED, Labels(tenant="demo", outcome="hold"))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.value for one in book.series()] == [16000]
