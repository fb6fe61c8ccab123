"""Cards while Teams, storage or the people themselves are away: nothing is lost, and no other card waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import StorageUnavailable
from shared.ports_people import CopyState
from shared.ports_teams import CardRefused, NotReachable, TeamsUnavailable
from shared.usecases.refresh_cards import CLAIM, MOST_FAILURES, refresh_cards
from shared.usecases.tell_people import StillOwed
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.held_cards import BUTTONS, copies, discard, held, later, shown
from tests.support.teams_people import (
    SABURO,
    SHIRO,
    chat,
    put_in_teams,
    teams_settings,
)


@pytest.mark.parametrize("error", [NotReachable("gone"), CardRefused("no")])
def test_a_card_that_cannot_be_reached_any_more_is_forgotten_and_the_others_are_not(error: Exception) -> None:
    world, ref = held(people=(SABURO, SHIRO))
    discard(world, ref)
    world.teams.trouble.before("update_card", error)
    assert refresh_cards(world.app, ref)
    assert sorted(copy.state for copy in copies(world, ref)) == [CopyState.GIVEN_UP, CopyState.SENT]
    assert sorted(len(buttons) for buttons in shown(world, SABURO, SHIRO)) == [0, 2]
    assert not refresh_cards(world.app, ref)


@pytest.mark.parametrize("leave", ["directory", "conversation"])
def test_whoever_left_sees_nothing_new(leave: str) -> None:
    world, ref = held()
    discard(world, ref)
    if leave == "directory":
        world.directory.remove("demo", [SENDER])
    else:
        world.conversations.remove("demo", "id-hanako")
    assert refresh_cards(world.app, ref)
    assert shown(world) == [BUTTONS]
    assert [copy.state for copy in copies(world, ref)] == [CopyState.GIVEN_UP]


def test_teams_away_for_a_day_shows_the_outcome_when_it_is_back() -> None:
    world, ref = held()
    world.teams.trouble.before("update_card", TeamsUnavailable("down"), times=1000)
    discard(world, ref)
    for _ in range(24 * 6):
        later(world, timedelta(minutes=10))
    [copy] = copies(world, ref)
    assert 5 <= copy.failures < MOST_FAILURES, "in growing pauses"
    assert shown(world) == [BUTTONS]
    world.teams.trouble.clear()
    for _ in range(6 * 6):
        later(world, timedelta(minutes=10))
    assert shown(world) == [set()]
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()


def test_one_card_that_fails_keeps_no_other() -> None:
    world, ref = held(people=(SABURO, SHIRO))
    discard(world, ref)
    world.teams.trouble.before("update_card", TeamsUnavailable("down"))
    with pytest.raises(StillOwed):
        refresh_cards(world.app, ref)
    assert sorted(len(buttons) for buttons in shown(world, SABURO, SHIRO)) == [0, 2]
    assert refresh_cards(world.app, ref)
    assert shown(world, SABURO, SHIRO) == [set(), set()]


def test_a_card_that_fails_for_ever_is_left_as_it_is() -> None:
    world, ref = held()
    discard(world, ref)
    world.teams.trouble.before("update_card", TeamsUnavailable("down"), times=MOST_FAILURES)
    for _ in range(MOST_FAILURES - 1):
        with pytest.raises(StillOwed):
            refresh_cards(world.app, ref)
    assert refresh_cards(world.app, ref)
    assert [copy.state for copy in copies(world, ref)] == [CopyState.GIVEN_UP]


def test_teams_is_left_alone_for_as_long_as_it_asks() -> None:
    world, ref = held(people=(SABURO, SHIRO))
    discard(world, ref)
    world.teams.trouble.before("update_card", TeamsUnavailable("429", 60.0))
    for seconds in (0, 30, 29):
        world.clock.advance(seconds=seconds)
        with pytest.raises(StillOwed):
            refresh_cards(world.app, ref)
    assert shown(world, SABURO, SHIRO) == [BUTTONS, BUTTONS]
    world.clock.advance(seconds=1)
    assert refresh_cards(world.app, ref)
    assert shown(world, SABURO, SHIRO) == [set(), set()]


def test_a_crash_in_the_middle_is_taken_over_when_the_claim_ends() -> None:
    world, ref = held()
    discard(world, ref)
    world.ledger.trouble.before("write", StorageUnavailable("down"), times=2)
    with pytest.raises(StorageUnavailable):
        refresh_cards(world.app, ref)
    with pytest.raises(StillOwed):
        refresh_cards(world.app, ref)
    world.clock.advance(seconds=CLAIM.total_seconds())
    assert refresh_cards(world.app, ref)
    assert {copy.showed for copy in copies(world, ref)} == {world.record(ref).event_count}


def test_a_card_whose_id_got_lost_is_no_trouble() -> None:
    world = World(teams_settings())
    put_in_teams(world, SENDER)
    post = world.teams.post_card
    world.teams.post_card = lambda *values: post(*values) and ""  # type: ignore[method-assign]
    ref = world.judge(OUTSIDE)
    world.work()
    discard(world, ref)
    assert not refresh_cards(world.app, ref)
    assert len(chat(world)) == 1
