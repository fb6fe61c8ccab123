"""Six-field NCRONTAB schedules: when a timer fires next.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer (NCRONTAB expressions). Unlike cron,
a day must fit both the day of the month and the day of the week.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SEARCH_YEARS = 29  # 29 February on a given day of the week returns within 28 years, but for a skipped leap year
_PIECE = re.compile(r"(?:(\*)|([0-9]+|[a-z]+)(?:-([0-9]+|[a-z]+))?)(?:/([0-9]+))?", re.IGNORECASE)


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def parse(self, text: str) -> tuple[int, ...]:
        """The values of one field, sorted. Raises ValueError."""
        values: set[int] = set()
        for piece in text.split(","):
            match = _PIECE.fullmatch(piece)
            if match is None:
                raise ValueError(f"{self.name} {piece!r} can't be read")
            star, first, last, step_text = match.groups()
            step = int(step_text or 1)
            if step == 0:
                raise ValueError(f"{self.name} {piece!r} has a step of 0")
            if star:
                start, end = self.low, self.high
            else:
                start = self._value(first)
                # With a step, a single value means "from here on".
                end = self._value(last) if last else (self.high if step_text else start)
            if start > end:
                raise ValueError(f"{self.name} {piece!r} runs backwards")
            values.update(range(start, end + 1, step))
        return tuple(sorted(values))

    def _value(self, text: str) -> int:
        if text.isdigit():
            value = int(text)
        else:
            found = [
                number for number, word in enumerate(self.words) if len(text) >= 3 and word.startswith(text.lower())
            ]
            if len(found) != 1:
                raise ValueError(f"{self.name} {text!r} is unknown")
            value = found[0] + self.low
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.name} {value} is outside {self.low}-{self.high}")
        return value


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)


@dataclass(frozen=True)
class Schedule:
    """A parsed schedule; all times are UTC, as on Azure without a time zone setting."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def next_after(self, moment: datetime) -> datetime:
        """The first time of the schedule after `moment` (aware; to the second). Raises ValueError if there is none."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day = start.date()
        limit = date(min(day.year + _SEARCH_YEARS, 9999), 12, 31)
        at_or_after = (start.hour, start.minute, start.second)
        while day <= limit:
            if day.month not in self.months:
                day = _first_of_next_month(day)
            else:
                time = self._time(at_or_after if day == start.date() else (0, 0, 0)) if self._has(day) else None
                if time is not None:
                    return datetime(day.year, day.month, day.day, *time, tzinfo=UTC)
                day += timedelta(days=1)
        raise ValueError(f"the schedule {self.text!r} never comes")

    def _has(self, day: date) -> bool:
        return day.day in self.days and day.isoweekday() % 7 in self.weekdays

    def _time(self, at_or_after: tuple[int, int, int]) -> tuple[int, int, int] | None:
        hour, minute, second = at_or_after
        for candidate_hour in self.hours[bisect_left(self.hours, hour) :]:
            later_hour = candidate_hour > hour
            for candidate_minute in self.minutes[bisect_left(self.minutes, 0 if later_hour else minute) :]:
                later = later_hour or candidate_minute > minute
                rest = self.seconds[bisect_left(self.seconds, 0 if later else second) :]
                if rest:
                    return candidate_hour, candidate_minute, rest[0]
        return None


def _first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def parse(text: str) -> Schedule:
    """The schedule of an NCRONTAB expression of six fields (or five: then at second 0).

    Raises ValueError that says which field is wrong.
    """
    pieces = text.split()
    if len(pieces) == 5:
        pieces = ["0", *pieces]
    if len(pieces) != len(_FIELDS):
        raise ValueError(f"{text!r} must have the six fields second minute hour day month day-of-week")
    return Schedule(text, *(field.parse(piece) for field, piece in zip(_FIELDS, pieces, strict=True)))
