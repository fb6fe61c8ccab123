"""The boundaries of the multiparts that are open at some place, and which of them comes next. Stage parse.

RFC 2046 section 5.1. What decides where parts end is the set of open boundaries: the nearest line of any of them ends
whatever is open inside of its owner, so a missing end boundary costs nothing but itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from shared.core.message.header_section import LINE_END
from shared.core.message.limits import LimitPassed, Limits
from shared.core.message.source import Buffer, cut, find

_AFTER_BOUNDARY = re.compile(rb"(--|)([ \t]*+)((?<=[ \t])[^\r\n]*+|)(?:" + LINE_END + rb"|\Z)")
_SEARCHES = 16
_FREE_SEARCH = 64 * 1024 * 1024
_NOWHERE = -1
_UNKNOWN = -2


class BoundaryLine(NamedTuple):
    """A boundary line: of the multipart at which depth, from its dashes to after its line ending, and whether it is the end."""

    depth: int
    start: int
    end: int
    closes: bool


class _Open:
    """One open boundary. ``next_at`` is where it comes next, ``searched_to`` up to where it does not."""

    __slots__ = ("boundary", "depth", "needle", "next_at", "searched_to")

    def __init__(self, boundary: bytes, depth: int) -> None:
        self.boundary = boundary
        self.needle = b"--" + boundary
        self.depth = depth
        self.next_at = _UNKNOWN
        self.searched_to = 0


class OpenBoundaries:
    """The open boundaries of one message, outermost first. Raises ``LimitPassed`` when looking for them costs too much."""

    def __init__(self, data: Buffer, limits: Limits) -> None:
        self._data = data
        self._end = len(data)
        self._open: list[_Open] = []
        self._false_lines_left = limits.max_false_boundaries
        self._search_left = self._end * _SEARCHES + _FREE_SEARCH

    def open(self, boundary: bytes, depth: int) -> None:
        """The multipart at ``depth`` has that boundary from here on.

        Where two levels share one, the outer multipart owns it: the content of the inner one ends there.
        """
        if all(other.boundary != boundary for other in self._open):
            self._open.append(_Open(boundary, depth))

    def close(self, depth: int) -> None:
        """The multiparts at ``depth`` and below have ended, or seen their end boundary."""
        while self._open and self._open[-1].depth >= depth:
            self._open.pop()

    def begins_at(self, position: int) -> bool:
        """Whether an open boundary's line begins at this line start."""
        for candidate in self._open:
            if cut(self._data, position, position + len(candidate.needle)) == candidate.needle and self._line(
                candidate, position
            ):
                return True
        return False

    def next_line(self, floor: int) -> BoundaryLine | None:
        """The next boundary line at or after ``floor``, ``None`` if none comes. ``floor`` never goes back."""
        while (nearest := self._nearest(floor)) is not None:
            at = nearest.next_at
            if at == 0 or self._data[at - 1] in b"\r\n":
                line = self._line(nearest, at)
                if line is not None:
                    return line
            self._false_lines_left -= 1
            if self._false_lines_left < 0:
                raise LimitPassed("too-many-boundaries")
            nearest.next_at, nearest.searched_to = _UNKNOWN, at + 1
        return None

    def _line(self, candidate: _Open, position: int) -> BoundaryLine | None:
        """The boundary line at ``position``, ``None`` if it only looks like one.

        White space may follow, and after that anything: RFC 2046 section 5.1.1 lets a reader be content with the start
        of the line, and some recipient's reader is. A line that is exactly another open boundary belongs to that one.
        """
        line = _AFTER_BOUNDARY.match(self._data, position + len(candidate.needle))
        if line is None:
            return None
        if line.start(3) != line.end(3):
            exact = cut(self._data, position + 2, line.end(3)).rstrip(b" \t")
            if any(exact in (other.boundary, other.boundary + b"--") for other in self._open if other is not candidate):
                return None
        return BoundaryLine(candidate.depth, position, line.end(), line.start(1) != line.end(1))

    def _nearest(self, floor: int) -> _Open | None:
        """The boundary that comes next, true or false; the outermost where two begin at one place.

        An inner boundary is looked for only up to the next outer one, which would end the inner multipart anyway.
        """
        nearest: _Open | None = None
        dash = _UNKNOWN
        for candidate in self._open:
            if candidate.next_at == _UNKNOWN or _NOWHERE < candidate.next_at < floor:
                if dash == _UNKNOWN:
                    # Encoded bodies hold no dash, and looking for one byte is ten times faster than for a boundary.
                    dash = find(self._data, b"-", floor, self._end)
                if dash == _NOWHERE:
                    candidate.next_at = _NOWHERE
                    continue
                self._search(candidate, max(dash, candidate.searched_to), nearest)
            if candidate.next_at >= 0 and (nearest is None or candidate.next_at < nearest.next_at):
                nearest = candidate
        return nearest

    def _search(self, candidate: _Open, start: int, outer: _Open | None) -> None:
        end = self._end if outer is None else min(self._end, outer.next_at + len(candidate.needle) - 1)
        at = find(self._data, candidate.needle, start, end)
        # Many open boundaries that never come would cost a search of the whole rest each.
        self._search_left -= max(0, (at if at != _NOWHERE else end) - start)
        if self._search_left < 0:
            raise LimitPassed("too-many-boundaries")
        if at == _NOWHERE and outer is not None:
            candidate.next_at, candidate.searched_to = _UNKNOWN, max(start, outer.next_at)
        else:
            candidate.next_at = at
