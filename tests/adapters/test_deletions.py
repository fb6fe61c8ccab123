"""What every ``Deletions`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.adapters.deletions_table import TableDeletions
from shared.adapters.storage_clients import table_client
from shared.core.retention.deletion_record import DeletionRecord, sealed
from shared.core.retention.rule import Kept, What
from shared.errors import Conflict
from shared.ports_retention import Batch, Deletions, KeptBack, Progress
from tests.fakes.deletions import FakeDeletions
from tests.support.records import NOW, make_ref
from tests.support.threads import at_once

TODAY = NOW.date()


@pytest.fixture(params=["fake", "table"])
def deletions(request: pytest.FixtureRequest) -> Deletions:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeDeletions()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableDeletions(process, table=name)


def record(number: int) -> DeletionRecord:
    at = NOW + timedelta(days=number)
    return sealed(
        DeletionRecord(
            number, "demo", What.CONTENT, at, at, 3, 4, 5, "d", NOW, NOW, 90, 7, (("open", 2),), (("h", 1),), ""
        )
    )


def test_progress_and_record_are_stored_together_and_once(deletions: Deletions) -> None:
    first = deletions.progress("demo")
    assert first == Progress("demo")
    batch = Batch(What.CONTENT, tuple(make_ref(number).queue_id for number in range(500)), NOW, "x", 1, 2)
    stored = deletions.save(replace(first, batch=batch, lease_until=NOW))
    assert deletions.progress("demo") == stored
    assert stored.batch == batch
    with pytest.raises(Conflict):
        deletions.save(replace(first, content="y"), record(0))
    assert deletions.records("demo", 10, 10) == ()
    after = deletions.save(replace(stored, batch=None, records=1), record(0))
    assert deletions.records("demo", 10, 10) == (record(0),)
    with pytest.raises(Conflict):
        deletions.save(after, record(0))
    assert deletions.progress("other") == Progress("other")


def test_of_eight_at_once_one_wins(deletions: Deletions) -> None:
    seen = deletions.progress("demo")

    def win(number: int) -> bool:
        try:
            deletions.save(replace(seen, records=number))
        except Conflict:
            return False
        return True

    assert at_once(8, win).count(True) == 1


def test_records_come_newest_first_page_by_page_and_the_oldest_go(deletions: Deletions) -> None:
    progress = deletions.progress("demo")
    for number in range(5):
        progress = deletions.save(progress, record(number))
    assert [one.number for one in deletions.records("demo", 100, 2)] == [4, 3]
    assert [one.number for one in deletions.records("demo", 3, 9)] == [2, 1, 0]
    assert deletions.erase_records("demo", NOW + timedelta(days=2), 10) == 2
    assert [one.number for one in deletions.records("demo", 100, 9)] == [4, 3, 2]


def test_what_is_kept_is_found_by_reason_and_day_and_once(deletions: Deletions) -> None:
    late = [KeptBack(What.CONTENT, make_ref(number), Kept.YOUNG, TODAY - timedelta(days=number)) for number in range(4)]
    for entry in late:
        deletions.keep(entry)
        deletions.keep(entry)
    held = [KeptBack(What.CONTENT, make_ref(number), Kept.LEGAL_HOLD, date.min, ("h", "g")) for number in (7, 8, 9)]
    for entry in held:
        deletions.keep(entry)

    def kept(kept: Kept, day: date = TODAY, limit: int = 10, after: str = "") -> tuple[KeptBack, ...]:
        return deletions.kept("demo", What.CONTENT, kept, day, limit, after)

    assert kept(Kept.YOUNG) == tuple(reversed(late))
    assert kept(Kept.YOUNG, TODAY - timedelta(days=2)) == (late[3], late[2])
    assert kept(Kept.LEGAL_HOLD, date.min, 2) == tuple(held[:2])
    assert kept(Kept.LEGAL_HOLD, date.min, 2, held[1].ref.queue_id) == (held[2],)
    assert kept(Kept.OPEN) == ()
    assert deletions.kept("demo", What.RECORD, Kept.YOUNG, TODAY, 10) == ()
    deletions.keep(replace(late[0], kept=Kept.LEGAL_HOLD, day=date.min, holds=("h",)))
    assert late[0] not in kept(Kept.YOUNG)
    for _ in range(2):
        deletions.forget(late[0])
    deletions.forget(replace(held[0], kept=Kept.OPEN, day=TODAY))
    assert kept(Kept.LEGAL_HOLD, date.min) == tuple(held[1:])
