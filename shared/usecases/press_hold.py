"""The buttons of a hold's card: release, discard, take back a request (stage 6), each with a second question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from shared.app import App
from shared.core.hold.link import Purpose
from shared.core.hold.shown_recipients import shown_recipients
from shared.core.notice.cards.actions import CardVerb
from shared.core.notice.cards.hold_card import confirm_card
from shared.usecases.decide_hold import HoldWish, Verb, decide_hold
from shared.usecases.hold_card import card_of_hold, show_hold_card
from shared.usecases.pressed import Press, holder_standing, load, note_card
from shared.usecases.tell_in_teams import Card
from shared.usecases.withdraw_request import withdraw_request

_QUESTIONS: Mapping[CardVerb, Literal["release", "discard", "withdraw"]] = {
    CardVerb.HOLD_RELEASE_ASK: "release",
    CardVerb.HOLD_DISCARD_ASK: "discard",
    CardVerb.HOLD_WITHDRAW_ASK: "withdraw",
}
_DECISIONS = {CardVerb.HOLD_RELEASE: Verb.RELEASE, CardVerb.HOLD_DISCARD: Verb.DISCARD}


def press_hold(app: App, press: Press) -> Card:
    """The hold's card as it stands after the press.

    The confirm card lists the reasons, so its button acknowledges those that it listed; should one be missing, nothing is
    done and the card is shown again. Raises ``NotFound``, ``NotEntitled``, ``NobodyToApprove``, ``TemporaryError``.
    """
    verb = press.action.verb
    before = load(app, press.ref)
    is_old = press.acts and not press.is_current(before)
    if press.acts and not is_old:
        if verb in _DECISIONS:
            wish = HoldWish(
                _DECISIONS[verb],
                press.action.acknowledged,
                comment=press.action.comment,
                shown=shown_recipients(before),  # a card of this version has shown them
            )
            decide_hold(app, press.ref, press.asker, wish)
        elif verb is CardVerb.HOLD_WITHDRAW:
            withdraw_request(app, press.ref, press.asker)
    record = load(app, press.ref)
    standing = holder_standing(app, press, record)
    note_card(app, press, standing, is_old=is_old)
    reader = press.reader_for(standing)
    shown = show_hold_card(app, record, reader)
    question = _QUESTIONS.get(verb)
    if question is None or (question == "release" and not press.is_current(before)):
        # Recipients may have joined since the card was made: they are shown before anybody is asked.
        return shown
    asked = confirm_card(card_of_hold(app, record, reader), press.card_reader(app, Purpose.HOLD), question)
    return Card(asked, shown.summary)
