"""What a card says follows from the record alone, so that all copies say the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hold.record import SYSTEM, Actor, Channel, MessageRecord, Outcome, Role, State
from shared.core.notice.hold_notice import NoticeKind
from shared.usecases.hold_card import kind_now, show_hold_card
from shared.usecases.reader import Addressee, make_reader
from tests.support.app import SENDER, World
from tests.support.records import NOW, held

PERSON = Actor(Role.SENDER, SENDER, Channel.LINK)


def ended(state: State, actor: Actor) -> MessageRecord:
    return replace(held(), state=state, due_at=None, outcome=Outcome("release", actor, NOW))


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        pytest.param(held(), NoticeKind.FIRST, id="fresh"),
        pytest.param(replace(held(), reminders_sent=2), NoticeKind.REMINDER, id="reminded"),
        pytest.param(replace(held(), reminders_sent=2, due_at=None), NoticeKind.LEFT, id="left"),
        pytest.param(replace(held(), state=State.DELAYED), NoticeKind.DELAYED, id="delayed"),
        pytest.param(ended(State.EXPIRED, SYSTEM), NoticeKind.EXPIRED, id="expired"),
        pytest.param(ended(State.DISCARDED, SYSTEM), NoticeKind.DISCARDED, id="discarded-by-policy"),
        pytest.param(ended(State.DELIVERED, SYSTEM), NoticeKind.RELEASED, id="released-by-time"),
        pytest.param(ended(State.DELIVERED, PERSON), NoticeKind.FIRST, id="released-by-a-person"),
        pytest.param(ended(State.DENIED, PERSON), NoticeKind.FIRST, id="denied"),
    ],
)
def test_which_notice_a_message_would_be_told_of_with(record: MessageRecord, kind: NoticeKind) -> None:
    assert kind_now(record) is kind


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("actor", [SYSTEM, PERSON], ids=["system", "person"])
@pytest.mark.parametrize("principal", ["", "box@aozora.example"], ids=["own", "proxy"])
def test_every_state_has_a_card_and_a_line_that_names_the_message(state: State, actor: Actor, principal: str) -> None:
    world = World()
    record = held() if state.awaits_decision else ended(state, actor)
    reader = make_reader(world.app, "demo", Addressee(SENDER, principal))
    card = show_hold_card(world.app, replace(record, state=state), reader)
    assert "お見積書の件" in card.summary
    assert ("代理人として" in card.data.decode()) is (bool(principal) and state.awaits_decision)
