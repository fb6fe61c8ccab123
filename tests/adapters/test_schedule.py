"""What every ``Schedule`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.adapters.schedule_table import TableSchedule
from shared.adapters.storage_clients import table_client
from shared.ports import DueEntry, Schedule
from tests.fakes.schedule import FakeSchedule
from tests.support.records import make_ref
from tests.support.threads import at_once

NOW = datetime(2026, 11, 21, 9, 30, 15, 250000, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(params=["fake", "table"])
def schedule(request: pytest.FixtureRequest) -> Schedule:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeSchedule()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableSchedule(process, table=name)


def entry(number: int, at: datetime) -> DueEntry:
    return DueEntry(make_ref(number), at)


class TestDue:
    def test_nothing_is_due_in_an_empty_schedule(self, schedule: Schedule) -> None:
        assert schedule.due(NOW, 10) == ()

    @pytest.mark.parametrize(
        ("at", "due"),
        [
            pytest.param(NOW - timedelta(days=400), True, id="more than a year ago"),
            pytest.param(NOW - timedelta(minutes=1), True, id="the minute before"),
            pytest.param(NOW.replace(second=0, microsecond=0) - MICROSECOND, True, id="end of the minute before"),
            pytest.param(NOW.replace(second=0, microsecond=0), True, id="beginning of this minute"),
            pytest.param(NOW - MICROSECOND, True, id="a microsecond ago"),
            pytest.param(NOW, True, id="now"),
            pytest.param(NOW + MICROSECOND, False, id="in a microsecond"),
            pytest.param(NOW.replace(second=59, microsecond=999999), False, id="end of this minute"),
            pytest.param(NOW.replace(minute=31, second=0, microsecond=0), False, id="the next minute"),
            pytest.param(NOW.replace(year=2027, month=1, day=1), False, id="next year"),
        ],
    )
    def test_an_entry_is_due_from_its_moment_on(self, schedule: Schedule, at: datetime, due: bool) -> None:
        for number in range(8):  # every shard
            schedule.add(entry(number, at))
        expected = tuple(entry(number, at) for number in range(8)) if due else ()
        assert schedule.due(NOW, 100) == expected

    def test_all_that_is_due_can_be_gone_through(self, schedule: Schedule) -> None:
        moments = [NOW - timedelta(minutes=1), NOW.replace(second=0, microsecond=0), NOW, NOW + MICROSECOND]
        for number in range(24):
            schedule.add(entry(number, moments[number % 4]))
        assert set(schedule.all_due(NOW)) == {
            entry(number, moments[number % 4]) for number in range(24) if number % 4 < 3
        }
        assert next(schedule.all_due(NOW)).at == moments[0]
        assert list(schedule.all_due(NOW - timedelta(days=1))) == []

    def test_a_moment_of_another_time_zone_is_the_same_moment(self, schedule: Schedule) -> None:
        tokyo = timezone(timedelta(hours=9))
        schedule.add(entry(1, NOW.astimezone(tokyo)))
        assert schedule.due(NOW.astimezone(tokyo), 10) == (entry(1, NOW),)
        assert schedule.due((NOW - MICROSECOND).astimezone(tokyo), 10) == ()

    def test_oldest_first_and_no_more_than_asked_for(self, schedule: Schedule) -> None:
        for number in range(12):
            schedule.add(entry(number, NOW - timedelta(minutes=number)))
        found = schedule.due(NOW, 5)
        assert [item.ref for item in found] == [make_ref(number) for number in (11, 10, 9, 8, 7)]
        assert len(schedule.due(NOW, 12)) == 12
        assert schedule.due(NOW, 0) == ()

    def test_past_entries_leave_room_for_present_ones(self, schedule: Schedule) -> None:
        schedule.add(entry(1, NOW - timedelta(hours=1)))
        schedule.add(entry(2, NOW))
        assert schedule.due(NOW, 2) == (entry(1, NOW - timedelta(hours=1)), entry(2, NOW))
        assert schedule.due(NOW, 1) == (entry(1, NOW - timedelta(hours=1)),)

    def test_more_than_a_page_of_entries_is_read_as_far_as_the_limit(self, schedule: Schedule) -> None:
        def add(worker: int) -> None:
            for number in range(worker, 1010, 8):
                schedule.add(entry(number, NOW - timedelta(minutes=1)))

        assert at_once(8, add) == [None] * 8
        assert len(schedule.due(NOW, 5000)) == 1010
        assert len(set(schedule.due(NOW, 1005))) == 1005


class TestAddAndDone:
    def test_the_same_entry_twice_is_one(self, schedule: Schedule) -> None:
        for _ in range(2):
            schedule.add(entry(1, NOW))
        assert schedule.due(NOW, 10) == (entry(1, NOW),)
        schedule.done(entry(1, NOW))
        assert schedule.due(NOW, 10) == ()

    def test_forgetting_twice_or_what_was_never_there_is_no_error(self, schedule: Schedule) -> None:
        schedule.add(entry(1, NOW))
        for _ in range(2):
            schedule.done(entry(1, NOW))
        schedule.done(entry(2, NOW))
        assert schedule.due(NOW, 10) == ()

    def test_two_moments_of_one_minute_are_each_due_and_each_forgotten_alone(self, schedule: Schedule) -> None:
        early, late = entry(1, NOW - timedelta(seconds=10)), entry(1, NOW)
        schedule.add(late)
        schedule.add(early)
        assert schedule.due(early.at, 10) == (early,)
        schedule.done(early)
        assert schedule.due(NOW, 10) == (late,)

    def test_forgetting_an_entry_leaves_a_newer_one_of_the_same_message(self, schedule: Schedule) -> None:
        schedule.add(entry(1, NOW))
        schedule.add(entry(1, NOW + timedelta(minutes=5)))
        schedule.done(entry(1, NOW))
        assert schedule.due(NOW + timedelta(hours=1), 10) == (entry(1, NOW + timedelta(minutes=5)),)

    def test_entries_of_other_tenants_with_the_same_queue_id_are_their_own(self, schedule: Schedule) -> None:
        mine, other = DueEntry(make_ref(1, "demo"), NOW), DueEntry(make_ref(1, "other"), NOW)
        schedule.add(mine)
        schedule.add(other)
        schedule.done(mine)
        assert schedule.due(NOW, 10) == (other,)

    def test_twenty_at_once_add_and_forget_the_same_entry(self, schedule: Schedule) -> None:
        assert at_once(20, lambda _: schedule.add(entry(1, NOW))) == [None] * 20
        assert schedule.due(NOW, 10) == (entry(1, NOW),)
        assert at_once(20, lambda _: schedule.done(entry(1, NOW))) == [None] * 20
        assert schedule.due(NOW, 10) == ()


class TestMarks:
    def test_a_mark_is_none_until_written_and_then_the_last_moment_written(self, schedule: Schedule) -> None:
        assert schedule.read_mark("spool-sweep") is None
        for moment in (NOW, NOW + MICROSECOND):
            schedule.write_mark("spool-sweep", moment)
            assert schedule.read_mark("spool-sweep") == moment
        assert schedule.read_mark("other") is None

    def test_marks_are_never_due(self, schedule: Schedule) -> None:
        schedule.write_mark("spool-sweep", NOW)
        assert schedule.due(datetime(9999, 12, 31, tzinfo=UTC), 10) == ()
