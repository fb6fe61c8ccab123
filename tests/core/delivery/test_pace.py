"""The pace of transactions: never more in a minute than allowed, but for what may come at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core.delivery.pace import BURST_SECONDS, next_turn


def test_turns_come_evenly() -> None:
    full_at, waits = 0.0, []
    for _ in range(4):
        wait, full_at = next_turn(full_at, 30, 1000.0)
        waits.append(wait)
    assert waits == [0.0, 2.0 - 0.0, 4.0, 6.0]


def test_a_seconds_worth_may_come_at_once() -> None:
    full_at, waits = 0.0, []
    for _ in range(12):
        wait, full_at = next_turn(full_at, 600, 1000.0)
        waits.append(round(wait, 6))
    assert waits == [0.0] * 10 + [0.1, 0.2]


def test_after_a_silence_there_is_no_more_than_that() -> None:
    _, full_at = next_turn(0.0, 60, 0.0)
    assert next_turn(full_at, 60, 5000.0)[0] == 0.0
    assert next_turn(next_turn(full_at, 60, 5000.0)[1], 60, 5000.0)[0] == 1.0


@given(st.integers(1, 100_000), st.lists(st.floats(0, 3), max_size=300))
def test_no_minute_has_more_than_the_limit_and_its_burst(a_minute: int, gaps: list[float]) -> None:
    now, full_at, turns = 1000.0, 0.0, []
    for gap in gaps:
        now += gap
        wait, full_at = next_turn(full_at, a_minute, now)
        turns.append(now + wait)
    burst = max(a_minute * BURST_SECONDS / 60, 1.0)
    for index, turn in enumerate(turns):
        within = sum(1 for other in turns[index:] if other < turn + 60)
        assert within <= a_minute + burst + 1e-6 + 1
