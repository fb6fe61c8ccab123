"""Rows of lists: what they show, which shelves they lie on, and what strangers cannot put into them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.hold import state
from shared.core.hold.approval import ApprovalRequest, ApprovalStep, Vote
from shared.core.hold.password_notice import NoticeState, PasswordNotice
from shared.core.hold.record import Actor, Channel, MessageRecord, Role, State
from shared.core.lists.make_row import is_listed, left_spots, make_row, spots_of
from shared.core.lists.message_row import Shelf
from shared.core.message.facts import Mailbox
from shared.core.policy.decision import ApprovalCall, Disposition
from tests.support.records import NOW, SENDER, begun, delivering, held, make_envelope, make_ref

HANAKO = "hanako@aozora.example"
DAY = (Shelf.DAY, "20261121")


def with_seats(record: MessageRecord, stands: State, *allowed: bool | None) -> MessageRecord:
    """A record with one step for each of ``allowed``, and how it ended: by an answer, where it did."""
    call = ApprovalCall("p", "Policy", "addresses")
    boss = "boss@aozora.example"
    steps = tuple(
        ApprovalStep(
            call,
            (boss, f"seat{number}@aozora.example"),
            () if ended is None else (Vote(boss, Actor(Role.APPROVER, boss, Channel.LINK), ended, "", NOW),),
            allowed=ended,
        )
        for number, ended in enumerate(allowed)
    )
    return replace(record, state=stands, approval=ApprovalRequest(SENDER, "", NOW, steps))


def test_a_row_shows_what_lists_need() -> None:
    row = make_row(held())
    assert (row.ref, row.sender, row.from_address) == (make_ref(), HANAKO, HANAKO)
    assert (row.subject, row.recipients, row.external, row.attachments) == ("お見積書の件", 2, 1, 1)
    assert row.first_recipients == ("taro@partner.example", "jiro@aozora.example")
    assert (row.reason_codes, row.rule_names) == (("rule.recipient-external",), ("社外宛て",))
    assert (row.state, row.event_count, row.due_at) == (State.HELD, 1, held().due_at)
    assert (row.verb, row.decided_by, row.seats, row.approval, row.password) == ("", None, (), "", None)


def test_a_decided_row_tells_who_when_and_what() -> None:
    row = make_row(state.discard(held(), SENDER, NOW + timedelta(hours=1)).record)
    assert (row.verb, row.decided_by, row.decided_at) == ("discard", SENDER, NOW + timedelta(hours=1))
    assert (row.state, row.due_at, row.event_count) == (State.DISCARDED, None, 2)


def test_texts_of_strangers_are_made_short_and_harmless() -> None:
    record = held()
    summary = replace(
        record.summary, subject="a\u202eb\r\nBcc: x\x00" + "長" * 5000, header_from=(Mailbox("x\u202e" + "y" * 999),)
    )
    row = make_row(replace(record, summary=summary))
    assert row.subject.startswith("ab Bcc: x長")
    assert len(row.subject) == 200
    assert len(row.from_address) == 254
    assert "\u202e" not in row.subject + row.from_address


def test_a_row_is_small_whatever_the_message_holds() -> None:
    envelope = make_envelope(tuple(f"{'r' * 60}{number}@partner.example" for number in range(1000)))
    row = make_row(begun(envelope=envelope).record)
    assert (row.recipients, row.external, len(row.first_recipients)) == (1000, 1000, 3)


def test_recipients_that_could_not_be_judged_count_by_their_domain() -> None:
    record = held()
    assert make_row(replace(record, summary=replace(record.summary, recipients=()))).external == 1


@pytest.mark.parametrize(
    ("record", "listed"),
    [
        pytest.param(held(), True, id="held"),
        pytest.param(delivering(), False, id="passing"),
        pytest.param(replace(delivering(), state=State.DELIVERED), True, id="passed"),
        pytest.param(state.release(held(), SENDER, NOW).record, True, id="released, on its way"),
        pytest.param(begun(Disposition.REJECT).record, True, id="rejected"),
        pytest.param(replace(held(), own="dsn-1"), False, id="Matta's own"),
    ],
)
def test_what_lists_show(record: MessageRecord, listed: bool) -> None:
    assert is_listed(record) is listed


HELD_SPOTS = ((Shelf.HELD, HANAKO), (Shelf.HELD, ""))
SENT = (Shelf.SENT, HANAKO)


@pytest.mark.parametrize(
    ("record", "spots", "left"),
    [
        pytest.param(held(), (*HELD_SPOTS, SENT, DAY), (), id="held"),
        pytest.param(replace(held(), state=State.DELAYED), (*HELD_SPOTS, SENT, DAY), (), id="delayed"),
        pytest.param(state.release(held(), SENDER, NOW).record, (SENT, DAY), HELD_SPOTS, id="released"),
        pytest.param(replace(delivering(), state=State.DELIVERED), (SENT, DAY), (), id="passed without a hold"),
        pytest.param(
            replace(held(), envelope=make_envelope(reverse_path="HANAKO@Aozora.example")),
            (*HELD_SPOTS, SENT, DAY),
            (),
            id="capitals of the sender",
        ),
        pytest.param(
            replace(held(), envelope=make_envelope(reverse_path="")), ((Shelf.HELD, ""), DAY), (), id="null sender"
        ),
        pytest.param(
            with_seats(held(), State.AWAITING_APPROVAL, None),
            (
                *HELD_SPOTS,
                (Shelf.TO_APPROVE, "boss@aozora.example"),
                (Shelf.TO_APPROVE, "seat0@aozora.example"),
                SENT,
                DAY,
            ),
            (),
            id="awaiting approval",
        ),
    ],
)
def test_where_a_row_lies_and_where_no_more(
    record: MessageRecord, spots: tuple[object, ...], left: tuple[object, ...]
) -> None:
    assert spots_of(record) == spots
    assert left_spots(record) == left


@pytest.mark.parametrize(
    ("stands", "allowed", "shown"),
    [
        pytest.param(State.AWAITING_APPROVAL, (True, None), "open", id="one of two has allowed"),
        pytest.param(State.DENIED, (True, False), "denied", id="one of two has denied"),
        pytest.param(State.DELIVERING, (True, True), "approved", id="both have allowed"),
        pytest.param(State.DISCARDED, (True, None), "", id="withdrawn"),
        pytest.param(State.EXPIRED, (None,), "", id="nobody answered"),
    ],
)
def test_how_an_approval_stands(stands: State, allowed: tuple[bool | None, ...], shown: str) -> None:
    row = make_row(with_seats(held(), stands, *allowed))
    assert row.approval == shown
    assert row.seats[:2] == ("boss@aozora.example", "seat0@aozora.example")


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        pytest.param((), None, id="none"),
        pytest.param((NoticeState.SENT, NoticeState.PAUSED), NoticeState.PAUSED, id="paused before sent"),
        pytest.param((NoticeState.DELETED, NoticeState.WAITING), NoticeState.WAITING, id="waiting before all"),
    ],
)
def test_of_several_password_notices_the_one_that_most_is_to_be_done_about(
    states: tuple[NoticeState, ...], shown: NoticeState | None
) -> None:
    notices = tuple(PasswordNotice(f"part-{number}", one, 0) for number, one in enumerate(states))
    assert make_row(replace(held(), passwords=notices)).password is shown


def test_an_approval_that_lapsed_is_not_shown_as_given() -> None:
    asked = with_seats(held(), State.DELIVERING, None)
    assert asked.approval is not None
    lapsed = replace(asked.approval, steps=tuple(replace(step, allowed=True) for step in asked.approval.steps))
    row = make_row(replace(asked, approval=lapsed))
    assert (row.approval, row.requester) == ("", SENDER.name)
