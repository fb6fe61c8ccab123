"""Counting hours again: from rows alone, bounded, whatever order things happen in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.lists.make_row import make_row
from shared.core.lists.message_row import Shelf
from shared.core.reports.hour_count import HOUR, hour_of
from shared.errors import StorageUnavailable
from shared.ports_lists import Place
from shared.ports_retention import Progress
from shared.usecases.note_row import SLOT, note_row, slot_of
from shared.usecases.recount_hours import recount, recount_hours, settled_before
from shared.usecases.track_messages import first_id
from tests.support.app import INSIDE, OUTSIDE, World

AT = datetime(2026, 11, 21, 9, 59, 59, 999999, tzinfo=UTC)


def test_a_slot_is_five_minutes_and_settles_after_them() -> None:
    assert slot_of(AT) == datetime(2026, 11, 21, 9, 55, tzinfo=UTC)
    assert slot_of(slot_of(AT)) == slot_of(AT)
    assert settled_before(AT + timedelta(minutes=2)) < slot_of(AT) + SLOT


def test_many_messages_of_an_hour_are_one_note() -> None:
    world = World()
    for _ in range(5):
        world.judge(OUTSIDE)
    world.work()
    assert len(world.counters.dirty(world.clock.now() + SLOT, 100)) == 1


def test_the_note_comes_before_the_row_so_no_crash_can_lose_it() -> None:
    world = World()
    world.lists.trouble.before("put", StorageUnavailable("down"), times=99)
    world.judge(OUTSIDE)
    assert len(world.counters.dirty(world.clock.now() + SLOT, 100)) == 1


def test_an_hour_counts_the_messages_of_that_hour_alone() -> None:
    world = World()
    begin = world.clock.now().replace(minute=59, second=59, microsecond=0)
    world.clock.advance(seconds=(begin - world.clock.now()).total_seconds())
    world.judge(OUTSIDE)
    world.clock.advance(seconds=1)
    world.judge(OUTSIDE)
    world.judge(OUTSIDE)
    hour = begin.replace(minute=0, second=0)
    for start in (hour, hour + timedelta(hours=1), hour):
        recount(world.app, "demo", start)
    counts = world.counters.between("demo", hour, hour + timedelta(hours=2))
    assert [count.messages for count in counts] == [1, 2]


def test_a_tenant_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.judge(OUTSIDE)
    (note,) = world.counters.dirty(world.clock.now() + SLOT, 100)
    world.counters.mark(replace(note, tenant_id="acme", hour=note.hour - timedelta(hours=5)))
    world.clock.advance(seconds=900)
    write = world.counters.write

    def broken(tenant_id: str, count: object) -> None:
        if tenant_id == "acme":
            raise StorageUnavailable("down")
        write(tenant_id, count)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(world.counters, "write", broken)
    assert recount_hours(world.app) == 1
    assert [note.tenant_id for note in world.counters.dirty(world.clock.now(), 100)] == ["acme"]


def test_people_are_counted_once_a_day() -> None:
    world = World()
    today = world.clock.now().date()
    world.judge(OUTSIDE)
    world.clock.advance(seconds=900)
    recount_hours(world.app)
    assert world.counters.people("demo", today, today) == 0
    world.directory.trouble.before("everybody", AssertionError("counted twice"))
    world.judge(OUTSIDE)
    world.clock.advance(seconds=900)
    assert recount_hours(world.app) == 1


def test_an_hour_whose_messages_retention_has_deleted_is_not_counted_again() -> None:
    world = World()
    ref = world.judge(INSIDE)
    world.work()
    hour = hour_of(ref.received_at)
    world.clock.advance(seconds=3600)
    recount_hours(world.app)
    [counted] = world.counters.between("demo", hour, hour + HOUR)
    world.clock.advance(seconds=40 * 86400)
    world.deletions.save(Progress("demo", record=first_id(world.clock.now())))
    world.lists.take(Place("demo", Shelf.DAY, ref.received_at.strftime("%Y%m%d")), make_row(world.record(ref)))
    note_row(world.app, ref)
    world.clock.advance(seconds=3600)
    assert recount_hours(world.app) == 1
    assert world.counters.between("demo", hour, hour + HOUR) == (counted,)
