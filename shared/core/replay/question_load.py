"""How many questions each person gets within each hour, counted in one pass. Replay (B5).

Messages come in the order of time, so an hour is closed when the next one begins, and only one hour's persons are held in
memory, however long the time is.
"""

from __future__ import annotations

import heapq

from shared.core.replay.figures import BeforeAfter, BusyRow, LoadRow, Questions
from shared.core.replay.pair import Pair

LOADS = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 0))
"""The classes of questions within an hour."""


class QuestionLoad:
    """Mutable; ``figures`` may be asked for at any time."""

    def __init__(self, most: int) -> None:
        """``most``: rows of the busiest hours."""
        self._most = most
        self._hour = ""
        self._open: dict[str, Pair] = {}
        self._persons: dict[str, Pair] = {}
        self._loads = [Pair() for _ in LOADS]
        self._worst = Pair()
        self._busiest: list[tuple[tuple[int, int], int, BusyRow]] = []
        self._closed = 0

    def note(self, hour: str, address: str, *, before: bool, after: bool) -> None:
        """One message of that person in that hour, held before or after. Hours come one after the other."""
        if hour != self._hour:
            self._close()
            self._hour = hour
        if before or after:
            self._open.setdefault(address, Pair()).add(before, after)

    def figures(self) -> Questions:
        """The figures so far; the present hour counts as closed."""
        self._close()
        return Questions(
            BeforeAfter(
                sum(pair.before > 0 for pair in self._persons.values()),
                sum(pair.after > 0 for pair in self._persons.values()),
            ),
            self._worst.frozen(),
            tuple(LoadRow(*bounds, pair.frozen()) for bounds, pair in zip(LOADS, self._loads, strict=True)),
            tuple(row for _, _, row in sorted(self._busiest, key=lambda item: item[:2], reverse=True)),
        )

    def _close(self) -> None:
        for address, pair in self._open.items():
            self._persons.setdefault(address, Pair()).add(pair.before > 0, pair.after > 0)
            self._worst = Pair(max(self._worst.before, pair.before), max(self._worst.after, pair.after))
            for load, (least, most) in zip(self._loads, LOADS, strict=True):
                load.add(_within(pair.before, least, most), _within(pair.after, least, most))
            self._closed += 1
            row = ((pair.after, pair.before), -self._closed, BusyRow(address, self._hour, pair.frozen()))
            if len(self._busiest) < self._most:
                heapq.heappush(self._busiest, row)
            elif self._most:
                heapq.heappushpop(self._busiest, row)
        self._open = {}


def _within(count: int, least: int, most: int) -> bool:
    return count >= least and (most == 0 or count <= most)
