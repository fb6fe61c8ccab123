"""What every ``Clock`` and ``Random`` does: the fakes and the machine's own are held to the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.system import SystemClock, SystemRandom
from shared.ports import Clock, Random
from tests.fakes.clock import FakeClock
from tests.fakes.random import FakeRandom


@pytest.fixture(params=[FakeClock, SystemClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


@pytest.fixture(params=[FakeRandom, SystemRandom])
def random(request: pytest.FixtureRequest) -> Random:
    made: Random = request.param()
    return made


def test_now_is_an_aware_moment_in_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_now_never_goes_back_by_itself(clock: Clock) -> None:
    moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments)


def test_the_machines_clock_tells_the_machines_time() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("length", [0, 1, 10, 32, 1000])
def test_random_bytes_have_the_length_asked_for(random: Random, length: int) -> None:
    assert len(random.token(length)) == length


def test_random_bytes_do_not_repeat(random: Random) -> None:
    assert len({random.token(10) for _ in range(1000)}) == 1000


def test_the_fake_goes_where_it_is_set() -> None:
    clock = FakeClock()
    start = clock.now()
    assert clock.advance(minutes=1, microseconds=1) == start + timedelta(minutes=1, microseconds=1)
    clock.set(start)
    assert clock.now() == start


def test_the_fake_gives_the_same_bytes_for_the_same_seed_only() -> None:
    assert FakeRandom(7).token(16) == FakeRandom(7).token(16) != FakeRandom(8).token(16)
