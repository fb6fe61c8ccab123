"""The buttons of a receipt's card: send, pause, resume or delete a password notice (stage 6; product.md Z4).

The card shows passwords, so each time that one is handed out counts as a look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shared.app import App
from shared.core.hold.link import Purpose
from shared.core.hold.password_notice import NoticeVerb
from shared.core.notice.cards.actions import CardVerb
from shared.core.notice.cards.receipt_card import receipt_confirm_card
from shared.core.notice.receipt_sheet import make_receipt_sheet
from shared.errors import NotFound
from shared.usecases.change_password_notice import NoticeUnchanged, change_password_notice, password_standing
from shared.usecases.note_look import note_password_look, note_refusal
from shared.usecases.pressed import OLD_CARD, Press, internal_domains, load
from shared.usecases.tell_in_teams import Card
from shared.usecases.write_receipt import receipt_card_of

_QUESTIONS: Mapping[CardVerb, Literal["send", "delete"]] = {
    CardVerb.PASSWORD_SEND_ASK: "send",
    CardVerb.PASSWORD_DELETE_ASK: "delete",
}
_STEPS = {
    CardVerb.PASSWORD_SEND: NoticeVerb.SEND,
    CardVerb.PASSWORD_PAUSE: NoticeVerb.PAUSE,
    CardVerb.PASSWORD_RESUME: NoticeVerb.RESUME,
    CardVerb.PASSWORD_DELETE: NoticeVerb.DELETE,
}


def press_password(app: App, press: Press) -> Card:
    """The receipt's card as it stands after the press.

    Deliveries go on while people look at a card, so what makes it old is a change of this notice, not of the message.
    Raises ``NotFound``, ``NotEntitled``, ``TemporaryError``.
    """
    verb, action = press.action.verb, press.action
    if press.acts and verb in _STEPS:
        done = change_password_notice(app, press.ref, press.asker, action.variant, _STEPS[verb], action.version)
        if isinstance(done, NoticeUnchanged):
            note_refusal(app, press.ref.tenant_id, press.ref, press.asker, OLD_CARD)
    record = load(app, press.ref)
    standing = password_standing(app, record, press.asker, verb)
    if not record.passwords:
        raise NotFound("no password notice")
    shown = receipt_card_of(app, record, press.reader_for(standing), 0)
    question = _QUESTIONS.get(verb)
    if question is not None:
        sheet = make_receipt_sheet(record, internal_domains(app, record), {})
        reader = press.card_reader(app, Purpose.RECEIPT)
        asked = receipt_confirm_card(press.ref.queue_id, record.event_count, sheet, reader, action.variant, question)
        return Card(asked, shown.summary)
    for notice in record.passwords:
        note_password_look(app, press.ref, standing, press.asker, notice.variant)
    return shown
