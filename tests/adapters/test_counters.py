"""What every ``Counters`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.counters_table import TableCounters
from shared.adapters.storage_clients import table_client
from shared.core.reports.hour_count import HourCount
from shared.errors import NotFound
from shared.ports_reports import Counters, DirtyHour
from tests.fakes.counters import FakeCounters

HOUR = datetime(2026, 11, 21, 9, tzinfo=UTC)
ONE_HOUR = timedelta(hours=1)
NOTE = DirtyHour("demo", HOUR, datetime(2026, 11, 21, 9, 5, tzinfo=UTC))
COUNT = HourCount(
    HOUR,
    messages=3,
    held=1,
    states={"held": 1, "delivered": 2},
    rules={"社外宛て / '引用'": 1},
    times=(0, 1),
    senders={"花子@例え.example": (3, 1)},
)


@pytest.fixture(params=["fake", "table"])
def counters(request: pytest.FixtureRequest) -> Counters:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeCounters()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableCounters(process, table=name)


def test_an_hour_is_replaced_as_a_whole(counters: Counters) -> None:
    counters.write("demo", COUNT)
    assert counters.between("demo", HOUR, HOUR + ONE_HOUR) == (COUNT,)
    counters.write("demo", HourCount(HOUR, messages=1))
    counters.write("demo", HourCount(HOUR, messages=1))
    assert counters.between("demo", HOUR, HOUR + ONE_HOUR) == (HourCount(HOUR, messages=1),)


def test_hours_come_oldest_first_within_their_ends_and_tenant(counters: Counters) -> None:
    counts = [replace(COUNT, hour=HOUR + number * ONE_HOUR) for number in range(-30, 30)]
    for count in reversed(counts):
        counters.write("demo", count)
    counters.write("demo-2", COUNT)
    assert counters.between("demo", HOUR - 20 * ONE_HOUR, HOUR + 5 * ONE_HOUR) == tuple(counts[10:35])
    assert counters.between("demo", HOUR + timedelta(minutes=1), HOUR + ONE_HOUR) == ()
    assert counters.between("demo-2", HOUR, HOUR + ONE_HOUR) == (COUNT,)


def test_notes_wait_until_their_slot_is_over(counters: Counters) -> None:
    later = replace(NOTE, slot=NOTE.slot + timedelta(minutes=5))
    other = replace(NOTE, tenant_id="acme", hour=HOUR - 50 * ONE_HOUR)
    for note in (later, NOTE, NOTE, other):
        counters.mark(note)
    assert counters.dirty(NOTE.slot, 10) == ()
    assert counters.dirty(later.slot, 10) == (other, NOTE)
    assert counters.dirty(later.slot + ONE_HOUR, 10) == (other, NOTE, later)
    assert counters.dirty(later.slot + ONE_HOUR, 2) == (other, NOTE)
    assert counters.dirty(later.slot + ONE_HOUR, 0) == ()
    counters.done([NOTE, other])
    counters.done([NOTE])
    assert counters.dirty(later.slot + ONE_HOUR, 10) == (later,)


def test_the_number_of_people_is_the_largest_of_the_days(counters: Counters) -> None:
    assert counters.people("demo", date(2026, 11, 1), date(2026, 11, 30)) is None
    for day, people in ((1, 5), (2, 9), (3, 7), (3, 8)):
        counters.write_people("demo", date(2026, 11, day), people)
    assert counters.people("demo", date(2026, 11, 3), date(2026, 11, 30)) == 8
    assert counters.people("demo", date(2026, 11, 1), date(2026, 11, 3)) == 9


@pytest.mark.parametrize("tenant", ["", "a/b", "de'mo"])
def test_what_is_no_tenant_has_no_counts(counters: Counters, tenant: str) -> None:
    for call in (
        lambda: counters.write(tenant, COUNT),
        lambda: counters.between(tenant, HOUR, HOUR + ONE_HOUR),
        lambda: counters.mark(replace(NOTE, tenant_id=tenant)),
        lambda: counters.write_people(tenant, date(2026, 11, 1), 1),
        lambda: counters.people(tenant, date(2026, 11, 1), date(2026, 11, 1)),
    ):
        with pytest.raises(NotFound):
            call()
