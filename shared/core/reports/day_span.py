"""``DaySpan``: days of a calendar, from the first to the last, as moments of time (stage 6). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from shared.errors import PermanentError


class BadSpan(PermanentError):
    """Days that are none, in the wrong order, or too many."""

    public = "The days do not fit."


@dataclass(frozen=True, slots=True)
class DaySpan:
    """The days from ``first`` to ``last``, both counted; ``since`` and ``until`` are where they begin and end, UTC."""

    first: date
    last: date
    since: datetime
    until: datetime


def day_span(first: str, last: str, zone: tzinfo, now: datetime, *, usual: int, most: int) -> DaySpan:
    """From texts as ``2026-11-21``; an empty last day is today, an empty first one ``usual`` days in all.

    Raises ``BadSpan`` for what is no date, days in the wrong order, and more than ``most`` days.
    """
    end = _day(last, "until") if last else now.astimezone(zone).date()
    try:
        begin = _day(first, "since") if first else end - timedelta(days=usual - 1)
        if begin > end:
            raise BadSpan("wrong order", public="The first day is after the last one - at `$.since`")
        if (end - begin).days + 1 > most:
            raise BadSpan("too many days", public=f"At most {most} days at once - at `$.since`")
        return DaySpan(begin, end, _begin(begin, zone), _begin(end + timedelta(days=1), zone))
    except OverflowError:
        raise BadSpan("out of the calendar", public="There is no such day - at `$.until`") from None


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadSpan("no date", public=f"Write a day as 2026-11-21 - at `$.{field}`") from None


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
