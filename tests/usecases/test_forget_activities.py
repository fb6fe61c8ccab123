"""What Teams sent is known for two days and then forgotten, so much in one run."""

from __future__ import annotations

import pytest

from shared.errors import StorageUnavailable
from shared.usecases.forget_activities import KEPT_FOR, MOST_AT_ONCE, forget_activities
from tests.support.app import World


def test_activities_are_forgotten_after_two_days_in_runs_of_bounded_work() -> None:
    world = World()
    for number in range(MOST_AT_ONCE + 3):
        world.conversations.first_time("demo", str(number), world.clock.now())
    world.clock.advance(seconds=KEPT_FOR.total_seconds())
    assert forget_activities(world.app) == 0
    world.clock.advance(hours=1)
    assert [forget_activities(world.app) for _ in range(3)] == [MOST_AT_ONCE, 3, 0]
    assert world.conversations.first_time("demo", "1", world.clock.now())


def test_storage_that_is_down_is_left_for_the_next_run() -> None:
    world = World()
    world.conversations.first_time("demo", "1", world.clock.now())
    world.clock.advance(hours=60)
    world.conversations.trouble.before("forget_seen", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        forget_activities(world.app)
    assert forget_activities(world.app) == 1
