"""Hours added up: totals, days of a zone, percentiles to the width of a class."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.core.reports.day_span import BadSpan, day_span
from shared.core.reports.hour_count import BOUNDS, HourCount
from shared.core.reports.report import TOP, make_report, percentile

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = date(2026, 11, 21)


def times(**counts: int) -> list[int]:
    """A histogram; names are ``s60`` for the class up to sixty seconds and ``rest``."""
    found = [0] * (len(BOUNDS) + 1)
    for name, count in counts.items():
        found[len(BOUNDS) if name == "rest" else BOUNDS.index(int(name[1:]))] = count
    return found


@pytest.mark.parametrize(
    ("histogram", "percent", "seconds"),
    [
        pytest.param(times(), 50, None, id="nobody decided"),
        pytest.param(times(s15=1), 50, 8, id="within the first class"),
        pytest.param(times(s60=10), 50, 45, id="in the middle of a class"),
        pytest.param(times(s60=10), 90, 57, id="near its end"),
        pytest.param(times(s60=5, s600=5), 50, 60, id="at a bound"),
        pytest.param(times(rest=3), 50, BOUNDS[-1], id="longer than all"),
        pytest.param(times(s15=9, rest=1), 90, 15, id="most are fast"),
    ],
)
def test_percentiles(histogram: list[int], percent: int, seconds: int | None) -> None:
    assert percentile(histogram, percent) == seconds


def test_classes_grow() -> None:
    assert list(BOUNDS) == sorted(set(BOUNDS))


def test_days_and_hours_are_those_of_the_zone() -> None:
    counts = [
        HourCount(datetime(2026, 11, 20, 14, tzinfo=UTC), messages=1),  # 23:00 of the day before
        HourCount(datetime(2026, 11, 20, 15, tzinfo=UTC), messages=2, held=1),  # 0:00
        HourCount(datetime(2026, 11, 21, 14, tzinfo=UTC), messages=4),  # 23:00
        HourCount(datetime(2026, 11, 21, 15, tzinfo=UTC), messages=8),  # the day after
    ]
    report = make_report(counts, DAY, DAY, TOKYO, "Asia/Tokyo")
    assert (report.messages, report.held) == (6, 1)
    assert [(one.name, one.messages, one.held) for one in report.days] == [("2026-11-21", 6, 1)]
    assert {one.name: one.messages for one in report.hours if one.messages} == {"00": 2, "23": 4}
    assert len(report.hours) == 24


def test_no_hours_are_a_report_of_noughts() -> None:
    report = make_report([], DAY, DAY + timedelta(days=2), TOKYO, "Asia/Tokyo")
    assert (report.messages, report.p50_seconds, len(report.days), report.senders) == (0, None, 3, ())


def test_the_most_frequent_come_first_and_ties_by_name() -> None:
    senders = {f"p{number:03}@x.example": (number % 7, 1) for number in range(100)}
    report = make_report([HourCount(datetime(2026, 11, 21, 1, tzinfo=UTC), senders=senders)], DAY, DAY, TOKYO, "x")
    found = [(-one.messages, one.sender) for one in report.senders]
    assert len(found) == TOP
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [("", "", 7), ("2026-11-21", "2026-11-21", 1), ("2026-11-01", "", 21), ("", "2026-11-10", 7)],
)
def test_days_of_a_span(first: str, last: str, days: int) -> None:
    span = day_span(first, last, TOKYO, datetime(2026, 11, 21, 3, tzinfo=UTC), usual=7, most=90)
    assert (span.last - span.first).days + 1 == days
    assert span.until - span.since == timedelta(days=days)
    assert span.since.astimezone(TOKYO).hour == 0


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("x", ""),
        ("", "2026-02-30"),
        ("2026-11-22", "2026-11-21"),
        ("2026-01-01", "2026-11-21"),
        ("", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
    ],
)
def test_spans_that_cannot_be(first: str, last: str) -> None:
    with pytest.raises(BadSpan):
        day_span(first, last, TOKYO, datetime(2026, 11, 21, tzinfo=UTC), usual=7, most=90)
