"""Which card belongs to a copy of a notice: one function for each kind of notice that is told on cards (stage 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.app import App
from shared.core.hold.record import MessageRecord, OutboxKind
from shared.core.notice.cards.frame import CardReader
from shared.core.notice.cards.message_card import CardMessage, message_card
from shared.core.text.bot import BOT
from shared.usecases.hold_card import show_hold_card
from shared.usecases.open_link import standing_of
from shared.usecases.reader import Reader
from shared.usecases.tell_in_teams import Card
from shared.usecases.write_answer_notice import answer_card_of
from shared.usecases.write_approval_notice import approval_card_of
from shared.usecases.write_receipt import receipt_card_of

CardOf = Callable[[App, MessageRecord, Reader, int], Card]
"""The card of a message as its record stands, for one reader; the number is that of the entry it was posted for."""


def _receipt(app: App, record: MessageRecord, reader: Reader, number: int) -> Card:
    """A receipt's card holds a password: whoever has lost the right to the message finds a sentence in its place."""
    if standing_of(app, record, reader.person) is None:
        shown = message_card(CardMessage.NOT_ENTITLED, CardReader(reader.person, reader.language, reader.zone))
        return Card(shown, BOT.text("summary", reader.language))
    return receipt_card_of(app, record, reader, number)


def _hold(app: App, record: MessageRecord, reader: Reader, number: int) -> Card:
    return show_hold_card(app, record, reader)


CARDS: Mapping[str, CardOf] = {
    OutboxKind.HOLD_NOTICE: _hold,
    OutboxKind.APPROVAL_NOTICE: approval_card_of,
    OutboxKind.ANSWER_NOTICE: answer_card_of,
    OutboxKind.RECEIPT: _receipt,
}
"""By the kind of outbox entry. Cards of other kinds stay as they were posted."""
