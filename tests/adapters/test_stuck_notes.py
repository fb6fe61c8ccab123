"""What every ``StuckNotes`` does: the fake and the one on a table are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.storage_clients import table_client
from shared.adapters.stuck_table import TableStuckNotes
from shared.core.message.identity import MessageRef
from shared.ports_operator import StuckKind, StuckNote, StuckNotes
from tests.fakes.stuck_notes import FakeStuckNotes
from tests.support.records import NOW, make_ref

NOTE = StuckNote(make_ref(1), StuckKind.DELIVERY, NOW, 7, 451, "4.3.0", "hop.example:25")


@pytest.fixture(params=["fake", "table"])
def stuck(request: pytest.FixtureRequest) -> StuckNotes:
    if request.param == "fake":
        return FakeStuckNotes()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableStuckNotes(process, table=name)


def test_a_note_is_read_as_it_was_put(stuck: StuckNotes) -> None:
    assert stuck.oldest(10) == ()
    stuck.put(NOTE)
    assert stuck.oldest(10) == (NOTE,)


def test_a_message_has_one_note_the_last(stuck: StuckNotes) -> None:
    later = replace(NOTE, kind=StuckKind.EFFECTS, since=NOW + timedelta(hours=1), attempts=9)
    stuck.put(NOTE)
    stuck.put(later)
    assert stuck.oldest(10) == (later,)


def test_forgetting_takes_one_and_may_be_done_twice(stuck: StuckNotes) -> None:
    other = replace(NOTE, ref=make_ref(2))
    stuck.put(NOTE)
    stuck.put(other)
    stuck.remove(NOTE.ref)
    stuck.remove(NOTE.ref)
    assert stuck.oldest(10) == (other,)


def test_the_oldest_messages_come_first_and_page_by_page_whatever_their_tenant(stuck: StuckNotes) -> None:
    refs = [MessageRef(f"tenant-{number % 3}", make_ref(number).queue_id) for number in range(7)]
    for ref in reversed(refs):
        stuck.put(replace(NOTE, ref=ref))
    first = stuck.oldest(4)
    assert [note.ref for note in first] == refs[:4]
    assert [note.ref for note in stuck.oldest(4, first[-1].ref)] == refs[4:]
    assert stuck.oldest(4, refs[-1]) == ()
