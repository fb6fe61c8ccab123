"""What the relay tells of itself: every message where its log line is written, and its counters."""

from __future__ import annotations

import io
import json

from shared.adapters.metrics_book import MetricsBook
from shared.adapters.metrics_otlp import OtlpSender
from shared.ports_metrics import Labels, Metric
from smtp_relay.counters import Counters
from smtp_relay.logs import EventLog
from smtp_relay.telemetry import LINE_SECONDS, Telemetry
from tests.fakes.metrics import FakeMetrics
from tests.fakes.spool import FakeSpool
from tests.support.otlp_receiver import OtlpReceiver, attributes
from tests.support.relay import Dialogue, RunningRelay, wait_until


def test_counters_become_metrics_each_count_once() -> None:
    counters, metrics = Counters(), FakeMetrics()
    telemetry = Telemetry(metrics, counters, EventLog(io.StringIO()))
    counters.sessions, counters.accepted_bytes = 3, 1000
    counters.deferred["backlog"] += 2
    telemetry.tell(0.0, 12.5)
    telemetry.tell(1.0, 7.5)
    counters.sessions += 1
    counters.refused["tenant"] += 1
    telemetry.tell(2.0, 7.5)
    assert metrics.value(Metric.RELAY_SESSIONS) == 4
    assert metrics.value(Metric.RELAY_BYTES) == 1000
    assert metrics.of(Metric.RELAY_DEFERRED) == {Labels(outcome="backlog"): 2}
    assert metrics.of(Metric.RELAY_REFUSED) == {Labels(outcome="tenant"): 1}
    assert metrics.value(Metric.RELAY_BACKLOG_AGE) == 7.5


def test_a_line_a_minute_while_something_happens() -> None:
    output = io.StringIO()
    counters = Counters()
    telemetry = Telemetry(FakeMetrics(), counters, EventLog(output))
    telemetry.tell(0.0, 0.0)
    assert output.getvalue() == "", "nothing happened"
    counters.sessions = counters.accepted = 5
    telemetry.tell(LINE_SECONDS - 1, 0.0)
    assert output.getvalue() == "", "not yet"
    telemetry.tell(LINE_SECONDS, 0.0)
    telemetry.tell(LINE_SECONDS * 2, 0.0)
    (line,) = [json.loads(text) for text in output.getvalue().splitlines()]
    assert (line["event"], line["sessions"], line["accepted"]) == ("counters", 5, 5)


def test_what_a_session_did_arrives_by_otlp(spool: FakeSpool) -> None:
    with OtlpReceiver() as receiver, RunningRelay(spool, size=1000) as relay:
        book = MetricsBook()
        relay.relay.telemetry = Telemetry(book, relay.relay.counters, relay.relay.log)
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.message(b"hello")[:3] == "250"
            assert smtp.message(b"x" * 2000)[:3] == "552"
        wait_until(lambda: len(relay.logged("message")) == 2)
        relay.relay.telemetry.tell(0.0, 0.0)
        assert OtlpSender(book, receiver.endpoint, 60, "matta-relay", "one").send()
        points = receiver.metrics[Metric.RELAY_MESSAGES].sum.data_points
        counted = {attributes(point)["outcome"]: point.as_int for point in points}
        assert sum(counted.values()) == 2
        assert counted == {line["outcome"]: 1 for line in relay.logged("message")}
        assert {attributes(point)["tenant"] for point in points} == {"demo"}
        assert receiver.metrics[Metric.RELAY_BYTES].sum.data_points[0].as_int == 7
