"""Levels of backpressure: thresholds, hysteresis, trickle, and what is made of an old reading."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ports_relay import Backlog
from smtp_relay.backpressure import FRESH_SECONDS, Admission, Backpressure, Level, Limits

LIMITS = Limits(slow=120, defer=900, pause=5, trickle=2, blind=3600)
START = 1_800_000_000.0


def reading(age: float, at: float = START) -> Backlog:
    return Backlog(age, 1 if age else 0, datetime.fromtimestamp(at, UTC))


def test_without_any_reading_nothing_is_slowed_down() -> None:
    pressure = Backpressure(LIMITS)
    pressure.saw(None)
    for number in range(1000):
        pressure.accepted(START + number * 100)
        assert pressure.admit(START + number * 100) == Admission()


@pytest.mark.parametrize(
    ("ages", "level"),
    [
        pytest.param([119], Level.NORMAL, id="just below slow"),
        pytest.param([120], Level.SLOW, id="at slow"),
        pytest.param([120, 61], Level.SLOW, id="slow until half of it"),
        pytest.param([120, 59], Level.NORMAL, id="below half"),
        pytest.param([61], Level.NORMAL, id="half of it is no reason to begin"),
        pytest.param([900], Level.DEFER, id="at defer"),
        pytest.param([900, 451], Level.DEFER, id="deferred until half of it"),
        pytest.param([900, 449], Level.SLOW, id="then slow"),
        pytest.param([900, 0], Level.NORMAL, id="worked off at once"),
        pytest.param([899], Level.SLOW, id="just below defer"),
    ],
)
def test_levels(ages: list[float], level: Level) -> None:
    pressure = Backpressure(LIMITS)
    for number, age in enumerate(ages):
        pressure.saw(reading(age, START + 10 * number))
        found = pressure.level(START + 10 * number)
    assert found is level


def test_the_pause_grows_with_the_age_up_to_the_longest() -> None:
    pauses = []
    for age in (120, 300, 600, 899):
        pressure = Backpressure(LIMITS)
        pressure.saw(reading(age))
        pauses.append(pressure.admit(START).pause_seconds)
    assert pauses == sorted(pauses)
    assert 0 < pauses[0] < 1
    assert 4.9 < pauses[-1] <= 5


def test_while_deferring_a_trickle_gets_in() -> None:
    pressure = Backpressure(LIMITS)
    pressure.saw(reading(1000))
    let_in = sum(not pressure.admit(START + number / 10).deferred for number in range(600))
    assert let_in == 30


def test_an_old_reading_of_a_backlog_grows_and_one_of_none_grows_with_what_was_accepted() -> None:
    behind, idle = Backpressure(LIMITS), Backpressure(LIMITS)
    behind.saw(reading(100))
    idle.saw(reading(0))
    late = START + FRESH_SECONDS + 1
    assert behind.age(late) == pytest.approx(100 + FRESH_SECONDS + 1)
    assert idle.age(late + 100_000) == 0, "nothing came, so nothing is behind"
    idle.accepted(late)
    idle.accepted(late + 500)
    assert idle.age(late + 1000) == 1000
    idle.saw(reading(0, late + 1000))
    assert idle.age(late + 1000 + FRESH_SECONDS + 1) == 0, "a new reading says that all of it was judged"


def test_nobody_is_locked_out_for_ever_by_functions_that_died() -> None:
    pressure = Backpressure(LIMITS)
    pressure.saw(reading(300))
    now = START + 1000
    assert pressure.level(now) is Level.DEFER
    assert pressure.level(now + 3599) is Level.DEFER
    assert pressure.level(now + 3600) is Level.SLOW
    assert not pressure.admit(now + 90_000).deferred
    pressure.saw(reading(950, now + 90_000))
    assert pressure.level(now + 90_000) is Level.DEFER, "measured again"
    pressure.saw(reading(0, now + 90_030))
    assert pressure.level(now + 90_030) is Level.NORMAL


def test_a_fresh_backlog_is_deferred_as_long_as_it_lasts() -> None:
    pressure = Backpressure(LIMITS)
    for number in range(200):
        pressure.saw(reading(2000, START + number * 30))
        assert pressure.level(START + number * 30) is Level.DEFER


@given(st.lists(st.tuples(st.floats(0, 5000), st.integers(-600, 600), st.booleans()), min_size=1, max_size=60))
def test_whatever_is_read_some_message_gets_in_within_a_trickle_and_pauses_are_bounded(
    steps: list[tuple[float, int, bool]],
) -> None:
    pressure = Backpressure(LIMITS)
    now = START
    for age, pause, measured in steps:
        now += pause
        if measured:
            pressure.saw(reading(age, now))
        pressure.accepted(now)
        first, second = pressure.admit(now), pressure.admit(now + LIMITS.trickle)
        assert not (first.deferred and second.deferred)
        assert 0 <= first.pause_seconds <= LIMITS.pause
