"""Rows and rounds: what counts as met, and how rounds become one number."""

from __future__ import annotations

import pytest

from bench.rounds import Rounds, interleave
from bench.rows import Row


@pytest.mark.parametrize(
    ("ratio", "goal", "met"),
    [
        pytest.param(0.8, ">= 0.8", True, id="at the lower bound"),
        pytest.param(0.79, ">= 0.8", False, id="below it"),
        pytest.param(3.0, "<= 3", True, id="at the upper bound"),
        pytest.param(3.01, "≤ 3", False, id="above it, written as in the goals' table"),
        pytest.param(0.9, "≥ 0.8", True, id="the other sign"),
        pytest.param(9.0, "", None, id="no goal"),
        pytest.param(None, "<= 3", None, id="no baseline"),
    ],
)
def test_a_goal_is_met_or_missed(ratio: float | None, goal: str, met: bool | None) -> None:
    assert Row("x", "1 ms", "2 ms", ratio, "", goal).met is met


def test_a_goal_that_is_no_comparison_is_refused() -> None:
    with pytest.raises(ValueError, match="about 3"):
        _ = Row("x", "1 ms", "2 ms", 1.0, "", "about 3").met


def test_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    rounds = Rounds(ours=[1, 40, 9], baseline=[1, 10, 3])
    assert rounds.ratios == [1, 4, 3]
    assert rounds.ratio == 3
    assert rounds.spread == "1.00–4.00"


def test_both_sides_are_measured_in_turns_and_none_is_always_first() -> None:
    order: list[str] = []

    def side(name: str, value: float) -> float:
        order.append(name)
        return value

    rounds = interleave(lambda: side("ours", 2.0), lambda: side("base", 1.0), 3)
    assert order == ["ours", "base", "base", "ours", "ours", "base"]
    assert rounds == Rounds([2.0, 2.0, 2.0], [1.0, 1.0, 1.0])
