"""``WorkingTime``: when a tenant's people work, and when so much of that time is over (product.md H7). Stage 4a.

A pause is counted in time that passes, never in what clocks show: a day on which clocks are put forward has an hour less
of it. National holidays of Japan come from ``jpholiday``, which knows the law with its substitute and in-between days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.core.policy.tenant_settings import BusinessHours

FURTHEST_DAYS = 4000
"""Days that are looked through for a pause's end. One that does not end by then ends there: about eleven years."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_LAST_YEAR = 9998


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """``days`` count from Monday as 0; ``start`` and ``end`` in minutes since midnight in ``zone``; ``closed`` are days
    without work, and with ``japan`` so are the national holidays.
    """

    zone: tzinfo
    days: frozenset[int]
    start: int
    end: int
    closed: frozenset[date] = frozenset()
    japan: bool = False

    def after(self, moment: datetime, pause: timedelta) -> datetime:
        """When ``pause`` of working time after ``moment`` is over; UTC. A pause that ends with the working day ends
        there, and not on the next one.
        """
        day, left = moment.astimezone(self.zone).date(), pause
        opens = moment.astimezone(UTC)
        for _ in range(FURTHEST_DAYS):
            if day.year > _LAST_YEAR:
                break
            if self._is_worked(day):
                opens, closes = max(self._at(day, self.start), moment), self._at(day, self.end)
                if closes > opens:
                    if left <= closes - opens:
                        return opens.astimezone(UTC) + left
                    left -= closes - opens
            day += _DAY
        return self._at(day, self.start)

    def _is_worked(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.closed and not (self.japan and is_japanese_holiday(day))

    def _at(self, day: date, minute: int) -> datetime:
        """A moment of a day in UTC. Where clocks skip it, what they would have shown; where they show it twice, the first."""
        if minute == 24 * 60:
            day, minute = day + _DAY, 0
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self.zone).astimezone(UTC)


def working_time(hours: BusinessHours | None, time_zone: str) -> WorkingTime | None:
    """What a tenant has set; ``None`` where all hours count. Settings were checked when they were saved."""
    if hours is None:
        return None
    return WorkingTime(
        ZoneInfo(time_zone),
        frozenset(_WEEKDAYS.index(day) for day in hours.days),
        _minutes(hours.start),
        _minutes(hours.end),
        frozenset(date.fromisoformat(day) for day in hours.closed),
        hours.holidays == "japan",
    )


@lru_cache(maxsize=8192)
def is_japanese_holiday(day: date) -> bool:
    """Whether a day is a national holiday of Japan, substitute and in-between holidays among them."""
    import jpholiday  # 19 ms: only for tenants with business hours

    return jpholiday.is_holiday(day)


def _minutes(time_of_day: str) -> int:
    return int(time_of_day[:2]) * 60 + int(time_of_day[3:])
