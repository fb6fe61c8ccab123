"""What is counted and what is logged is the same, once for each change, however often a trigger runs."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

from shared.core.hold.record import State
from shared.core.policy.tenant_settings import HoldNotices
from shared.errors import StorageUnavailable
from shared.ports_metrics import Labels, Metric
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.run_due import run_due
from shared.usecases.sweep_spool import sweep_spool
from tests.support.app import INSIDE, OUTSIDE, World, make_settings


def counted(world: World, metric: Metric) -> dict[str, float]:
    return {labels.outcome: value for labels, value in world.metrics.of(metric).items()}


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(record.message) for record in caplog.records if record.name == "matta"]


def test_a_message_that_passes_is_counted_from_judging_to_delivery(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "matta")
    world = World()
    ref = world.judge(INSIDE)
    evaluate_message(world.app, ref)  # a trigger that runs twice
    world.work()
    assert world.metrics.value(Metric.JUDGED, Labels("demo", "deliver")) == 1
    assert counted(world, Metric.EVENTS) == {"passed": 1, "delivered": 1}
    assert world.metrics.value(Metric.DELIVERY_DELAY, Labels(outcome="passed")) == 1
    assert world.metrics.of(Metric.TRANSACTIONS) == {Labels(hop="hop.example:25", outcome="accepted"): 1}
    assert world.metrics.of(Metric.NEXT_HOP_WELL) == {Labels(hop="hop.example:25"): 1}
    lines = [(line["stage"], line["outcome"]) for line in logged(caplog)]
    assert lines == [("decide", "deliver"), ("deliver", "accepted"), ("delivery", "delivered")]


def test_a_deferred_and_bounced_message_is_counted_at_each_step() -> None:
    world = World()
    world.next_hop.answer(INSIDE, 451)
    ref = world.judge(INSIDE)
    world.work()
    assert counted(world, Metric.EVENTS) == {"passed": 1, "deferred": 1}
    world.next_hop.answer(INSIDE, 550)
    world.pass_time(lambda: world.record(ref).state is State.BOUNCED)
    assert counted(world, Metric.EVENTS)["bounced"] == 1
    assert counted(world, Metric.TRANSACTIONS)["refused"] >= 2
    assert world.metrics.value(Metric.NEXT_HOP_WELL, Labels(hop="hop.example:25")) == 1, "it answers"
    world.work()
    assert counted(world, Metric.NOTICES) == {"mail": 1}, "the DSN"
    assert sum(counted(world, Metric.JUDGED).values()) == 1, "Matta's own mail is no mail of the tenant's"


def test_a_held_message_that_time_discards_has_a_line_for_each_count(caplog: pytest.LogCaptureFixture) -> None:
    world = World(make_settings(notices=HoldNotices(at_end="discard")))
    ref = world.judge(OUTSIDE)
    caplog.set_level(logging.INFO, "matta")
    world.pass_time(lambda: world.record(ref).state.is_final, step=timedelta(hours=1))
    states = [str(line["outcome"]) for line in logged(caplog) if line["stage"] == "state"]
    events = counted(world, Metric.EVENTS)
    assert {code: states.count(code) for code in events if code != "held"} == {
        code: count for code, count in events.items() if code != "held"
    }
    run_due(world.app)
    assert counted(world, Metric.EVENTS) == events


def test_a_change_that_was_not_stored_counts_for_nothing() -> None:
    world = World()
    world.messages.trouble.before("create", StorageUnavailable("down"))
    ref = world.receive(INSIDE)
    with pytest.raises(StorageUnavailable):
        evaluate_message(world.app, ref)
    assert world.metrics.of(Metric.EVENTS) == {}


def test_the_sweep_counts_what_it_finds_and_how_far_behind_it_is() -> None:
    world = World()
    world.receive(INSIDE)
    world.clock.advance(seconds=100)
    sweep_spool(world.app)
    assert world.metrics.value(Metric.SWEEP_FOUND) == 1
    assert world.metrics.value(Metric.UNJUDGED_AGE) == 0, "it is through"
