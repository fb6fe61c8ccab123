"""Lost events: the sweeper finds what nobody judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from shared.app import App
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.errors import StorageUnavailable
from shared.ports import DueEntry, SpoolEntry
from shared.usecases.run_due import run_due
from shared.usecases.sweep_spool import sweep_spool
from tests.support.app import INSIDE, OUTSIDE, World


def test_a_message_whose_event_was_lost_is_judged_after_a_while() -> None:
    world = World()
    ref = world.receive(OUTSIDE)
    assert sweep_spool(world.app) == 0
    world.clock.advance(seconds=31)
    assert sweep_spool(world.app) == 1
    assert world.record(ref).state is State.HELD
    assert sweep_spool(world.app) == 0


def test_messages_that_were_judged_are_left_alone() -> None:
    world = World()
    world.judge(INSIDE)
    world.clock.advance(seconds=60)
    before = world.queue.items
    assert sweep_spool(world.app) == 0
    assert world.queue.items == before


def test_a_message_that_cannot_be_judged_is_tried_again_and_does_not_stop_the_others() -> None:
    world = World()
    first, second = world.receive(INSIDE), world.receive(INSIDE)
    world.clock.advance(seconds=60)
    world.messages.trouble.before("create", StorageUnavailable("down"))
    assert sweep_spool(world.app) == 1
    assert [world.messages.load(ref) is None for ref in (first, second)].count(True) == 1
    world.clock.advance(minutes=6)
    run_due(world.app)
    assert all(world.messages.load(ref) is not None for ref in (first, second))


def questions_of(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[MessageRef, MessageRef]]:
    """From now on, what the store is asked about which messages were judged."""
    asked: list[tuple[MessageRef, MessageRef]] = []
    judged = world.messages.judged

    def noted(first: MessageRef, last: MessageRef) -> frozenset[MessageRef]:
        asked.append((first, last))
        return judged(first, last)

    monkeypatch.setattr(world.messages, "judged", noted)
    return asked


@pytest.mark.parametrize(
    ("at_once", "questions"), [pytest.param(1000, 1, id="all together"), pytest.param(10, 5, id="ten at a time")]
)
def test_messages_that_came_together_are_asked_about_together(
    monkeypatch: pytest.MonkeyPatch, at_once: int, questions: int
) -> None:
    monkeypatch.setattr("shared.usecases.sweep_spool.MOST_AT_ONCE", at_once)
    world = World()
    for _ in range(20):
        world.judge(OUTSIDE)
    left = world.receive(OUTSIDE)
    for _ in range(20):
        world.judge(OUTSIDE)
    world.clock.advance(seconds=60)
    asked = questions_of(world, monkeypatch)

    def refused(ref: MessageRef) -> None:
        raise AssertionError("no message is loaded for the question whether it was judged")

    monkeypatch.setattr(world.messages, "load", refused)
    assert sweep_spool(world.app) == 1
    assert len(asked) == questions
    monkeypatch.undo()
    assert world.record(left).state is State.HELD


@pytest.mark.parametrize(
    ("pauses_seconds", "questions"),
    [
        pytest.param([0] * 5, 1, id="at the same time"),
        pytest.param([60, 60, 60], 1, id="minute by minute"),
        pytest.param([1, 3600, 1], 2, id="an hour between them"),
    ],
)
def test_a_question_reaches_no_further_than_the_messages_it_is_about(
    monkeypatch: pytest.MonkeyPatch, pauses_seconds: list[int], questions: int
) -> None:
    world = World()
    sweep_spool(world.app)
    for seconds in pauses_seconds:
        world.clock.advance(seconds=seconds)
        world.judge(INSIDE)
    world.clock.advance(seconds=60)
    asked = questions_of(world, monkeypatch)
    assert sweep_spool(world.app) == 0
    assert len(asked) == questions


def test_a_sweep_that_storage_does_not_answer_is_done_again() -> None:
    world = World()
    sweep_spool(world.app)
    ref = world.receive(OUTSIDE)
    world.clock.advance(minutes=20)
    world.messages.trouble.before("judged", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        sweep_spool(world.app)
    world.clock.advance(seconds=30)
    assert sweep_spool(world.app) == 1
    assert world.record(ref).state is State.HELD


def test_a_message_that_comes_in_just_before_a_sweep_is_found_by_a_later_one() -> None:
    world = World()
    world.clock.advance(seconds=60)
    ref = world.receive(OUTSIDE)
    sweep_spool(world.app)
    assert world.messages.load(ref) is None
    for _ in range(3):
        world.clock.advance(seconds=30)
        sweep_spool(world.app)
    assert world.record(ref).state is State.HELD


@pytest.mark.parametrize("tick", [sweep_spool, run_due])
def test_timers_leave_sending_to_the_queue_so_that_a_silent_next_hop_holds_nobody_up(
    tick: Callable[[App], int],
) -> None:
    world = World(direct_deliveries=4)
    ref = world.receive(INSIDE)
    world.schedule.add(DueEntry(ref, world.clock.now()))
    world.clock.advance(seconds=31)
    tick(world.app)
    assert world.next_hop.transactions == []
    assert world.record(ref).state is State.DELIVERING
    world.work()
    assert world.record(ref).state is State.DELIVERED


def test_after_a_long_standstill_nothing_is_forgotten() -> None:
    world = World()
    sweep_spool(world.app)
    refs = []
    for _ in range(10):
        world.clock.advance(hours=7)
        refs.append(world.receive(OUTSIDE))
    world.clock.advance(hours=1)
    assert sweep_spool(world.app) == len(refs)


@pytest.mark.parametrize(
    ("took", "rests"),
    [
        pytest.param(9, 0, id="short"),
        pytest.param(20, 60, id="long"),
        pytest.param(3600, 600, id="very-long"),
    ],
)
def test_after_a_long_sweep_that_found_nothing_sweeps_rest(
    took: int, rests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.judge(INSIDE)
    lists = slow_listing(world, took, monkeypatch)
    sweep_spool(world.app)
    assert len(lists) == 1
    for seconds, sweeps in ((rests - 1, 1), (2, 2)) if rests else ((1, 2),):
        world.clock.advance(seconds=seconds)
        sweep_spool(world.app)
        assert len(lists) == sweeps
    assert world.backlog.written[-1].count == 0


def test_a_long_sweep_that_found_something_is_followed_by_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    ref = world.receive(OUTSIDE)
    world.clock.advance(seconds=31)
    lists = slow_listing(world, 60, monkeypatch)
    assert sweep_spool(world.app) == 1
    assert world.record(ref).state is State.HELD
    sweep_spool(world.app)
    assert len(lists) == 2


def slow_listing(world: World, seconds: int, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """From now on each listing of the spool takes so long; when each one began."""
    begun: list[datetime] = []
    listed = world.spool.committed_since

    def slowly(since: datetime, until: datetime) -> Iterator[SpoolEntry]:
        begun.append(world.clock.now())
        world.clock.advance(seconds=seconds)
        return listed(since, until)

    monkeypatch.setattr(world.spool, "committed_since", slowly)
    return begun
