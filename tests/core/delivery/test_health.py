"""Health of a next hop: when it stands back, for how long, and who tries it again."""

from __future__ import annotations

import pytest

from shared.core.delivery.health import FIRST_PAUSE, LONGEST_PAUSE, TRIAL, WELL, Health, failed, is_well, on_trial


def after_failures(count: int) -> tuple[Health, float]:
    """A server that failed so often, each time right after its pause, and the time of the last failure."""
    health, now = WELL, 100.0
    for index in range(count):
        if index:
            now = health.pause_ends
        health = failed(health, now, f"failure {index + 1}")
    return health, now


def test_a_server_that_nothing_is_known_of_is_well() -> None:
    assert is_well(WELL, 0.0)
    assert on_trial(WELL, 0.0) == WELL


@pytest.mark.parametrize(
    ("failures", "pause"), [(1, FIRST_PAUSE), (2, 2 * FIRST_PAUSE), (4, 8 * FIRST_PAUSE), (8, LONGEST_PAUSE), (99, LONGEST_PAUSE)]
)  # fmt: skip
def test_the_pause_doubles_up_to_a_limit(failures: int, pause: float) -> None:
    health, now = after_failures(failures)
    assert health.pause_ends - now == pause
    assert not is_well(health, now + pause - 0.1)
    assert is_well(health, now + pause)
    assert health.text == f"failure {failures}"


def test_failures_of_deliveries_that_began_before_the_pause_count_once() -> None:
    health, now = after_failures(1)
    for _ in range(50):
        health = failed(health, now + 1, "also")
    assert (health.failures, health.pause_ends) == (1, now + FIRST_PAUSE)
    assert health.text == "also"


def test_one_at_a_time_tries_it_when_the_pause_is_over() -> None:
    health, now = after_failures(1)
    later = now + FIRST_PAUSE
    assert is_well(health, later)
    trying = on_trial(health, later)
    assert not is_well(trying, later)
    assert not is_well(trying, later + TRIAL - 0.1)
    assert is_well(trying, later + TRIAL)  # whoever tried it never told


def test_a_failed_trial_makes_the_next_pause_longer() -> None:
    health, now = after_failures(1)
    again = failed(on_trial(health, now + FIRST_PAUSE), now + FIRST_PAUSE + 1, "still down")
    assert (again.failures, again.pause_ends) == (2, now + FIRST_PAUSE + 1 + 2 * FIRST_PAUSE)
    assert is_well(again, again.pause_ends)
