"""Retention's deletion job: what goes, what stays, what is written down; also when it dies, runs twice or at the same time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from shared.core.hold.actor import Channel, Role
from shared.core.hold.entitlement import Standing
from shared.core.hold.record import EventCode, State
from shared.core.lists.message_row import Shelf
from shared.core.message.identity import MessageRef
from shared.core.policy.retention_settings import LegalHold, Retention
from shared.core.retention.deletion_record import DeletionRecord, digest_of, first_break
from shared.core.retention.rule import Kept, What
from shared.errors import StorageUnavailable
from shared.ports_lists import Place
from shared.ports_retention import Progress
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold
from shared.usecases.note_look import note_look
from shared.usecases.purge import purge
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.threads import at_once


def world(**retention: object) -> World:
    made = World(settings=make_settings(retention=Retention(**({"body_days": 10, "metadata_days": 30} | retention))))  # type: ignore[arg-type]  # tests name the fields
    return made


def change(made: World, **retention: object) -> None:
    present = made.settings_store.tenant("demo")
    edit = msgspec.structs.replace(present.retention, **retention)
    made.settings_store.save(msgspec.structs.replace(present, retention=edit))


def delivered(made: World, to: str = INSIDE) -> MessageRef:
    ref = made.judge(to)
    made.work()
    assert made.record(ref).state is State.DELIVERED
    return ref


def days(made: World, number: float) -> None:
    made.clock.advance(seconds=number * 86400)


def stored(made: World, ref: MessageRef) -> list[str]:
    return [name for _, name, _ in made.spool.stored() if ref.queue_id in name]


def rows(made: World, ref: MessageRef) -> list[bool]:
    page = made.lists.page(Place("demo", Shelf.DAY, ref.received_at.strftime("%Y%m%d")), "", 100)
    return [row.body_deleted for row in page.rows if row.ref == ref]


def test_content_goes_after_its_days_and_the_record_after_its_own() -> None:
    made = world()
    ref = delivered(made)
    days(made, 9.9)
    assert purge(made.app).messages == 0
    assert stored(made, ref)
    days(made, 0.2)
    assert purge(made.app).messages == 1
    assert not stored(made, ref)
    record = made.record(ref)
    assert record.body_deleted_at == made.clock.now()
    assert made.messages.events(ref)[-1].code is EventCode.BODY_DELETED
    assert rows(made, ref) == [True]
    assert purge(made.app).messages == 0, "a second run"
    days(made, 19.5)
    assert purge(made.app).messages == 0
    days(made, 0.5)
    assert purge(made.app).messages == 1
    assert made.messages.load(ref) is None
    assert rows(made, ref) == []
    found = made.deletions.records("demo", 100, 100)
    assert [(one.what, one.messages, one.blobs) for one in found] == [(What.RECORD, 1, 0), (What.CONTENT, 1, 1)]
    assert {one.digest for one in found} == {digest_of([ref.queue_id])}
    assert first_break(tuple(reversed(found))) is None


def test_own_mail_made_forms_and_orphaned_envelopes_go_too() -> None:
    made = world()
    ref = made.judge(OUTSIDE)
    made.work()
    decide_hold(made.app, ref, Asker(SENDER, Channel.LINK, ""), HoldWish(Verb.RELEASE, frozenset({1})))
    made.work()
    made.spool.write_variant(ref, "made-form-1", [b"zip"])
    assert len(made.spool.outgoing) >= 1, "the sender was told"
    days(made, 11)
    purge(made.app)
    assert made.spool.stored() == ()
    days(made, 20)
    purge(made.app)
    assert made.messages.refs == ()


def test_what_is_held_stays_however_old_and_can_still_be_released() -> None:
    made = world()
    ref = made.judge(OUTSIDE)
    made.work()
    days(made, 400)
    purge(made.app)
    assert stored(made, ref)
    decide_hold(made.app, ref, Asker(SENDER, Channel.LINK, ""), HoldWish(Verb.RELEASE, frozenset({1})))
    made.work()
    assert made.record(ref).state is State.DELIVERED
    days(made, 9)
    purge(made.app)
    assert stored(made, ref), "its days count from its end"
    days(made, 60)
    for _ in range(3):
        purge(made.app)
    assert not stored(made, ref)
    assert made.messages.load(ref) is None


@pytest.mark.parametrize(
    ("hold", "stays"),
    [
        pytest.param(LegalHold(id="h"), True, id="everybody"),
        pytest.param(LegalHold(id="h", addresses=("Hanako@AOZORA.example",)), True, id="sender"),
        pytest.param(LegalHold(id="h", addresses=(INSIDE,)), True, id="recipient"),
        pytest.param(LegalHold(id="h", addresses=("@aozora.example",)), True, id="domain"),
        pytest.param(LegalHold(id="h", addresses=("@zora.example",)), False, id="end-of-a-domain"),
        pytest.param(LegalHold(id="h", addresses=("other@aozora.example",)), False, id="somebody-else"),
    ],
)
def test_a_legal_hold_keeps_its_mail_and_lifting_it_deletes(hold: LegalHold, stays: bool) -> None:
    made = world(legal_holds=(hold,))
    ref = delivered(made)
    days(made, 50)
    purge(made.app)
    assert bool(stored(made, ref)) is stays
    assert (made.messages.load(ref) is not None) is stays
    kept = made.deletions.kept("demo", What.CONTENT, Kept.LEGAL_HOLD, made.clock.now().date(), 10)
    assert [one.holds for one in kept] == ([("h",)] if stays else [])
    assert purge(made.app).messages == 0
    change(made, legal_holds=())
    purge(made.app)
    purge(made.app)
    assert not stored(made, ref)
    assert made.messages.load(ref) is None


def test_a_hold_that_is_set_after_planning_still_counts() -> None:
    made = world()
    ref = delivered(made)
    days(made, 11)
    made.messages.trouble.before("commit", StorageUnavailable("away"))
    purge(made.app)
    planned = made.deletions.progress("demo").batch
    assert planned is not None
    assert planned.queue_ids == (ref.queue_id,)
    change(made, legal_holds=(LegalHold(id="h"),))
    days(made, 0.1)
    purge(made.app)
    assert stored(made, ref)
    assert made.record(ref).body_deleted_at is None
    assert made.deletions.records("demo", 10, 10) == ()


def test_a_hold_that_is_set_between_tombstone_and_bytes_keeps_the_bytes_until_it_is_lifted() -> None:
    made = world(metadata_days=0)
    ref = delivered(made)
    days(made, 11)
    made.remains.trouble.before("erase_blobs", StorageUnavailable("away"))
    purge(made.app)
    change(made, legal_holds=(LegalHold(id="h"),))
    days(made, 0.1)
    purge(made.app)
    assert stored(made, ref)
    change(made, legal_holds=())
    purge(made.app)
    assert not stored(made, ref)


def test_bytes_without_a_state_are_reported_and_never_deleted() -> None:
    made = world()
    ref = made.receive(INSIDE)
    days(made, 100)
    for _ in range(3):
        purge(made.app)
        days(made, 30)
    assert stored(made, ref)
    assert made.deletions.kept("demo", What.CONTENT, Kept.UNJUDGED, made.clock.now().date() + timedelta(days=400), 10)
    assert made.deletions.records("demo", 10, 10) == ()


def test_a_shorter_time_reaches_what_had_ended_late_and_a_longer_one_brings_nothing_back() -> None:
    made = world(body_days=100, metadata_days=0)
    ref = made.judge(OUTSIDE)
    days(made, 90)
    decide_hold(made.app, ref, Asker(SENDER, Channel.LINK, ""), HoldWish(Verb.DISCARD))
    made.work()
    days(made, 20)
    purge(made.app)
    assert stored(made, ref)
    change(made, body_days=5)
    days(made, 1)
    purge(made.app)
    assert not stored(made, ref)
    change(made, body_days=0)
    days(made, 4000)
    later = delivered(made)
    days(made, 4000)
    purge(made.app)
    assert stored(made, later), "0 keeps for ever"


@pytest.mark.parametrize("method", ["erase_blobs", "erase_record", "blobs", "states"])
def test_whatever_dies_the_next_run_ends_it_and_the_proof_is_whole(method: str) -> None:
    made = world()
    refs = [delivered(made) for _ in range(3)]
    days(made, 11)
    if method == "erase_record":
        purge(made.app)
        days(made, 20)
    made.remains.trouble.before(method, StorageUnavailable("away"))
    purge(made.app)
    days(made, 0.1)
    purge(made.app)
    assert not any(stored(made, ref) for ref in refs)
    found = made.deletions.records("demo", 100, 100)
    assert {(one.messages, one.digest) for one in found} == {(3, digest_of(ref.queue_id for ref in refs))}
    assert found[-1].blobs == 3


def test_a_proof_that_could_not_be_written_is_written_by_the_next_run() -> None:
    made = world()
    ref = delivered(made)
    days(made, 11)
    save = made.deletions.save

    def without_records(progress: Progress, record: DeletionRecord | None = None) -> Progress:
        if record is not None:
            raise StorageUnavailable("away")
        return save(progress)

    made.deletions.save = without_records  # type: ignore[method-assign]
    purge(made.app)
    assert not stored(made, ref)
    assert made.deletions.records("demo", 10, 10) == ()
    made.deletions.save = save  # type: ignore[method-assign]
    days(made, 0.1)
    purge(made.app)
    [record] = made.deletions.records("demo", 10, 10)
    assert (record.messages, record.blobs, record.digest) == (1, 1, digest_of([ref.queue_id]))


def test_four_at_the_same_time_delete_each_message_once() -> None:
    made = world()
    refs = [delivered(made) for _ in range(20)]
    days(made, 11)
    at_once(4, lambda _: purge(made.app))
    days(made, 0.1)
    purge(made.app)
    assert made.spool.stored() == ()
    found = made.deletions.records("demo", 100, 100)
    assert sum(one.messages for one in found) == len(refs)
    assert first_break(tuple(reversed(found))) is None


def test_old_lines_of_the_audit_log_go_with_a_record_and_stay_while_a_legal_hold_stands() -> None:
    made = world(audit_days=20, body_days=0, metadata_days=0, legal_holds=(LegalHold(id="h"),))
    ref = made.judge(OUTSIDE)
    note_look(made.app, ref, Standing(Role.SENDER, ""), Asker(SENDER, Channel.LINK, ""), "page")
    days(made, 22)
    assert purge(made.app).audit_rows == 0
    assert made.audit.about(ref)
    change(made, legal_holds=())
    assert purge(made.app).audit_rows == 1
    assert not made.audit.about(ref)
    assert made.deletions.records("demo", 10, 10)[0].what is What.AUDIT


def test_a_record_that_was_altered_or_taken_out_shows() -> None:
    made = world()
    for _ in range(3):
        delivered(made)
        days(made, 11)
        purge(made.app)
    records = tuple(reversed(made.deletions.records("demo", 100, 100)))
    assert first_break(records) is None
    assert first_break((records[0], replace(records[1], messages=7), *records[2:])) == records[1].number
    assert first_break((records[0], *records[2:])) == records[2].number
