"""The buttons of a request for approval: approve or deny, with a comment, each with a second question (stage 6)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.approval_standing import answerable_seats, approver_standing
from shared.core.hold.link import Purpose
from shared.core.notice.approval_sheet import make_approval_sheet
from shared.core.notice.cards.actions import CardVerb
from shared.core.notice.cards.approval_card import approval_card, approval_confirm_card
from shared.core.notice.safe_text import one_line
from shared.core.text.bot import BOT
from shared.errors import NotFound
from shared.usecases.answer_approval import answer_approval, approval_people
from shared.usecases.decide_hold import NotEntitled
from shared.usecases.note_look import note_refusal
from shared.usecases.pressed import Press, internal_domains, load, note_card
from shared.usecases.tell_in_teams import Card

_QUESTIONS = {CardVerb.APPROVAL_APPROVE_ASK: True, CardVerb.APPROVAL_DENY_ASK: False}
_ANSWERS = {CardVerb.APPROVAL_APPROVE: True, CardVerb.APPROVAL_DENY: False}
_LONGEST_SUBJECT = 120


def press_approval(app: App, press: Press) -> Card:
    """The request's card as it stands after the press.

    Raises ``NotFound``, ``NotEntitled``, ``TemporaryError``.
    """
    verb, action = press.action.verb, press.action
    is_old = press.acts and not press.is_current(load(app, press.ref))
    if press.acts and verb in _ANSWERS and not is_old:
        answer_approval(app, press.ref, press.asker, _ANSWERS[verb], action.comment)
    record = load(app, press.ref)
    if record.approval is None:
        raise NotFound("no such request")
    people, now = approval_people(app, record, press.asker.person), app.clock.now()
    found = approver_standing(record, press.asker.person, people, now)
    if found is None:
        note_refusal(app, press.ref.tenant_id, press.ref, press.asker, verb)
        raise NotEntitled(f"no approver by {press.asker.channel}")
    note_card(app, press, found[1], is_old=is_old)
    seats = tuple(seat for seat, _ in answerable_seats(record, press.asker.person, people, now))
    sheet = make_approval_sheet(record, internal_domains(app, record), seats)
    reader = press.card_reader(app, Purpose.APPROVAL)
    subject = one_line(sheet.hold.subject, _LONGEST_SUBJECT)
    summary = f"{BOT.text('summary', press.reader.language)}: {subject}"
    queue_id, version = press.ref.queue_id, record.event_count
    if verb in _QUESTIONS:
        asked = approval_confirm_card(queue_id, version, sheet, reader, _QUESTIONS[verb], action.comment)
        return Card(asked, summary)
    return Card(approval_card(queue_id, version, sheet, reader), summary)
