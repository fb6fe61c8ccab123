"""Whether a series of samples grows: a slope that outliers cannot move. Pure. Local tooling; no stage of the mail flow.

The Theil–Sen estimator is the median of the slopes between all pairs of points (Sen 1968); more than a quarter of the
samples would have to be wrong before it is.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

FLAT_PERCENT = 10.0
"""Growth in an hour, as a part of the median, up to which a series counts as flat."""


@dataclass(frozen=True, slots=True)
class Trend:
    """``per_hour`` in the samples' unit. ``percent_per_hour`` relates it to the median."""

    median: float
    per_hour: float

    @property
    def percent_per_hour(self) -> float:
        """Growth in an hour; 0 where there is nothing to grow."""
        return 100 * self.per_hour / self.median if self.median else 0.0

    @property
    def is_flat(self) -> bool:
        """Whether it grows by no more than ``FLAT_PERCENT`` in an hour. What shrinks is flat, too."""
        return self.percent_per_hour <= FLAT_PERCENT


def trend(samples: Sequence[tuple[float, float]]) -> Trend:
    """The trend of the second half of ``samples`` (seconds, value): in the first, caches and pools fill.

    :raises ValueError: fewer than four samples.
    """
    if len(samples) < 4:
        raise ValueError("a trend needs four samples")
    half = samples[len(samples) // 2 :]
    slopes = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in combinations(half, 2)]
    return Trend(statistics.median(value for _, value in half), statistics.median(slopes) * 3600)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which that many of a hundred lie (nearest rank); 0 where there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]
