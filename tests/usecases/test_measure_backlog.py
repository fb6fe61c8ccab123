"""What a sweep writes of the backlog for the relay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import StorageUnavailable
from shared.usecases.sweep_spool import sweep_spool
from tests.support.app import INSIDE, World


def written(world: World) -> list[tuple[float, int]]:
    return [(backlog.oldest_seconds, backlog.count) for backlog in world.backlog.written]


def test_a_sweep_that_finds_nothing_says_that_nothing_is_behind() -> None:
    world = World()
    world.judge(INSIDE)
    world.clock.advance(seconds=60)
    sweep_spool(world.app)
    sweep_spool(world.app)
    assert written(world) == [(0.0, 0), (0.0, 0)]
    assert world.backlog.written[-1].written_at == world.clock.now()


def test_the_oldest_is_told_before_the_backlog_is_worked_off_and_then_that_it_is() -> None:
    world = World()
    for _ in range(3):
        world.receive(INSIDE)
    world.clock.advance(seconds=300)
    assert sweep_spool(world.app) == 3
    assert [(pytest.approx(age, abs=5), count) for age, count in written(world)] == [(300.0, 3), (0.0, 0)]


def test_a_sweep_that_takes_long_tells_again_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for _ in range(5):
        world.receive(INSIDE)
    world.clock.advance(seconds=300)

    def slowly(*arguments: object, **options: object) -> bool:
        world.clock.advance(seconds=6)
        return True

    monkeypatch.setattr("shared.usecases.sweep_spool.evaluate_message", slowly)
    sweep_spool(world.app)
    assert [count for _, count in written(world)] == [5, 3, 1, 0]
    assert all(
        later.written_at - one.written_at >= timedelta(seconds=6)
        for one, later in zip(world.backlog.written, world.backlog.written[1:], strict=False)
    )


def test_a_backlog_that_cannot_be_written_stops_no_sweep() -> None:
    world = World()
    world.receive(INSIDE)
    world.clock.advance(seconds=60)
    for _ in range(2):
        world.backlog.trouble.before("write", StorageUnavailable("down"))
    assert sweep_spool(world.app) == 1
    assert sweep_spool(world.app) == 0


def test_a_sweep_that_breaks_off_does_not_say_that_all_is_well() -> None:
    world = World()
    world.receive(INSIDE)
    world.clock.advance(seconds=60)
    world.messages.trouble.before("judged", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        sweep_spool(world.app)
    assert written(world) == []
