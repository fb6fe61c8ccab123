"""NCRONTAB schedules: the next time, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from local.host import ncrontab


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        pytest.param("0 */5 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:05:00", id="every-5-minutes"),
        pytest.param("0 */5 * * * *", "2026-01-01T00:04:59.900000", "2026-01-01T00:05:00", id="fraction-of-a-second"),
        pytest.param("*/10 * * * * *", "2026-01-01T00:00:55", "2026-01-01T00:01:00", id="every-10-seconds"),
        pytest.param("0 0 * * * *", "2026-12-31T23:30:00", "2027-01-01T00:00:00", id="year-end"),
        pytest.param("0 0 9-17 * * *", "2026-01-01T17:00:01", "2026-01-02T09:00:00", id="range-of-hours"),
        pytest.param("0 30 9 * * 1-5", "2026-01-02T10:00:00", "2026-01-05T09:30:00", id="weekdays"),
        pytest.param("0 30 9 * * Mon-Fri", "2026-01-02T10:00:00", "2026-01-05T09:30:00", id="weekday-names"),
        pytest.param("0 0 0 1 Jan,jul *", "2026-01-01T00:00:00", "2026-07-01T00:00:00", id="month-names"),
        pytest.param("0 0 5 * * Sunday", "2026-01-01T00:00:00", "2026-01-04T05:00:00", id="long-name"),
        pytest.param("0 0 0 13 * 5", "2026-01-01T00:00:00", "2026-02-13T00:00:00", id="day-and-weekday-both"),
        pytest.param("0 0 0 29 2 *", "2026-03-01T00:00:00", "2028-02-29T00:00:00", id="leap-day"),
        pytest.param("0 0 0 31 * *", "2026-01-31T00:00:00", "2026-03-31T00:00:00", id="month-without-31"),
        pytest.param("0 5/20 * * * *", "2026-01-01T00:26:00", "2026-01-01T00:45:00", id="from-here-with-step"),
        pytest.param("0 10-30/10 8,20 * * *", "2026-01-01T08:30:00", "2026-01-01T20:10:00", id="step-and-list"),
        pytest.param("15,45 * * * * *", "2026-01-01T00:00:15", "2026-01-01T00:00:45", id="list-of-seconds"),
        pytest.param("30 59 23 * * *", "2026-01-01T23:59:30", "2026-01-02T23:59:30", id="strictly-after"),
        pytest.param("*/15 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:15:00", id="five-fields"),
    ],
)
def test_the_next_time_of_a_schedule(schedule: str, after: str, expected: str) -> None:
    assert ncrontab.parse(schedule).next_after(_utc(after)) == _utc(expected)


def test_a_moment_of_another_zone_is_read_as_utc() -> None:
    tokyo = datetime(2026, 1, 1, 8, 59, tzinfo=timezone(timedelta(hours=9)))
    assert ncrontab.parse("0 0 0 * * *").next_after(tokyo) == _utc("2026-01-01T00:00:00")


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * * *",
        "00:05:00",
        "60 * * * * *",
        "0 0 24 * * *",
        "0 0 0 0 * *",
        "0 0 0 * 13 *",
        "0 0 0 * * 7",
        "0 */0 * * * *",
        "0 5-1 * * * *",
        "0 0 0 * Ju *",
        "0 0 0 ? * *",
        "-1 * * * * *",
        "0 0 0 * * Xyz",
    ],
)
def test_a_schedule_that_cannot_be_read_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError):
        ncrontab.parse(schedule)


def test_a_schedule_that_never_comes_says_so() -> None:
    with pytest.raises(ValueError, match="never comes"):
        ncrontab.parse("0 0 0 31 2 *").next_after(_utc("2026-01-01T00:00:00"))
