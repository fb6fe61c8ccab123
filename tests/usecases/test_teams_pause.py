"""Teams' wish to be left alone is kept for all messages of a tenant, and never for good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.usecases.teams_pause import LONGEST, note_pause, pause_of
from tests.support.app import World


def test_without_a_wish_there_is_no_pause() -> None:
    world = World()
    assert pause_of(world.app, "demo", world.clock.now()) == world.clock.now()


@pytest.mark.parametrize(
    ("asked", "kept"),
    [(timedelta(seconds=5), timedelta(seconds=5)), (timedelta(days=400), LONGEST)],
    ids=["some-seconds", "absurd"],
)
def test_a_pause_lasts_as_long_as_asked_within_reason_for_that_tenant(asked: timedelta, kept: timedelta) -> None:
    world = World()
    now = world.clock.now()
    note_pause(world.app, "demo", now + asked)
    assert pause_of(world.app, "demo", now) == now + kept
    assert pause_of(world.app, "other", now) == now
    world.clock.advance(seconds=kept.total_seconds() + 1)
    assert pause_of(world.app, "demo", world.clock.now()) == world.clock.now()
