"""Somebody presses a button of a card in Teams (stage 6): do what it says if they may, answer with the card as it stands.

The card names a message and a wish; whose it is and what can be done follows from the person's directory id and the
message's record. A button of an old card does nothing: its reader gets the present card and may press again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.app import App
from shared.core.message.identity import MessageRef
from shared.core.notice.cards.actions import BadCardAction, CardAction, read_action
from shared.core.notice.cards.frame import CardReader
from shared.core.notice.cards.message_card import CardMessage, message_card
from shared.core.people.person import Person
from shared.core.teams.activity import CardPress
from shared.core.text.bot import BOT
from shared.errors import NotFound, PermanentError
from shared.usecases.approval_seats import NobodyToApprove
from shared.usecases.decide_hold import NotEntitled
from shared.usecases.note_look import note_refusal
from shared.usecases.press_approval import press_approval
from shared.usecases.press_hold import press_hold
from shared.usecases.press_password import press_password
from shared.usecases.pressed import Press
from shared.usecases.reader import Addressee, make_reader
from shared.usecases.teams_chat import keep_place
from shared.usecases.teams_visitor import Visitor
from shared.usecases.tell_in_teams import Card

_TOPICS: Mapping[str, Callable[[App, Press], Card]] = {
    "hold": press_hold,
    "approval": press_approval,
    "password": press_password,
}


class UnusableButton(PermanentError):
    """The button sends what no card of ours sends."""


def press_button(app: App, visitor: Visitor, press: CardPress, is_first: Callable[[App, Visitor], bool]) -> Card:
    """The card to show in place of the one that was pressed. ``visitor`` is known and active.

    Raises ``UnusableButton``, ``TemporaryError``. Who is refused, or asks for what is gone, gets a card that says so.
    """
    person = visitor.person
    if person is None or not person.active:
        raise NotEntitled("nobody's button")
    action, ref = _read(visitor, press)
    acts = action.verb.acts and not press.automatic  # a refresh is nobody's wish
    if acts and not is_first(app, visitor):
        note_refusal(app, visitor.tenant_id, ref, visitor.asker, "repeated")
        acts = False
    if acts:
        keep_place(app, visitor)
    reader = make_reader(app, visitor.tenant_id, Addressee(person.address), visitor.origin.person_key)
    try:
        return _TOPICS[action.verb.topic](app, Press(ref, action, acts, visitor.asker, reader))
    except NotEntitled:
        return _message(visitor, person, CardMessage.NOT_ENTITLED)
    except NotFound:
        return _message(visitor, person, CardMessage.GONE)
    except NobodyToApprove:
        return _message(visitor, person, CardMessage.NOBODY_TO_APPROVE)


def _read(visitor: Visitor, press: CardPress) -> tuple[CardAction, MessageRef]:
    try:
        action = read_action(press.verb, press.data)
        return action, MessageRef(visitor.tenant_id, action.queue_id)
    except (BadCardAction, ValueError) as error:
        raise UnusableButton(f"not a button of ours: {error}") from error


def _message(visitor: Visitor, person: Person, message: CardMessage) -> Card:
    reader = CardReader(person.address, visitor.language, visitor.zone)
    return Card(message_card(message, reader), BOT.text("summary", visitor.language))
