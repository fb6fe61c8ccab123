"""Password notices: every arrow and nothing but the arrows, and who is told when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold import password_state as notices
from shared.core.hold.password_notice import NoticeState, NoticeVerb, PasswordNotice
from shared.core.hold.password_state import NoticeUnchanged
from shared.core.hold.record import (
    SYSTEM,
    Change,
    EventCode,
    Fate,
    MessageRecord,
    OutboxKind,
    RecipientResult,
    State,
    Variant,
)
from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason
from shared.core.policy.transform_calls import ZipAttachments, stored_calls
from tests.support.records import NOW, SENDER, delivering, make_envelope

WAITING, PAUSED, SENT = NoticeState.WAITING, NoticeState.PAUSED, NoticeState.SENT
DELETED, MANUAL, NONE = NoticeState.DELETED, NoticeState.MANUAL, NoticeState.NONE
SEND, PAUSE, RESUME, DELETE = NoticeVerb.SEND, NoticeVerb.PAUSE, NoticeVerb.RESUME, NoticeVerb.DELETE
MINUTE = timedelta(minutes=1)
DELAY = 5 * MINUTE
PEOPLE = ("a@partner.example", "b@partner.example", "c@partner.example", "d@partner.example")


def zipped(mode: str = "automatic", *, delay: int = 5) -> MessageRecord:
    """A message on its way whose four recipients get a ZIP."""
    call = ZipAttachments(
        policy="p",
        method="aes-256",
        file_name="enc.zip",
        time_zone="Asia/Tokyo",
        password="generated",
        password_length=12,
        password_classes=("lower",),
        notice=mode,  # type: ignore[arg-type]  # tests name the words
        notice_delay_minutes=delay,
        notice_template="t",
    )
    part = DecisionPart(PEOPLE, Disposition.DELIVER, (Reason("no-rule"),), stored_calls((call,)))
    record = replace(
        delivering(),
        envelope=make_envelope(PEOPLE),
        decision=Decision((part,), 1),
        recipients=tuple(RecipientResult(address, "part-0") for address in PEOPLE),
        variants=(Variant("part-0", "variant", b"", "b1", b"sealed", "enc.zip"),),
    )
    return notices.born(record)


def answer(record: MessageRecord, fates: dict[str, Fate], now: datetime = NOW, state: State | None = None) -> Change:
    """Results for recipients by the local part of their address."""
    results = tuple(replace(one, fate=fates.get(one.address[0], one.fate)) for one in record.recipients)
    return notices.note_delivered(Change(replace(record, recipients=results, state=state or record.state), ()), now)


def delivered(mode: str = "automatic", people: str = "abcd", now: datetime = NOW) -> MessageRecord:
    return answer(zipped(mode), dict.fromkeys(people, Fate.SENT), now).record


def in_state(state: NoticeState, people: str = "abcd", *, told: Sequence[str] = ()) -> MessageRecord:
    """Some have the ZIP, some of them were told, and the notice is in that state."""
    record = delivered(people=people)
    due_at = NOW + DELAY if state is WAITING else None
    return replace(record, passwords=(replace(record.passwords[0], state=state, due_at=due_at, told=tuple(told)),))


def notice(record: MessageRecord) -> PasswordNotice:
    return record.passwords[0]


def kinds(change: Change) -> list[OutboxKind]:
    return [entry.kind for entry in change.outbox]


@pytest.mark.parametrize(
    ("mode", "state", "delay"), [("automatic", WAITING, 5), ("manual", MANUAL, 0), ("none", NONE, 0)]
)
def test_notice_is_born_with_its_variant(mode: str, state: NoticeState, delay: int) -> None:
    record = zipped(mode)
    assert record.passwords == (PasswordNotice("part-0", state, delay, "t"),)
    assert notices.born(record) is record
    assert record.next_due is None


def test_variant_without_password_has_no_notice() -> None:
    record = replace(zipped(), passwords=(), variants=(Variant("part-0", "variant", b""),))
    assert notices.born(record).passwords == ()


@pytest.mark.parametrize(
    ("mode", "code", "due_at"),
    [
        ("automatic", EventCode.PASSWORD_WAITING, NOW + DELAY),
        ("manual", EventCode.PASSWORD_KEPT, None),
        ("none", EventCode.PASSWORD_KEPT, None),
    ],
)
def test_first_delivery_starts_the_delay_and_owes_one_receipt(
    mode: str, code: EventCode, due_at: datetime | None
) -> None:
    change = answer(zipped(mode), {"b": Fate.SENT})
    assert [event.code for event in change.events] == [code]
    assert kinds(change) == [OutboxKind.RECEIPT]
    assert notice(change.record).delivered_at == NOW
    assert change.record.next_due == due_at
    later = answer(change.record, {"a": Fate.SENT}, NOW + MINUTE)
    assert (later.events, later.outbox) == ((), ())
    assert notice(later.record) == notice(change.record)


def test_nothing_is_noted_before_somebody_has_it() -> None:
    record = zipped()
    assert answer(record, {"a": Fate.FAILED}).record.passwords == record.passwords


@pytest.mark.parametrize("state", [State.BOUNCED, State.PARTLY_DELIVERED])
def test_notice_of_what_reached_nobody_is_deleted(state: State) -> None:
    """Others may have the message, in a form without a password."""
    change = answer(zipped(), dict.fromkeys("abcd", Fate.FAILED), state=state)
    assert notice(change.record).state is DELETED
    assert [(event.code, event.actor) for event in change.events] == [(EventCode.PASSWORD_DELETED, SYSTEM)]
    assert change.outbox == ()
    again = notices.note_delivered(replace(change, events=(), outbox=()), NOW)
    assert again.events == ()


def test_it_goes_out_when_its_time_has_come_and_once() -> None:
    record = delivered(people="ac")
    assert notices.password_due(record, NOW + DELAY - timedelta(seconds=1)) is None
    change = notices.password_due(record, NOW + DELAY)
    assert change is not None
    [event] = change.events
    assert (event.code, event.actor) == (EventCode.PASSWORD_SENT, SYSTEM)
    assert dict(event.args) == {"variant": "part-0", "count": "2", "who": "0,2"}
    assert notices.told_by(change.record, event) == (PEOPLE[0], PEOPLE[2])
    assert kinds(change) == [OutboxKind.PASSWORD_NOTICE, OutboxKind.CARDS]
    assert notice(change.record).told == (PEOPLE[0], PEOPLE[2])
    assert notices.password_due(change.record, NOW + 10 * DELAY) is None


def test_who_gets_the_message_later_is_told_later_and_who_bounced_never() -> None:
    sent = notices.password_due(delivered(people="a"), NOW + DELAY)
    assert sent is not None
    hour = NOW + timedelta(hours=1)
    later = answer(sent.record, {"b": Fate.SENT, "c": Fate.FAILED}, hour)
    assert later.events == ()
    assert later.record.next_due == hour + DELAY
    second = notices.password_due(later.record, hour + DELAY)
    assert second is not None
    assert notices.told_by(second.record, second.events[0]) == (PEOPLE[1],)
    assert notice(second.record).told == PEOPLE[:2]


def test_after_sending_by_hand_later_recipients_wait_no_more() -> None:
    sent = notices.act(delivered(people="a"), "part-0", SEND, SENDER, NOW)
    later = answer(sent.record, {"b": Fate.SENT}, NOW + MINUTE)
    assert later.record.next_due == NOW + MINUTE


ALLOWED = {
    (WAITING, SEND): SENT,
    (WAITING, PAUSE): PAUSED,
    (WAITING, DELETE): DELETED,
    (PAUSED, SEND): SENT,
    (PAUSED, RESUME): WAITING,
    (PAUSED, DELETE): DELETED,
    (MANUAL, SEND): SENT,
    (MANUAL, DELETE): DELETED,
}


@pytest.mark.parametrize("verb", NoticeVerb)
@pytest.mark.parametrize("state", [WAITING, PAUSED, MANUAL, SENT, DELETED, NONE])
def test_every_verb_in_every_state(state: NoticeState, verb: NoticeVerb) -> None:
    record = in_state(state, told=PEOPLE if state is SENT else ())
    expected = ALLOWED.get((state, verb))
    if expected is None:
        assert verb not in notices.allowed(record, notice(record))
        with pytest.raises(NoticeUnchanged) as told:
            notices.act(record, "part-0", verb, SENDER, NOW)
        assert told.value.notice == notice(record)
        return
    change = notices.act(record, "part-0", verb, SENDER, NOW)
    assert notice(change.record).state is expected
    assert [event.actor for event in change.events] == [SENDER]
    with pytest.raises(NoticeUnchanged):  # the same request once more
        notices.act(change.record, "part-0", verb, SENDER, NOW)


@pytest.mark.parametrize(("verb", "after"), [(PAUSE, PAUSED), (DELETE, DELETED)], ids=["paused", "deleted"])
def test_what_is_sent_can_be_held_back_from_those_who_are_still_to_come(verb: NoticeVerb, after: NoticeState) -> None:
    record = in_state(SENT, people="a", told=PEOPLE[:1])
    assert notices.allowed(record, notice(record)) == (PAUSE, DELETE)
    change = notices.act(record, "part-0", verb, SENDER, NOW)
    assert notice(change.record).state is after
    later = answer(change.record, {"b": Fate.SENT}, NOW + MINUTE)
    assert later.record.next_due is None


@pytest.mark.parametrize("state", [WAITING, PAUSED, MANUAL])
def test_nothing_is_sent_while_nobody_has_the_message(state: NoticeState) -> None:
    record = in_state(state, people="")
    assert SEND not in notices.allowed(record, notice(record))


def test_pause_keeps_what_is_left_of_the_delay() -> None:
    record = delivered()
    paused = notices.act(record, "part-0", PAUSE, SENDER, NOW + 2 * MINUTE).record
    assert paused.next_due is None
    assert notices.password_due(paused, NOW + 10 * DELAY) is None
    resumed = notices.act(paused, "part-0", RESUME, SENDER, NOW + 60 * MINUTE).record
    assert resumed.next_due == NOW + 63 * MINUTE


def test_pause_before_delivery_keeps_the_whole_delay() -> None:
    paused = notices.act(zipped(), "part-0", PAUSE, SENDER, NOW).record
    change = answer(paused, {"a": Fate.SENT}, NOW + MINUTE)
    assert kinds(change) == [OutboxKind.RECEIPT]
    assert change.record.next_due is None
    resumed = notices.act(change.record, "part-0", RESUME, SENDER, NOW + 2 * MINUTE).record
    assert resumed.next_due == NOW + 2 * MINUTE + DELAY


def test_resumed_before_delivery_it_waits_for_delivery() -> None:
    paused = notices.act(zipped(), "part-0", PAUSE, SENDER, NOW).record
    resumed = notices.act(paused, "part-0", RESUME, SENDER, NOW).record
    assert resumed.next_due is None
    assert answer(resumed, {"a": Fate.SENT}, NOW + MINUTE).record.next_due == NOW + MINUTE + DELAY


def test_resumed_when_all_who_have_it_were_told_it_is_sent() -> None:
    record = notices.act(in_state(SENT, people="a", told=PEOPLE[:1]), "part-0", PAUSE, SENDER, NOW).record
    resumed = notices.act(record, "part-0", RESUME, SENDER, NOW).record
    assert (notice(resumed).state, resumed.next_due) == (SENT, None)
    assert answer(resumed, {"b": Fate.SENT}, NOW + MINUTE).record.next_due == NOW + MINUTE + DELAY


def test_failed_sending_is_taken_back_once_and_waits_for_a_person() -> None:
    sent = notices.password_due(delivered(), NOW + DELAY)
    assert sent is not None
    failed = notices.sending_failed(sent.record, sent.events[0], NOW + DELAY)
    assert failed is not None
    assert (notice(failed.record).state, notice(failed.record).told) == (MANUAL, ())
    assert kinds(failed) == [OutboxKind.RECEIPT, OutboxKind.CARDS]
    assert notices.was_taken_back((*sent.events, *failed.events), sent.events[0].number)
    assert not notices.was_taken_back(sent.events, sent.events[0].number)
    assert notices.sending_failed(failed.record, sent.events[0], NOW + DELAY) is None
    again = notices.act(failed.record, "part-0", SEND, SENDER, NOW + DELAY)
    assert notice(again.record).told == PEOPLE


def test_two_variants_that_are_due_go_out_together() -> None:
    record = delivered()
    other = PasswordNotice("part-1", WAITING, 5, due_at=NOW + DELAY, delivered_at=NOW)
    recipients = (*record.recipients, RecipientResult("e@partner.example", "part-1", Fate.SENT))
    both = replace(record, recipients=recipients, passwords=(*record.passwords, other))
    change = notices.password_due(both, NOW + DELAY)
    assert change is not None
    assert [dict(event.args)["variant"] for event in change.events] == ["part-0", "part-1"]
    assert [event.number for event in change.events] == [record.event_count, record.event_count + 1]
    assert len({(entry.kind, entry.number) for entry in change.outbox}) == 4


def test_unknown_variant_is_an_error() -> None:
    with pytest.raises(LookupError):
        notices.act(delivered(), "part-9", SEND, SENDER, NOW)


STEPS = st.lists(
    st.one_of(
        st.sampled_from(list(NoticeVerb)),
        st.tuples(st.sampled_from("abcd"), st.sampled_from([Fate.SENT, Fate.FAILED])),
        st.integers(0, 600),
    ),
    max_size=30,
)


@given(STEPS, st.sampled_from(["automatic", "manual", "none"]))
def test_whatever_happens_everybody_is_told_at_most_once_and_only_who_has_it(
    steps: list[NoticeVerb | tuple[str, Fate] | int], mode: str
) -> None:
    record, now = zipped(mode), NOW
    told: list[str] = []
    receipts = 0
    deleted = False
    for step in steps:
        change: Change | None = None
        if isinstance(step, NoticeVerb):
            try:
                change = notices.act(record, "part-0", step, SENDER, now)
            except NoticeUnchanged:
                continue
        elif isinstance(step, tuple):
            pending = {one.address[0] for one in record.pending()}
            change = answer(record, {step[0]: step[1]} if step[0] in pending else {}, now)
        else:
            now += timedelta(seconds=step)
            change = notices.password_due(record, now)
        if change is None:
            continue
        record = change.record
        receipts += kinds(change).count(OutboxKind.RECEIPT)
        for event in change.events:
            if event.code is EventCode.PASSWORD_SENT:
                assert not deleted
                people = notices.told_by(record, event)
                assert len(people) == int(dict(event.args)["count"]) > 0
                told += people
        deleted = deleted or notice(record).state is DELETED
    has_it = {one.address for one in record.recipients if one.fate is Fate.SENT}
    assert len(told) == len(set(told))
    assert set(told) <= has_it
    assert tuple(told) == notice(record).told
    assert receipts == (1 if has_it else 0)
    if notice(record).state is NONE:
        assert not told
