"""Pauses in working time: nights, weekends, holidays, changes of clocks, and odd settings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold.working_time import WorkingTime, is_japanese_holiday, working_time
from shared.core.policy.tenant_settings import BusinessHours

TOKYO = ZoneInfo("Asia/Tokyo")
OFFICE = working_time(BusinessHours(), "Asia/Tokyo")
HOUR = timedelta(hours=1)


def at(text: str, zone: str = "Asia/Tokyo") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        pytest.param("2026-11-18 10:00", 4, "2026-11-18 14:00", id="within a day"),
        pytest.param("2026-11-18 14:00", 4, "2026-11-18 18:00", id="to the very end of a day"),
        pytest.param("2026-11-18 16:00", 4, "2026-11-19 11:00", id="overnight"),
        pytest.param("2026-11-18 18:00", 1, "2026-11-19 10:00", id="from the very end of a day"),
        pytest.param("2026-11-18 07:00", 1, "2026-11-18 10:00", id="before work"),
        pytest.param("2026-11-13 17:00", 2, "2026-11-16 10:00", id="over a weekend"),
        pytest.param("2026-11-20 17:00", 2, "2026-11-24 10:00", id="over a weekend and Labour Thanksgiving Day"),
        pytest.param("2026-09-18 17:00", 2, "2026-09-24 10:00", id="silver week: the 22nd lies between two holidays"),
        pytest.param("2027-03-19 17:00", 2, "2027-03-23 10:00", id="a substitute for an equinox on a Sunday"),
        pytest.param("2026-05-01 17:00", 2, "2026-05-07 10:00", id="golden week with a substitute on Wednesday"),
        pytest.param("2026-11-18 10:00", 720, "2027-03-22 10:00", id="the longest pause: 80 working days"),
    ],
)
def test_a_pause_runs_only_while_people_work(since: str, hours: float, until: str) -> None:
    assert OFFICE is not None
    found = OFFICE.after(at(since), hours * HOUR)
    if hours == 720:
        assert _worked(at(since), found) == hours * HOUR
    else:
        assert found == at(until)
    assert found.tzinfo is UTC


def _worked(since: datetime, until: datetime) -> timedelta:
    """Working time between two moments, counted minute by minute."""
    minutes, moment = 0, since.astimezone(TOKYO)
    while moment < until:
        minutes += 9 <= moment.hour < 18 and moment.weekday() < 5 and not is_japanese_holiday(moment.date())
        moment += timedelta(minutes=1)
    return timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        pytest.param("2027-03-13 23:00", 4, "2027-03-14 04:00", id="forward: the night has an hour less"),
        pytest.param("2026-10-31 23:00", 4, "2026-11-01 02:00", id="back: the night has an hour more"),
    ],
)
def test_changes_of_clocks_count_as_time_that_passes(since: str, hours: int, until: str) -> None:
    everyday = BusinessHours(
        days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), start="00:00", end="24:00", holidays="none"
    )
    always = working_time(everyday, "America/New_York")
    assert always is not None
    assert always.after(at(since, "America/New_York"), hours * HOUR) == at(until, "America/New_York")
    assert (
        always.after(at(since, "America/New_York"), hours * HOUR)
        == at(since, "America/New_York").astimezone(UTC) + hours * HOUR
    )


def test_a_day_that_begins_in_an_hour_which_clocks_skip_begins_when_they_have() -> None:
    hours = BusinessHours(days=("sun", "mon"), start="02:30", end="05:00", holidays="none")
    working = working_time(hours, "America/New_York")
    assert working is not None
    assert working.after(at("2027-03-14 00:00", "America/New_York"), HOUR) == at("2027-03-14 04:30", "America/New_York")


def test_closed_days_count_beside_holidays() -> None:
    hours = BusinessHours(holidays="none", closed=("2026-12-29", "2026-12-30", "2026-12-31"))
    working = working_time(hours, "Asia/Tokyo")
    assert working is not None
    assert working.after(at("2026-12-28 17:00"), 2 * HOUR) == at("2027-01-01 10:00")


def test_without_business_hours_there_is_no_working_time() -> None:
    assert working_time(None, "Asia/Tokyo") is None


def test_an_office_that_never_opens_ends_every_pause_at_the_bound_instead_of_never() -> None:
    never = WorkingTime(TOKYO, frozenset(), 0, 60)
    found = never.after(at("2026-11-18 10:00"), HOUR)
    assert timedelta(days=3999) < found - at("2026-11-18 10:00") < timedelta(days=4002)


def test_a_pause_near_the_end_of_the_calendar_ends() -> None:
    assert OFFICE is not None
    assert OFFICE.after(datetime(9998, 12, 30, tzinfo=UTC), timedelta(hours=720)).year >= 9998


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        pytest.param("2026-01-01", True, id="new year"),
        pytest.param("2026-05-06", True, id="substitute"),
        pytest.param("2026-09-22", True, id="between two holidays"),
        pytest.param("2019-05-01", True, id="enthronement"),
        pytest.param("2026-12-25", False, id="christmas"),
        pytest.param("2026-08-15", False, id="bon is none by law"),
    ],
)
def test_holidays_are_those_of_the_law(day: str, holiday: bool) -> None:
    assert is_japanese_holiday(date.fromisoformat(day)) is holiday


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
PAUSES = st.timedeltas(timedelta(seconds=1), timedelta(hours=60))


@given(MOMENTS, PAUSES, PAUSES)
def test_pauses_add_up_and_end_while_people_work(moment: datetime, first: timedelta, second: timedelta) -> None:
    assert OFFICE is not None
    end = OFFICE.after(moment, first)
    assert end >= moment + first
    local = end.astimezone(TOKYO)
    assert local.weekday() < 5
    assert 9 * 60 <= local.hour * 60 + local.minute <= 18 * 60
    assert not is_japanese_holiday(local.date())
    assert OFFICE.after(end, second) == OFFICE.after(moment, first + second)
