"""A series counts as flat when it is, and not when it grows, whatever its outliers say."""

from __future__ import annotations

import os
import random

import pytest

from local.soak.process import usage
from local.soak.trend import percentile, trend

MIB = 2.0**20
NOISE = random.Random(1)
TIMES = [10.0 * number for number in range(180)]


@pytest.mark.parametrize(
    ("values", "flat"),
    [
        pytest.param([60 * MIB for _ in TIMES], True, id="constant"),
        pytest.param([60 * MIB + NOISE.uniform(-MIB, MIB) for _ in TIMES], True, id="noise"),
        pytest.param([min(60, 30 + at / 10) * MIB for at in TIMES], True, id="fills up in the first half"),
        pytest.param([60 * MIB - at * 1000 for at in TIMES], True, id="shrinks"),
        pytest.param([60 * MIB * (10 if at % 100 == 0 else 1) for at in TIMES], True, id="outliers"),
        pytest.param([60 * MIB + at * 5000 for at in TIMES], False, id="leaks 5 kB a second"),
        pytest.param([60 * MIB + at * 5000 + NOISE.uniform(-MIB, MIB) for at in TIMES], False, id="leaks below noise"),
        pytest.param([20.0 + at // 120 for at in TIMES], False, id="one more open file every two minutes"),
        pytest.param([0.0 for _ in TIMES], True, id="nothing at all"),
    ],
)
def test_growth_is_seen_and_noise_is_not(values: list[float], flat: bool) -> None:
    found = trend(list(zip(TIMES, values, strict=True)))
    assert found.is_flat is flat


def test_growth_is_told_by_the_hour_and_in_percent() -> None:
    found = trend([(at, 1000.0 + at) for at in TIMES])
    assert found.per_hour == pytest.approx(3600)
    assert found.median == pytest.approx(1000 + 1345)
    assert found.percent_per_hour == pytest.approx(100 * 3600 / 2345)


def test_too_few_samples_are_no_trend() -> None:
    with pytest.raises(ValueError, match="four samples"):
        trend([(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)])


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        pytest.param([], 50, 0.0, id="none"),
        pytest.param([5.0], 99, 5.0, id="one"),
        pytest.param([float(number) for number in range(100)], 50, 50.0, id="middle"),
        pytest.param([float(number) for number in range(100)], 99, 99.0, id="nearly all"),
    ],
)
def test_percentile(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_a_process_is_measured() -> None:
    before = usage(os.getpid())
    assert before.resident > MIB
    assert before.threads >= 1
    with open(os.devnull) as _:
        assert usage(os.getpid()).files == before.files + 1
