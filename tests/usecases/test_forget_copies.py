"""Sightings of copies are forgotten after two days, and not while a copy may still come."""

from __future__ import annotations

from shared.core.hold.record import State
from shared.usecases.forget_copies import forget_copies
from tests.support.app import World
from tests.support.copies import A, arrive, copy_of, settle, state_of


def test_only_days_that_are_over_for_good_are_forgotten() -> None:
    world = World()
    first = arrive(world, copy_of(A), A)
    world.clock.advance(days=2)
    assert forget_copies(world.app) == 0
    world.clock.advance(days=1)
    assert [forget_copies(world.app) for _ in range(2)] == [1, 0]
    settle(world)
    assert state_of(world, first) is State.HELD, "what was decided stays"
