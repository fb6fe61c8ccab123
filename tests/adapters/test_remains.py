"""What every ``Remains`` does: the fake and the one on a storage account are held to the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from shared.adapters.audit_log_table import TableAuditLog
from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.notice_ledger_table import TableNoticeLedger
from shared.adapters.remains_storage import StorageRemains
from shared.adapters.spool_blob import BlobSpool
from shared.adapters.storage_clients import container_client, table_client
from shared.core.hold.change import make_change
from shared.core.hold.record import SYSTEM, Change, EventCode
from shared.core.message.identity import MessageRef
from shared.ports import MessageStore, Spool
from shared.ports_people import AuditCode, AuditEntry, AuditLog, CopyKey, NoticeLedger
from shared.ports_relay import Spooled
from shared.ports_retention import Remains
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.clock import FakeClock
from tests.fakes.message_store import FakeMessageStore
from tests.fakes.notice_ledger import FakeNoticeLedger
from tests.fakes.remains import FakeRemains
from tests.fakes.spool import FakeSpool
from tests.support.records import NOW, SENDER, begun, make_envelope, make_reception, make_ref

HOUR = timedelta(hours=1)
COPY = CopyKey("hold-notice", 0, "hanako@aozora.example", "teams")


@dataclass
class Stores:
    """The stores that fill what ``remains`` takes away."""

    spool: Spool
    messages: MessageStore
    ledger: NoticeLedger
    audit: AuditLog
    remains: Remains
    receive: Callable[[MessageRef, bytes], None]

    def create(self, ref: MessageRef) -> None:
        assert self.messages.create(begun(ref=ref)) is not None


@pytest.fixture(params=["fake", "storage"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """One implementation after the other, empty."""
    if request.param == "fake":
        spool, messages = FakeSpool(FakeClock(NOW)), FakeMessageStore()
        ledger, audit = FakeNoticeLedger(), FakeAuditLog()

        def keep(ref: MessageRef, data: bytes) -> None:
            spool.keep(Spooled(ref, make_envelope(), make_reception()), data)

        return Stores(spool, messages, ledger, audit, FakeRemains(spool, messages, ledger, audit), keep)
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    for container in ("spool", "envelopes", "outgoing"):
        container_client(process, name + container).create_container()
    for table in ("messages", "notices", "audit"):
        table_client(process, name + table).create_table()

    def put(ref: MessageRef, data: bytes) -> None:
        container_client(process, f"{name}spool").upload_blob(ref.blob_name, data)

    return Stores(
        BlobSpool(process, prefix=name),
        TableMessageStore(process, table=f"{name}messages"),
        TableNoticeLedger(process, table=f"{name}notices"),
        TableAuditLog(process, table=f"{name}audit"),
        StorageRemains(process, prefix=name),
        put,
    )


def test_all_blobs_of_a_message_are_found_and_deleted_and_no_other(stores: Stores) -> None:
    mine, beside, foreign = make_ref(1), make_ref(2), make_ref(3, "other")
    for ref in (mine, beside, foreign):
        stores.receive(ref, b"abc")
    stores.spool.write_outgoing(mine, b"de")
    stores.spool.write_variant(mine, "first-form", [b"f"])
    assert stores.remains.hours() == (mine.hour,)
    found = stores.remains.blobs("demo", mine.hour)
    assert sorted((blob.ref, blob.container, blob.size) for blob in found) == [
        (mine, "outgoing", 1),
        (mine, "outgoing", 2),
        (mine, "spool", 3),
        (beside, "spool", 3),
    ]
    of_one = stores.remains.blobs("demo", mine.hour, mine.queue_id)
    assert {blob.ref for blob in of_one} == {mine}
    for _ in range(2):
        stores.remains.erase_blobs(of_one)
    assert {blob.ref for blob in stores.remains.blobs("demo", mine.hour)} == {beside}
    assert stores.remains.blobs("other", mine.hour)
    assert stores.remains.blobs("demo", "2001010100") == ()


def test_states_are_found_in_order_between_two_queue_ids(stores: Stores) -> None:
    refs = [make_ref(number, at=NOW + number * HOUR) for number in range(5)]
    for ref in (*refs, make_ref(9, "other")):
        stores.create(ref)
    assert stores.remains.next_state("demo", "") == refs[0]
    assert stores.remains.next_state("demo", refs[0].queue_id) == refs[1]
    assert stores.remains.next_state("demo", refs[4].queue_id) is None
    assert stores.remains.states("demo", refs[0].queue_id, refs[3].queue_id, 10) == (refs[1], refs[2])
    assert stores.remains.states("demo", "", "z", 2) == (refs[0], refs[1])


def test_a_record_goes_whole_unless_it_changed_meanwhile(stores: Stores) -> None:
    ref, other = make_ref(1), make_ref(2)
    stores.create(ref)
    stores.create(other)
    stores.ledger.begin(ref, COPY, NOW, HOUR)
    seen = stores.messages.load(ref)
    assert seen is not None
    later = stores.messages.commit(seen, make_change(seen.record, EventCode.REMINDED, SYSTEM, NOW))
    assert not stores.remains.erase_record(seen)
    present = stores.messages.load(ref)
    assert present is not None
    assert present.record == later.record
    assert stores.remains.erase_record(later)
    assert stores.messages.load(ref) is None
    assert stores.messages.events(ref) == ()
    assert stores.ledger.copies(ref) == ()
    assert not stores.remains.erase_record(later), "a second run"
    assert stores.messages.load(other) is not None


def test_a_record_with_a_long_history_goes_in_several_transactions(stores: Stores) -> None:
    ref = make_ref(1)
    stored = stores.messages.create(begun(ref=ref))
    assert stored is not None
    for _ in range(4):
        changes: list[Change] = []
        for _ in range(60):
            base = changes[-1].record if changes else stored.record
            changes.append(make_change(base, EventCode.REMINDED, SYSTEM, NOW))
        events = tuple(event for change in changes for event in change.events)
        stored = stores.messages.commit(stored, Change(changes[-1].record, events))
    assert stores.remains.erase_record(stored)
    assert stores.messages.events(ref) == ()


def test_audit_lines_go_by_whole_days_and_lines_about_messages_with_them(stores: Stores) -> None:
    ref = make_ref(1, at=NOW - timedelta(days=9))
    moments = [NOW - timedelta(days=9), NOW - timedelta(days=3), NOW - HOUR, NOW]
    for at in moments:
        stores.audit.append("demo", AuditEntry(AuditCode.LOOKED, SENDER, at, ref))
        stores.audit.append("other", AuditEntry(AuditCode.LOOKED, SENDER, at))
    total = 0
    while done := stores.remains.erase_audit("demo", NOW - timedelta(hours=2), 3):
        total += done
    assert total >= 2
    left = stores.audit.between("demo", NOW - timedelta(days=30), NOW + HOUR, 100)
    assert [entry.at for entry in left] == [NOW, NOW - HOUR]
    assert [entry.at for entry in stores.audit.about(ref)] == [NOW - HOUR, NOW]
    assert len(stores.audit.between("other", NOW - timedelta(days=30), NOW + HOUR, 100)) == 4
