"""Due work: whatever was interrupted goes on, and nothing is done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.record import OutboxKind, State
from shared.core.policy.tenant_settings import HoldNotices
from shared.errors import NotFound, StorageUnavailable
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.run_due import run_due
from shared.usecases.sweep_spool import sweep_spool
from tests.support.app import INSIDE, OUTSIDE, World, make_settings

WATCH = timedelta(seconds=31)


def test_an_effect_whose_queue_message_was_not_sent_is_sent_later() -> None:
    world = World()
    ref = world.receive(INSIDE)
    world.queue.trouble.before("send", StorageUnavailable("queue down"))
    assert evaluate_message(world.app, ref) is True
    assert world.queue.items == ()
    world.clock.advance(seconds=WATCH.total_seconds())
    run_due(world.app)
    assert OutboxKind.DELIVER in [item.entry.kind for item in world.queue.items]
    world.work()
    assert world.record(ref).state is State.DELIVERED


def test_an_effect_that_was_sent_but_not_forgotten_is_sent_again_and_does_no_harm() -> None:
    world = World()
    ref = world.receive(INSIDE)
    world.messages.trouble.before("outbox_sent", StorageUnavailable("down"))
    evaluate_message(world.app, ref)
    world.work()
    world.clock.advance(seconds=WATCH.total_seconds())
    run_due(world.app)
    world.work()
    assert len(world.next_hop.transactions) == 1


def test_a_queue_message_that_was_lost_is_made_again() -> None:
    world = World()
    ref = world.judge(INSIDE)
    assert world.queue.take("deliver") is not None
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert len(world.next_hop.transactions) == 1


def test_a_crash_between_schedule_and_state_leaves_a_note_that_does_no_harm() -> None:
    world = World()
    ref = world.receive(OUTSIDE)
    world.messages.trouble.before("create", StorageUnavailable("crash"))
    with pytest.raises(StorageUnavailable):
        evaluate_message(world.app, ref)
    assert world.schedule.entries
    world.clock.advance(hours=5)
    run_due(world.app)
    assert world.record(ref).state is State.HELD


def test_reminders_come_when_due_and_a_tick_twice_sends_one() -> None:
    world = World(make_settings(notices=HoldNotices(reminder_hours=1.0, reminders=2)))
    ref = world.judge(OUTSIDE)
    world.work()
    for number in (1, 2):
        world.clock.advance(hours=1)
        run_due(world.app)
        run_due(world.app)
        assert world.record(ref).reminders_sent == number
        assert [item.entry.kind for item in world.queue.items] == [OutboxKind.HOLD_NOTICE]
        world.work()


@pytest.mark.parametrize(
    ("at_end", "state"),
    [
        pytest.param("leave", State.HELD, id="leave"),
        pytest.param("release", State.DELIVERED, id="release"),
        pytest.param("discard", State.EXPIRED, id="discard"),
    ],
)
def test_the_end_of_a_hold_is_the_tenants_choice(at_end: str, state: State) -> None:
    world = World(make_settings(notices=HoldNotices(reminder_hours=1.0, reminders=1, at_end=at_end)))  # type: ignore[arg-type]  # one of the literals
    ref = world.judge(OUTSIDE)
    for _ in range(3):
        world.work()
        world.clock.advance(hours=1)
        run_due(world.app)
    world.work()
    assert world.record(ref).state is state


def test_a_held_message_that_nobody_touches_costs_nothing_between_reminders() -> None:
    world = World(make_settings(notices=HoldNotices(reminder_hours=24.0)))
    world.judge(OUTSIDE)
    world.work()
    for _ in range(20):
        world.clock.advance(seconds=60)
        run_due(world.app)
    world.work()
    assert [entry.at - world.clock.now() > timedelta(hours=23) for entry in world.schedule.entries] == [True]


def test_storage_that_stumbled_is_asked_again_soon_and_not_after_minutes() -> None:
    world = World()
    ref = world.judge(INSIDE)
    while world.queue.take("deliver"):
        pass
    world.clock.advance(seconds=WATCH.total_seconds())
    world.messages.trouble.before("load", StorageUnavailable("this one"))
    assert run_due(world.app) == 1
    world.clock.advance(seconds=WATCH.total_seconds())
    run_due(world.app)
    world.work()
    assert world.record(ref).state is State.DELIVERED


def test_one_message_that_cannot_be_handled_does_not_stop_the_others() -> None:
    world = World()
    bad = world.judge(INSIDE)
    good = world.judge(INSIDE)
    while world.queue.take("deliver"):
        pass
    world.clock.advance(seconds=WATCH.total_seconds())
    world.messages.trouble.before("load", StorageUnavailable("this one"))
    run_due(world.app)
    world.work()
    assert {world.record(bad).state, world.record(good).state} == {State.DELIVERED, State.DELIVERING}
    world.pass_time(lambda: world.record(bad).state is world.record(good).state is State.DELIVERED)


def test_messages_that_nobody_can_judge_are_looked_at_ever_less_often() -> None:
    world = World()
    world.receive(INSIDE)
    world.settings_store.trouble.before("tenant", NotFound("the tenant is gone"), times=10_000)
    world.clock.advance(minutes=1)
    sweep_spool(world.app)
    looks = 0
    for _ in range(24 * 30):
        world.clock.advance(minutes=2)
        looks += run_due(world.app)
    assert 20 < looks < 50, "in a day"
    assert len(world.schedule.entries) == 1, "and it is never forgotten"
