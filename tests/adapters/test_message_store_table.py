"""What is particular to state in Table storage: lost answers, storage that is down, bounds of rows and transactions."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.storage_clients import table_client
from shared.core.hold import state
from shared.core.hold.record import Change, Event, EventCode, Fate, State
from shared.core.message.identity import MessageRef
from shared.core.policy.decision import Anchor, AnchorKind, Disposition, Reason
from shared.errors import Conflict, PermanentError, StorageUnavailable
from shared.ports import Stored
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.records import NOW, SENDER, begun, make_envelope, make_ref
from tests.support.storage_proxy import StorageProxy


@pytest.fixture
def table(process: ProcessSettings, own_name: str) -> str:
    table_client(process, own_name).create_table()
    return own_name


@pytest.fixture
def store(process: ProcessSettings, table: str) -> TableMessageStore:
    return TableMessageStore(process, table=table)


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "table") as running:
        yield running


@pytest.fixture
def shaky(process: ProcessSettings, table: str, proxy: StorageProxy) -> TableMessageStore:
    """The same table through the proxy."""
    return TableMessageStore(replace(process, storage=proxy.connection_string, storage_timeout=3.0), table=table)


def created(store: TableMessageStore, change: Change) -> Stored:
    stored = store.create(change)
    assert stored is not None
    return stored


class TestAnswersThatAreLost:
    def test_a_commit_whose_answer_was_lost_is_ours(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        first = created(shaky, begun())
        proxy.lose_answer("$batch")
        second = shaky.commit(first, state.release(first.record, SENDER, NOW))
        assert store.load(first.record.ref) == second
        assert [event.code for event in store.events(first.record.ref)] == ["held", "released"]
        third = shaky.commit(second, Change(replace(second.record, attempts=1), ()))
        assert store.load(first.record.ref) == third

    def test_a_create_whose_answer_was_lost_is_ours(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        proxy.lose_answer("$batch")
        stored = shaky.create(begun())
        assert stored is not None
        assert store.load(make_ref()) == stored

    def test_a_request_that_never_arrived_is_repeated(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        proxy.lose_request("$batch")
        stored = shaky.create(begun())
        assert stored is not None
        assert store.load(make_ref()) == stored

    @pytest.mark.parametrize("status", [500, 503])
    def test_a_server_error_is_repeated(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy, status: int
    ) -> None:
        first = created(shaky, begun())
        proxy.answer("$batch", status, times=2)
        second = shaky.commit(first, state.release(first.record, SENDER, NOW))
        assert store.load(first.record.ref) == second

    def test_every_answer_lost_and_the_state_shows_that_it_was_ours(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        first = created(shaky, begun())
        proxy.lose_answer("$batch", times=3)
        second = shaky.commit(first, state.release(first.record, SENDER, NOW))
        assert store.load(first.record.ref) == second

    def test_somebody_elses_commit_after_a_lost_request_is_a_conflict(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        first = created(shaky, begun())
        other = store.commit(first, state.discard(first.record, SENDER, NOW))
        proxy.lose_request("$batch")
        with pytest.raises(Conflict):
            shaky.commit(first, state.release(first.record, SENDER, NOW))
        assert store.load(first.record.ref) == other

    def test_somebody_elses_create_after_a_lost_request_is_none(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        created(store, begun(Disposition.DELIVER))
        proxy.lose_request("$batch")
        assert shaky.create(begun(Disposition.HOLD)) is None

    def test_a_commit_that_others_followed_before_its_answer_could_be_had_is_still_ours(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        # The answer comes after the client has given up; meanwhile another worker goes on from what it stored.
        first = created(shaky, begun())
        proxy.delay("$batch", 3.5)
        proxy.delay("$batch", 0)
        outcome: list[Stored] = []
        release = state.release(first.record, SENDER, NOW)
        worker = threading.Thread(target=lambda: outcome.append(shaky.commit(first, release)))
        worker.start()
        deadline = time.monotonic() + 3
        while (seen := store.load(first.record.ref)) is not None and seen.record.state is State.HELD:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert seen is not None
        later = store.commit(seen, Change(replace(seen.record, attempts=7), ()))
        worker.join(20)
        [mine] = outcome
        assert mine.record == release.record
        assert store.load(first.record.ref) == later
        with pytest.raises(Conflict):
            shaky.commit(mine, Change(replace(mine.record, attempts=9), ()))

    def test_reads_and_removals_are_repeated(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        first = created(shaky, begun())
        proxy.lose_answer("RowKey%20lt")
        proxy.answer("RowKey%20lt", 503)
        loaded = shaky.load(first.record.ref)
        assert loaded == first
        proxy.lose_answer("RowKey=")
        shaky.outbox_sent(first.record.ref, first.outbox)
        after = store.load(first.record.ref)
        assert after is not None
        assert after.outbox == ()


class TestStorageDown:
    def test_unavailable_within_bounded_time_and_nothing_done(
        self, shaky: TableMessageStore, store: TableMessageStore, proxy: StorageProxy
    ) -> None:
        first = created(store, begun())
        proxy.lose_request("/", times=1000)
        begin = time.monotonic()
        with pytest.raises(StorageUnavailable):
            shaky.commit(first, state.release(first.record, SENDER, NOW))
        with pytest.raises(StorageUnavailable):
            shaky.create(begun(ref=make_ref(2)))
        with pytest.raises(StorageUnavailable):
            shaky.load(first.record.ref)
        with pytest.raises(StorageUnavailable):
            shaky.events(first.record.ref)
        with pytest.raises(StorageUnavailable):
            shaky.outbox_sent(first.record.ref, first.outbox)
        assert time.monotonic() - begin < 15
        assert store.load(first.record.ref) == first
        assert store.load(make_ref(2)) is None

    def test_nobody_listens(self, table: str) -> None:
        closed = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:9/a"
        store = TableMessageStore(ProcessSettings(storage=closed, storage_timeout=1.0), table=table)
        with pytest.raises(StorageUnavailable):
            store.load(make_ref())
        with pytest.raises(StorageUnavailable):
            store.create(begun())

    def test_a_missing_table_does_not_look_like_a_message_without_state(self, process: ProcessSettings) -> None:
        store = TableMessageStore(process, table="missing")
        with pytest.raises(StorageUnavailable):
            store.load(make_ref())
        with pytest.raises(StorageUnavailable):
            store.create(begun())

    def test_a_wrong_key_is_temporary_and_the_cause_holds_no_signature(
        self, process: ProcessSettings, table: str
    ) -> None:
        wrong = re.sub("AccountKey=[^;]*", "AccountKey=d3Jvbmc=", process.storage)
        with pytest.raises(StorageUnavailable) as raised:
            TableMessageStore(replace(process, storage=wrong), table=table).load(make_ref())
        assert "SharedKey" not in str(raised.value)
        assert "403" in str(raised.value)


def random_address(generator: random.Random) -> str:
    """254 characters that no compressor can shorten much."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    domain = ".".join("".join(generator.choices(letters, k=60)) for _ in range(3)) + ".example"
    return "".join(generator.choices(letters, k=254 - len(domain) - 1)) + "@" + domain


def large_change(ref: MessageRef, count: int = 1000) -> Change:
    generator = random.Random(7)
    addresses = tuple(random_address(generator) for _ in range(count))
    change = begun(Disposition.HOLD, ref=ref, envelope=make_envelope(addresses))
    anchors = tuple(Anchor(AnchorKind.RECIPIENT, address) for address in addresses)
    reasons = tuple(Reason(f"rule.{number}", (), anchors, f"r{number}", "名前", "説明") for number in range(7))
    [part] = change.record.decision.parts
    decision = replace(change.record.decision, parts=(replace(part, reasons=reasons),))
    return replace(change, record=replace(change.record, decision=decision))


class TestBounds:
    def test_a_thousand_recipients_with_the_longest_addresses_fit_and_come_back(self, store: TableMessageStore) -> None:
        change = large_change(make_ref())
        assert {len(address) for address in change.record.envelope.recipients} == {254}
        stored = created(store, change)
        generator = random.Random(3)
        released = store.commit(stored, state.release(stored.record, SENDER, NOW))
        results = [
            replace(
                result,
                fate=Fate.FAILED,
                code=550,
                status="5.1.1",
                text="".join(generator.choices("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=512)),
                server="mx.partner.example",
                at=NOW,
            )
            for result in released.record.recipients
        ]
        last = store.commit(released, state.note_results(released.record, results, NOW))
        assert store.load(change.record.ref) == last

    def test_too_large_a_record_is_refused_for_good_and_nothing_is_stored(self, store: TableMessageStore) -> None:
        change = large_change(make_ref(), 5500)
        with pytest.raises(PermanentError):
            store.create(change)
        assert store.load(change.record.ref) is None

    def test_more_operations_than_a_transaction_takes_are_refused_for_good(self, store: TableMessageStore) -> None:
        first = created(store, begun())
        events = tuple(Event(number, EventCode.REMINDED, State.HELD, SENDER, NOW) for number in range(1, 101))
        with pytest.raises(PermanentError):
            store.commit(first, Change(first.record, events))
        assert store.load(first.record.ref) == first

    def test_text_that_is_no_unicode_is_refused_for_good(self, store: TableMessageStore) -> None:
        change = begun()
        broken = replace(change.record, summary=replace(change.record.summary, subject="\udc80"))
        with pytest.raises(PermanentError):
            store.create(replace(change, record=broken))

    def test_keys_hold_no_character_that_keys_must_not_hold(
        self, store: TableMessageStore, process: ProcessSettings, table: str
    ) -> None:
        first = created(store, begun(Disposition.HOLD))
        store.commit(first, state.release(first.record, SENDER, NOW))
        keys = {(row["PartitionKey"], row["RowKey"]) for row in table_client(process, table).list_entities()}
        assert len(keys) == 8
        assert not {character for key in keys for text in key for character in text} & set("/\\#?")

    def test_the_columns_that_lists_search_are_plain(
        self, store: TableMessageStore, process: ProcessSettings, table: str
    ) -> None:
        first = created(store, begun(Disposition.HOLD))
        row = table_client(process, table).get_entity("demo:" + first.record.ref.queue_id, "a:state")
        assert (row["state"], row["tenant"]) == ("held", "demo")
        assert row["changed_at"] == NOW
        assert row["due_at"] == NOW + timedelta(hours=4)


class TestOneRequest:
    def test_each_call_is_one_request(self, shaky: TableMessageStore, proxy: StorageProxy) -> None:
        first = created(shaky, begun())
        shaky.commit(first, state.release(first.record, SENDER, NOW))
        shaky.load(first.record.ref)
        shaky.events(first.record.ref)
        assert [request.split()[0] for request in proxy.requests] == ["POST", "POST", "GET", "GET"]

    def test_what_delivery_did_not_touch_is_not_written_again(
        self, store: TableMessageStore, process: ProcessSettings, table: str
    ) -> None:
        first = created(store, begun(Disposition.HOLD))
        partition = "demo:" + first.record.ref.queue_id
        rows = table_client(process, table)
        before = {key: rows.get_entity(partition, key).metadata["etag"] for key in ("a:state", "a:fixed", "a:delivery")}
        store.commit(first, state.release(first.record, SENDER, NOW))
        after = {key: rows.get_entity(partition, key).metadata["etag"] for key in before}
        assert [key for key in before if before[key] != after[key]] == ["a:state"]


class TestRowsThatDoNotFit:
    def test_a_state_without_its_other_rows_is_temporary(
        self, store: TableMessageStore, process: ProcessSettings, table: str
    ) -> None:
        first = created(store, begun())
        table_client(process, table).delete_entity("demo:" + first.record.ref.queue_id, "a:delivery")
        with pytest.raises(StorageUnavailable):
            store.load(first.record.ref)


class TestRecentMessages:
    def test_pages_follow_one_another_and_ask_for_one_tenant_and_time_only(
        self,
        shaky: TableMessageStore,
        store: TableMessageStore,
        proxy: StorageProxy,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("shared.adapters.message_store_table._PAGE", 3)
        refs = [make_ref(number) for number in range(8)]
        for ref in refs:
            created(store, begun(ref=ref))
        proxy.lose_answer("RowKey%20eq")
        proxy.answer("RowKey%20eq", 503)
        found = shaky.recent("demo", NOW, NOW + timedelta(hours=1), 100)
        assert proxy.requests == [], "nothing is read before it is asked for"
        assert [past.ref for past in found] == refs
        bounds = f"PartitionKey%20ge%20%27demo%3A{refs[0].queue_id[:10]}"
        assert len(proxy.requests) >= 3
        assert all(bounds in request and "PartitionKey%20lt%20%27demo%3A" in request for request in proxy.requests)

    def test_a_row_from_before_the_column_of_its_time_was_judged_when_it_came(
        self, store: TableMessageStore, process: ProcessSettings, table: str
    ) -> None:
        from azure.data.tables import UpdateMode

        first = created(store, begun(now=NOW + timedelta(seconds=5)))
        rows = table_client(process, table)
        row = rows.get_entity("demo:" + first.record.ref.queue_id, "a:fixed")
        del row["created_at"]
        rows.update_entity(row, mode=UpdateMode.REPLACE)
        [past] = store.recent("demo", NOW, NOW + timedelta(hours=1), 10)
        assert past.judged_at == first.record.reception.received_at
        assert store.load(first.record.ref) is not None

    def test_storage_that_is_down_is_temporary(self, shaky: TableMessageStore, proxy: StorageProxy) -> None:
        proxy.lose_request("/", times=100)
        with pytest.raises(StorageUnavailable):
            list(shaky.recent("demo", NOW, NOW + timedelta(hours=1), 10))
