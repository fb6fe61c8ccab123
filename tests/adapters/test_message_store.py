"""What every ``MessageStore`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.storage_clients import table_client
from shared.core.hold import state
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.approval_state import answer, ask
from shared.core.hold.record import (
    Actor,
    Change,
    Channel,
    Event,
    EventCode,
    Fate,
    OutboxEntry,
    OutboxKind,
    Outcome,
    Role,
    State,
)
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.policy.decision import ApprovalCall, Disposition
from shared.errors import Conflict, NotFound, PermanentError
from shared.ports import MessageStore, Stored
from shared.settings import ProcessSettings
from tests.fakes.message_store import FakeMessageStore
from tests.support.records import NOW, SENDER, begun, make_envelope, make_ref
from tests.support.threads import at_once


@pytest.fixture(params=["fake", "table"])
def store(request: pytest.FixtureRequest) -> MessageStore:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeMessageStore()
    process: ProcessSettings = request.getfixturevalue("process")
    name: str = request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableMessageStore(process, table=name)


def created(store: MessageStore, change: Change) -> Stored:
    stored = store.create(change)
    assert stored is not None
    return stored


class TestCreate:
    def test_a_new_state_is_loaded_exactly_as_it_was_created(self, store: MessageStore) -> None:
        change = begun(Disposition.HOLD, now=datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC))
        stored = created(store, change)
        assert stored.record == change.record
        assert store.load(change.record.ref) == stored
        assert stored.outbox == change.outbox
        assert store.events(change.record.ref) == change.events

    def test_second_run_is_told_that_somebody_was_first_and_changes_nothing(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.HOLD))
        assert store.create(begun(Disposition.DELIVER)) is None
        assert store.load(first.record.ref) == first
        assert len(store.events(first.record.ref)) == 1

    def test_the_same_queue_id_of_another_tenant_is_another_message(self, store: MessageStore) -> None:
        created(store, begun(ref=make_ref(1, "demo")))
        assert store.load(make_ref(1, "other")) is None
        assert store.events(make_ref(1, "other")) == ()
        assert store.create(begun(ref=make_ref(1, "other"))) is not None

    def test_a_tenant_whose_name_begins_with_another_ones_name_is_apart(self, store: MessageStore) -> None:
        created(store, begun(ref=make_ref(1, "demo")))
        assert store.load(make_ref(1, "demo-2")) is None

    def test_odd_values_come_back_unchanged(self, store: MessageStore) -> None:
        change = begun()
        record = replace(
            change.record,
            summary=replace(
                change.record.summary, subject="'; \"\\ \u0000\u2028 \U0001f4e7 é", date=NOW.replace(microsecond=1)
            ),
            outcome=Outcome("release", SENDER, NOW + timedelta(microseconds=1)),
            about=make_ref(9),
            lease="t",
            lease_until=NOW,
            variants=(replace(change.record.variants[0], head=bytes(range(256))),),
        )
        created(store, replace(change, record=record))
        loaded = store.load(record.ref)
        assert loaded is not None
        assert loaded.record == record
        assert loaded.record.outcome is not None
        assert loaded.record.outcome.at.utcoffset() == timedelta(0)

    def test_a_subject_that_is_unset_and_one_that_is_empty_stay_different(self, store: MessageStore) -> None:
        for number, subject in ((1, None), (2, "")):
            change = begun(ref=make_ref(number))
            record = replace(change.record, summary=replace(change.record.summary, subject=subject))
            created(store, replace(change, record=record))
            loaded = store.load(record.ref)
            assert loaded is not None
            assert loaded.record.summary.subject == subject

    def test_twenty_at_once_make_one_state(self, store: MessageStore) -> None:
        outcomes = at_once(20, lambda number: store.create(begun(now=NOW + timedelta(seconds=number))))
        winners = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
        assert len(winners) == 1
        assert [outcome for outcome in outcomes if outcome is not None] == winners
        assert store.load(make_ref()) == winners[0]


class TestLoad:
    def test_a_message_without_state_is_none(self, store: MessageStore) -> None:
        assert store.load(make_ref()) is None
        assert store.events(make_ref()) == ()


class TestCommit:
    def test_the_next_state_replaces_the_one_before_and_adds_to_the_history(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.HOLD))
        change = state.release(first.record, SENDER, NOW + timedelta(minutes=1))
        second = store.commit(first, change)
        assert second.record == change.record
        assert second.etag != first.etag
        loaded = store.load(first.record.ref)
        assert loaded is not None
        assert loaded.record == change.record
        assert loaded.etag == second.etag
        assert set(loaded.outbox) == {*first.outbox, *change.outbox}
        assert [event.code for event in store.events(first.record.ref)] == ["held", "released"]

    def test_second_run_of_a_commit_is_a_conflict_and_changes_nothing(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.HOLD))
        second = store.commit(first, state.release(first.record, SENDER, NOW))
        with pytest.raises(Conflict):
            store.commit(first, state.discard(first.record, SENDER, NOW))
        with pytest.raises(Conflict):
            store.commit(first, state.release(first.record, SENDER, NOW))
        loaded = store.load(first.record.ref)
        assert loaded is not None
        assert loaded.record == second.record
        assert [event.code for event in store.events(first.record.ref)] == ["held", "released"]

    def test_a_message_that_was_never_created_cannot_be_committed(self, store: MessageStore) -> None:
        first = created(store, begun(ref=make_ref(1)))
        other = replace(first, record=replace(first.record, ref=make_ref(2)))
        with pytest.raises(Conflict):
            store.commit(other, Change(other.record, ()))
        assert store.load(make_ref(2)) is None

    def test_results_of_delivery_are_kept(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.DELIVER))
        results = [
            replace(result, fate=Fate.SENT, code=250, status="2.0.0", text="結構です", server="mx", at=NOW)
            for result in first.record.recipients[:1]
        ]
        second = store.commit(first, state.note_results(first.record, results, NOW))
        third = store.commit(second, Change(replace(second.record, attempts=5), ()))
        loaded = store.load(first.record.ref)
        assert loaded is not None
        assert loaded.record == third.record
        assert loaded.record.recipients[0].text == "結構です"
        assert loaded.record.attempts == 5

    def test_a_change_without_an_event_leaves_the_history(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.DELIVER))
        claimed = state.claim(first.record, "token", NOW, timedelta(minutes=2))
        assert claimed is not None
        second = store.commit(first, claimed)
        assert second.record.lease == "token"
        assert len(store.events(first.record.ref)) == 1

    def test_what_was_judged_cannot_be_changed_afterwards(self, store: MessageStore) -> None:
        first = created(store, begun())
        changed = replace(first.record, envelope=make_envelope(("other@partner.example",)))
        with pytest.raises(PermanentError):
            store.commit(first, Change(changed, ()))
        assert store.load(first.record.ref) == first

    @pytest.mark.parametrize("round_number", range(3))
    def test_of_twenty_commits_on_one_state_exactly_one_wins(self, store: MessageStore, round_number: int) -> None:
        first = created(store, begun(ref=make_ref(round_number)))

        def decide(number: int) -> str:
            verb = state.release if number % 2 else state.discard
            actor = replace(SENDER, name=f"person-{number}@aozora.example")
            try:
                store.commit(first, verb(first.record, actor, NOW))
            except Conflict:
                return "lost"
            return actor.name

        outcomes = at_once(20, decide)
        winners = [outcome for outcome in outcomes if outcome != "lost"]
        assert len(winners) == 1
        loaded = store.load(first.record.ref)
        assert loaded is not None
        assert loaded.record.outcome is not None
        assert loaded.record.outcome.actor.name == winners[0]
        assert [event.number for event in store.events(first.record.ref)] == [0, 1]
        assert loaded.record.state in (State.DELIVERING, State.DISCARDED)

    def test_history_longer_than_a_page_stays_in_order(self, store: MessageStore) -> None:
        stored = created(store, begun())
        for number in range(1, 1201, 90):
            events = tuple(Event(n, EventCode.REMINDED, State.HELD, SENDER, NOW) for n in range(number, number + 90))
            stored = store.commit(stored, Change(replace(stored.record, event_count=number + 90), events))
        assert [event.number for event in store.events(stored.record.ref)] == list(range(1261))
        assert store.load(stored.record.ref) == stored


class TestOutbox:
    def test_entries_are_forgotten_once_sent_and_forgetting_twice_is_no_error(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.HOLD))
        entries = first.outbox
        assert entries
        for _ in range(2):
            store.outbox_sent(first.record.ref, entries)
            loaded = store.load(first.record.ref)
            assert loaded is not None
            assert loaded.outbox == ()
            assert loaded.etag == first.etag

    def test_only_the_named_entry_is_forgotten(self, store: MessageStore) -> None:
        change = begun(Disposition.HOLD)
        entries = (OutboxEntry(OutboxKind.DSN, 0, NOW), OutboxEntry(OutboxKind.HOLD_NOTICE, 0, NOW))
        first = created(store, replace(change, outbox=entries))
        store.outbox_sent(first.record.ref, entries[:1])
        loaded = store.load(first.record.ref)
        assert loaded is not None
        assert loaded.outbox == entries[1:]

    def test_an_entry_of_a_message_that_does_not_exist_is_no_error(self, store: MessageStore) -> None:
        store.outbox_sent(make_ref(), (OutboxEntry(OutboxKind.DSN, 0, NOW),))


class TestJudged:
    def test_messages_with_a_state_in_the_range_are_named_and_no_others(self, store: MessageStore) -> None:
        for number in (1, 2, 3, 5, 6):
            created(store, begun(Disposition.HOLD, ref=make_ref(number)))
        for tenant in ("dem", "demo-2", "other"):
            created(store, begun(ref=make_ref(3, tenant)))
        assert store.judged(make_ref(2), make_ref(5)) == {make_ref(2), make_ref(3), make_ref(5)}
        assert store.judged(make_ref(4), make_ref(4)) == frozenset()
        assert store.judged(make_ref(3, "other"), make_ref(3, "other")) == {make_ref(3, "other")}


class TestRecent:
    DAY = timedelta(days=1)

    def test_relayed_messages_of_the_time_come_oldest_first_as_they_were_judged(self, store: MessageStore) -> None:
        moments = [NOW + timedelta(hours=hours) for hours in (5, 0, 23, 24, -1)]
        changes = {at: begun(ref=make_ref(1, at=at), now=at + timedelta(seconds=2)) for at in moments}
        for change in changes.values():
            created(store, change)
        found = list(store.recent("demo", NOW, NOW + self.DAY, 100))
        assert [past.ref.received_at for past in found] == sorted(moments)[1:4]
        for past in found:
            record = changes[past.ref.received_at].record
            assert past.judged_at == record.created_at
            assert past.judged_at.utcoffset() == timedelta(0)
            for name in ("ref", "envelope", "reception", "summary", "decision"):
                assert getattr(past, name) == getattr(record, name)

    @pytest.mark.parametrize(
        ("since", "until", "found"),
        [
            pytest.param(timedelta(), timedelta(milliseconds=1), True, id="first-moment-is-in"),
            pytest.param(timedelta(milliseconds=-1), timedelta(), False, id="last-moment-is-out"),
            pytest.param(timedelta(milliseconds=1), timedelta(hours=1), False, id="a-millisecond-later"),
            pytest.param(timedelta(microseconds=900), timedelta(hours=1), True, id="within-the-millisecond"),
            pytest.param(timedelta(hours=1), timedelta(hours=-1), False, id="turned-around"),
            pytest.param(-timedelta(days=36500), timedelta(days=36500), True, id="before-1970"),
        ],
    )
    def test_bounds_of_the_time(self, store: MessageStore, since: timedelta, until: timedelta, found: bool) -> None:
        created(store, begun(ref=make_ref(1, at=NOW)))
        assert bool(list(store.recent("demo", NOW + since, NOW + until, 10))) is found

    def test_later_changes_of_a_message_do_not_hide_it(self, store: MessageStore) -> None:
        first = created(store, begun(Disposition.HOLD))
        store.commit(first, state.release(first.record, SENDER, NOW))
        [past] = store.recent("demo", NOW, NOW + self.DAY, 10)
        assert past.decision.disposition is Disposition.HOLD

    def test_other_tenants_are_not_seen(self, store: MessageStore) -> None:
        for tenant in ("demo", "dem", "demo-2", "demo2", "a", "z"):
            created(store, begun(ref=make_ref(1, tenant)))
        assert [past.ref.tenant_id for past in store.recent("demo", NOW, NOW + self.DAY, 10)] == ["demo"]
        assert list(store.recent("other", NOW, NOW + self.DAY, 10)) == []
        for wrong in ("", "demo'", "demo:", "Demo"):
            with pytest.raises(NotFound):
                list(store.recent(wrong, NOW, NOW + self.DAY, 10))

    def test_mail_of_mattas_own_is_left_out(self, store: MessageStore) -> None:
        change = begun(ref=make_ref(1))
        own = replace(
            change.record, own="hold-notice-0", reception=replace(change.record.reception, attributed_by="own")
        )
        created(store, replace(change, record=own))
        created(store, begun(ref=make_ref(2)))
        assert [past.ref for past in store.recent("demo", NOW, NOW + self.DAY, 10)] == [make_ref(2)]

    @pytest.mark.parametrize("limit", [-1, 0, 1, 4, 5, 6])
    def test_the_limit_leaves_the_oldest(self, store: MessageStore, limit: int) -> None:
        refs = [make_ref(number) for number in range(5)]
        for ref in refs:
            created(store, begun(ref=ref))
        assert [past.ref for past in store.recent("demo", NOW, NOW + self.DAY, limit)] == refs[: max(limit, 0)]


class TestApproval:
    def test_a_request_of_a_crowd_with_all_its_answers_is_loaded_as_it_was_stored(self, store: MessageStore) -> None:
        stored = created(store, begun(Disposition.HOLD))
        seats = tuple(f"person{number:03}@aozora.example" for number in range(100))
        steps = tuple(
            ApprovalStep(
                ApprovalCall(f"p{number}", f"承認{number}", "group", group="g", quorum="all"), seats, due_at=NOW
            )
            for number in range(3)
        )
        stored = store.commit(stored, ask(stored.record, SENDER, NOW, ReleaseTerms(comment="急ぎ" * 900, steps=steps)))
        for number, seat in enumerate(seats[:-1]):
            actor = Actor(Role.APPROVER, f"deputy{number}@aozora.example", Channel.TEAMS, "192.0.2.1", seat)
            comment = "".join(chr(0x4E00 + (number * 7919 + place * 104729) % 20000) for place in range(2500))
            stored = store.commit(
                stored, answer(stored.record, seat, actor, True, comment, NOW + timedelta(seconds=number))
            )
        assert store.load(stored.record.ref) == stored
        assert stored.record.state is State.AWAITING_APPROVAL
        last = Actor(Role.APPROVER, seats[-1], Channel.LINK)
        change = answer(stored.record, seats[-1], last, True, "", NOW)
        stored = store.commit(stored, change)
        loaded = store.load(stored.record.ref)
        assert loaded is not None
        assert loaded.record == stored.record
        assert loaded.record.state is State.DELIVERING
        assert store.events(stored.record.ref)[-2:] == change.events
