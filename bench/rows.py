"""``Row``: one measured ratio against its goal. What every benchmark module returns and `./dev bench` prints.

A ratio is measured side by side with its baseline in the same run, in interleaved rounds; the row carries the median
and the spread. Absolute times are shown for orientation and never judged.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table.

    ``ours`` and ``baseline`` are what was measured, with unit, for people (``"812/s"``, ``"4.1 ms"``). ``ratio`` is the
    median over the rounds, ``None`` where the baseline can't be had here; ``spread`` is the lowest and highest round
    (``"0.79–0.88"``). ``goal`` is a comparison such as ``">= 0.8"`` or ``"<= 3"``, empty where the line only informs.
    ``note`` says what stands in the way, or how the numbers came about.
    """

    name: str
    ours: str
    baseline: str
    ratio: float | None
    spread: str
    goal: str
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the ratio meets the goal; ``None`` where there is no goal or no ratio.

        Raises ``ValueError`` for a goal that is no comparison.
        """
        if not self.goal or self.ratio is None:
            return None
        sign, _, bound = self.goal.replace("≤", "<=").replace("≥", ">=").partition(" ")
        if sign == "<=":
            return self.ratio <= float(bound)
        if sign == ">=":
            return self.ratio >= float(bound)
        raise ValueError(f"a goal is '<= N' or '>= N', not {self.goal!r}")
