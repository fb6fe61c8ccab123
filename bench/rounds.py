"""Interleaved rounds: ours and the baseline in turns, so that what the machine does meanwhile hits both alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Rounds:
    """Measurements of the rounds, in the order in which they were made."""

    ours: Sequence[float]
    baseline: Sequence[float]

    @property
    def ratios(self) -> Sequence[float]:
        """Ours through baseline, round by round."""
        return [ours / baseline for ours, baseline in zip(self.ours, self.baseline, strict=True)]

    @property
    def ratio(self) -> float:
        """The median ratio."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> str:
        """Lowest and highest ratio."""
        return f"{min(self.ratios):.2f}–{max(self.ratios):.2f}"


def interleave(ours: Callable[[], float], baseline: Callable[[], float], rounds: int) -> Rounds:
    """Measure in turns; who goes first changes from round to round."""
    measured: tuple[list[float], list[float]] = ([], [])
    sides = (ours, baseline)
    for number in range(rounds):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            measured[side].append(sides[side]())
    return Rounds(*measured)
