"""Which recipients a sender is told of, by which report, and that each is told of once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold import state
from shared.core.hold.record import EventCode, Fate, MessageRecord, OutboxKind, State
from shared.core.hold.reports import delay_due, note_reports, plan_delay_notice, reported
from shared.core.message.envelope import DsnWish, Envelope
from shared.core.message.facts import MailKind
from shared.core.policy.decision import Disposition, Reason
from tests.support.records import NOW, RETRY_PLAN, begun

HOUR = timedelta(hours=1)
PLAN = replace(RETRY_PLAN, delay_notice=4 * HOUR)
DSN, DELAY, RELAYED, REFUSAL = (
    OutboxKind.DSN,
    OutboxKind.DELAY_DSN,
    OutboxKind.RELAYED_DSN,
    OutboxKind.REFUSAL_NOTICE,
)


def asked(*notify: str, reverse_path: str = "hanako@aozora.example") -> Envelope:
    """One recipient for each wish, which is words with commas; an empty one says nothing."""
    wishes = tuple(DsnWish(tuple(filter(None, words.split(",")))) for words in notify)
    return Envelope(reverse_path, tuple(f"r{number}@x.example" for number in range(len(notify))), wishes=wishes)


def on_its_way(*notify: str, **more: str) -> MessageRecord:
    return begun(Disposition.DELIVER, envelope=asked(*notify, **more)).record


def with_results(record: MessageRecord, *results: tuple[Fate, bool]) -> MessageRecord:
    """The record with a fate, and whether the server reports on, for each recipient."""
    pairs = zip(record.recipients, results, strict=True)
    return replace(record, recipients=tuple(replace(one, fate=fate, reports_on=on) for one, (fate, on) in pairs))


def told(record: MessageRecord, kind: OutboxKind) -> list[str]:
    return [one.address[:2] for one in reported(record, kind, record.event_count)]


F, S, P, D = Fate.FAILED, Fate.SENT, Fate.PENDING, Fate.DROPPED

CASES = [
    pytest.param("", F, False, [DSN], id="failure, nothing said"),
    pytest.param("FAILURE", F, False, [DSN], id="failure, asked for"),
    pytest.param("SUCCESS,FAILURE", F, False, [DSN], id="failure among others"),
    pytest.param("SUCCESS", F, False, [], id="failure, only success asked for"),
    pytest.param("DELAY", F, False, [], id="failure, only delay asked for"),
    pytest.param("NEVER", F, False, [], id="failure, never"),
    pytest.param("", S, False, [], id="success, nothing said"),
    pytest.param("SUCCESS", S, False, [RELAYED], id="success, asked for, and the server knows no reports"),
    pytest.param("SUCCESS", S, True, [], id="success, asked for, and the server reports on"),
    pytest.param("FAILURE,DELAY", S, False, [], id="success, others asked for"),
    pytest.param("NEVER", S, False, [], id="success, never"),
    pytest.param("SUCCESS,FAILURE", P, False, [], id="still pending"),
    pytest.param("SUCCESS,FAILURE", D, False, [], id="left out by who released it"),
]


@pytest.mark.parametrize(("notify", "fate", "reports_on", "owed"), CASES)
def test_what_is_reported_of_a_recipient(notify: str, fate: Fate, reports_on: bool, owed: list[OutboxKind]) -> None:
    record = with_results(on_its_way(notify), (fate, reports_on))
    noted, kinds = note_reports(record)
    assert list(kinds) == owed
    assert told(noted, DSN) == (["r0"] if owed == [DSN] else [])
    assert told(noted, RELAYED) == (["r0"] if owed == [RELAYED] else [])
    assert note_reports(noted) == (noted, ()), "and never again"


def test_recipients_of_one_message_are_told_of_by_the_report_that_each_wants() -> None:
    record = with_results(
        on_its_way("", "NEVER", "SUCCESS", "SUCCESS", ""), (F, False), (F, False), (S, False), (S, True), (S, False)
    )
    noted, kinds = note_reports(record)
    assert list(kinds) == [DSN, RELAYED]
    assert (told(noted, DSN), told(noted, RELAYED)) == (["r0"], ["r2"])


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(on_its_way("SUCCESS,FAILURE,DELAY", reverse_path=""), id="null sender"),
        pytest.param(
            replace(
                on_its_way("SUCCESS,FAILURE,DELAY"),
                summary=replace(on_its_way("").summary, kind=MailKind.DSN),
            ),
            id="a DSN that has a sender",
        ),
    ],
)
@pytest.mark.parametrize("fate", [F, S, P])
def test_nothing_is_reported_on_a_report(record: MessageRecord, fate: Fate) -> None:
    assert note_reports(with_results(record, (fate, False)))[1] == ()
    assert plan_delay_notice(record, HOUR, NOW + 2 * HOUR).delay_notice_at is None


def test_an_own_mail_is_reported_on_only_where_it_failed() -> None:
    record = replace(on_its_way("SUCCESS,FAILURE,DELAY"), own="password-notice-1")
    assert note_reports(with_results(record, (S, False)))[1] == ()
    assert note_reports(with_results(record, (F, False)))[1] == (DSN,)
    assert plan_delay_notice(record, HOUR, NOW + 2 * HOUR).delay_notice_at is None


@pytest.mark.parametrize(
    ("reason", "notify", "owed"),
    [
        pytest.param("policy", ("NEVER", "SUCCESS"), [REFUSAL], id="refused by policy, and nobody wants a DSN"),
        pytest.param("policy", ("NEVER", ""), [DSN], id="refused by policy, and one recipient's DSN says so"),
        pytest.param("loop", ("NEVER", "NEVER"), [], id="a loop is no policy"),
    ],
)
def test_nobody_is_left_in_the_dark_about_a_refusal_by_policy(
    reason: str, notify: tuple[str, ...], owed: list[OutboxKind]
) -> None:
    record = on_its_way(*notify)
    part = replace(record.decision.parts[0], disposition=Disposition.REJECT, reasons=(Reason(reason),))
    record = replace(record, decision=replace(record.decision, parts=(part,)))
    noted, kinds = note_reports(with_results(record, *((F, False) for _ in notify)))
    assert list(kinds) == owed
    assert [one.reported_in for one in noted.recipients].count(noted.event_count) == {REFUSAL: 2, DSN: 1}.get(
        owed[0] if owed else OutboxKind.CARDS, 0
    )


def deferred(record: MessageRecord) -> MessageRecord:
    """The record after an attempt that reached nobody."""
    claimed = state.claim(record, "t", NOW, timedelta(minutes=1))
    assert claimed is not None
    return state.finish_attempt(claimed.record, PLAN, 0.0, NOW).record


def test_a_record_of_an_earlier_version_still_loads_and_owes_nothing_new() -> None:
    record = with_results(on_its_way("", ""), (F, False), (S, False))
    document = msgspec.to_builtins(record)
    del document["delay_notice_at"]
    for field in ("ret", "envid", "wishes"):
        del document["envelope"][field]
    for result in document["recipients"]:
        del result["delay_reported_in"], result["reports_on"]
    document["recipients"][0]["reported_in"] = 0
    loaded = msgspec.convert(document, MessageRecord)
    assert loaded.delay_notice_at is None
    assert note_reports(loaded) == (loaded, ())


class TestDelay:
    def test_its_moment_is_counted_from_the_start_and_wakes_the_message(self) -> None:
        record = deferred(on_its_way("", ""))
        assert record.delay_notice_at == NOW + 4 * HOUR
        late = replace(record, due_at=NOW + 40 * HOUR)
        assert late.next_due == NOW + 4 * HOUR

    @pytest.mark.parametrize(
        ("notify", "expected"),
        [
            pytest.param(("",), ["r0"], id="nothing said"),
            pytest.param(("DELAY",), ["r0"], id="asked for"),
            pytest.param(("NEVER", ""), ["r1"], id="one never"),
            pytest.param(("FAILURE", "SUCCESS,DELAY"), ["r1"], id="one by name"),
        ],
    )
    def test_it_is_told_once_of_those_who_want_it(self, notify: tuple[str, ...], expected: list[str]) -> None:
        record = deferred(on_its_way(*notify))
        assert delay_due(record, NOW + 4 * HOUR - timedelta(seconds=1)) is None
        change = delay_due(record, NOW + 4 * HOUR)
        assert change is not None
        assert [(event.code, event.args) for event in change.events] == [
            (EventCode.DELAY_REPORTED, (("pending", str(len(expected))),))
        ]
        assert [(entry.kind, entry.number) for entry in change.outbox] == [(DELAY, record.event_count)]
        assert [one.address[:2] for one in reported(change.record, DELAY, record.event_count)] == expected
        assert (change.record.state, change.record.due_at) == (State.DELIVERING, record.due_at)
        assert delay_due(change.record, NOW + 100 * HOUR) is None
        due_at = record.due_at
        assert due_at is not None
        again = state.claim(change.record, "t2", due_at, timedelta(minutes=1))
        assert again is not None
        after = state.finish_attempt(again.record, PLAN, 0.0, NOW + 5 * HOUR).record
        assert after.delay_notice_at is None

    @pytest.mark.parametrize(
        "record",
        [
            pytest.param(on_its_way("NEVER", "FAILURE,SUCCESS"), id="nobody wants it"),
            pytest.param(replace(on_its_way(""), own="dsn-1"), id="own mail"),
        ],
    )
    def test_where_nobody_is_to_be_told_nobody_wakes_up_for_it(self, record: MessageRecord) -> None:
        assert deferred(record).delay_notice_at is None

    @pytest.mark.parametrize(
        ("after", "planned"),
        [
            pytest.param(None, False, id="switched off"),
            pytest.param(4 * HOUR, True, id="before the deadline"),
            pytest.param(48 * HOUR, False, id="with the deadline"),
        ],
    )
    def test_the_deadline_comes_first(self, after: timedelta | None, planned: bool) -> None:
        record = plan_delay_notice(on_its_way(""), after, NOW + 48 * HOUR)
        assert (record.delay_notice_at is not None) is planned

    def test_it_waits_while_a_worker_has_the_message(self) -> None:
        record = deferred(on_its_way(""))
        due_at = record.due_at
        assert due_at is not None
        claimed = state.claim(replace(record, delay_notice_at=due_at), "t2", due_at, HOUR)
        assert claimed is not None
        assert delay_due(claimed.record, due_at + timedelta(minutes=30)) is None
        assert claimed.record.next_due == due_at + HOUR, "it does not wake anybody before the claim is over"
        assert delay_due(claimed.record, due_at + HOUR) is not None

    def test_who_has_got_it_meanwhile_is_in_no_report(self) -> None:
        change = delay_due(deferred(on_its_way("", "")), NOW + 5 * HOUR)
        assert change is not None
        number = change.events[0].number
        sent = replace(change.record.recipients[0], fate=S)
        record = state.note_results(change.record, [sent], NOW + 5 * HOUR).record
        assert [one.address[:2] for one in reported(record, DELAY, number)] == ["r1"]

    def test_the_end_of_the_message_forgets_it(self) -> None:
        record = deferred(on_its_way(""))
        done = with_results(replace(record, lease="t"), (S, False))
        assert state.finish_attempt(done, PLAN, 0.0, NOW + HOUR).record.delay_notice_at is None


FATES = st.sampled_from([F, S, P])
WISHES = st.sampled_from(["", "NEVER", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE,DELAY"])


@given(
    st.lists(
        st.tuples(WISHES, st.lists(st.tuples(FATES, st.booleans()), min_size=4, max_size=4)), min_size=1, max_size=6
    )
)
def test_whatever_happens_each_recipient_is_told_of_at_most_once_and_only_as_wished(
    people: list[tuple[str, list[tuple[Fate, bool]]]],
) -> None:
    record = on_its_way(*(wish for wish, _ in people))
    seen: dict[tuple[str, OutboxKind], int] = {}
    now = NOW
    for attempt in range(4):
        now = max(now, record.due_at or now)
        claimed = state.claim(record, "t", now, timedelta(minutes=1))
        if claimed is None:
            break
        answers = [
            replace(one, fate=fates[attempt][0], reports_on=fates[attempt][1])
            for one, (_, fates) in zip(record.recipients, people, strict=True)
            if one.fate is P
        ]
        change = state.finish_attempt(state.note_results(claimed.record, answers, now).record, PLAN, 0.5, now)
        late = delay_due(change.record, NOW + (attempt + 2) * HOUR)
        for entry in (*change.outbox, *(late.outbox if late is not None else ())):
            for result in reported((late or change).record, entry.kind, entry.number):
                seen[result.address, entry.kind] = seen.get((result.address, entry.kind), 0) + 1
        record = (late or change).record
    assert set(seen.values()) <= {1}
    for address, kind in seen:
        notify = people[int(address[1 : address.index("@")])][0]
        word = {DSN: "FAILURE", DELAY: "DELAY", RELAYED: "SUCCESS"}[kind]
        assert word in notify or (not notify and kind is not RELAYED)
