"""Tell the sender how their request for approval ended (stage 5): the effect of an ``answer-notice`` outbox entry.

Runs twice harmlessly. A proxy who released the message is told too.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.app import App
from shared.core.hold.approval_state import has_quorum
from shared.core.hold.entitlement import entitled, sender_of
from shared.core.hold.link import Purpose
from shared.core.hold.record import SYSTEM, Event, EventCode, MessageRecord, OutboxEntry, State
from shared.core.message.identity import MessageRef
from shared.core.notice.approval_letter import LONGEST_SUBJECT, ApprovalLetter, ApprovalMail, write_approval_letter
from shared.core.notice.approval_sheet import ApprovalSheet, make_approval_sheet
from shared.core.notice.cards.approval_card import answer_card
from shared.core.notice.letter import Letter
from shared.core.notice.own_words import OwnWords
from shared.core.notice.safe_text import one_line
from shared.core.notice.teams_text import short_text
from shared.core.policy.tenant_settings import NoticeName
from shared.core.text.approval import APPROVAL
from shared.usecases.approval_words import approval_words
from shared.usecases.effective_settings import settings_for
from shared.usecases.hold_card import card_reader
from shared.usecases.hold_parties import hold_parties
from shared.usecases.make_link import make_link
from shared.usecases.people_about import people_about
from shared.usecases.reader import Addressee, Reader
from shared.usecases.tell_in_teams import Card
from shared.usecases.tell_people import Telling, tell

_KINDS = {
    EventCode.APPROVED: ApprovalMail.APPROVED,
    EventCode.DENIED: ApprovalMail.DENIED,
    EventCode.EXPIRED: ApprovalMail.EXPIRED,
    EventCode.RELEASED: ApprovalMail.RELEASED,
    EventCode.LEFT: ApprovalMail.LEFT,
}
_NOTICES: Mapping[ApprovalMail, NoticeName] = {
    ApprovalMail.APPROVED: "approval-approved",
    ApprovalMail.DENIED: "approval-denied",
}
"""What a tenant can have words of its own for. The others end by time."""


def write_answer_notice(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Tell of the event ``entry.number``.

    ``False`` when there is nothing (more) to tell: everybody was told before, or somebody has answered what was left.
    Raises ``StillOwed`` where somebody could not be told yet, and ``TemporaryError``.
    """
    stored = app.messages.load(ref)
    if stored is None or stored.record.approval is None or not sender_of(stored.record):
        return False
    record = stored.record
    event = next((event for event in app.messages.events(ref) if event.number == entry.number), None)
    kind = _KINDS.get(event.code) if event is not None else None
    if event is None or kind is None or not _still_true(record, event):
        return False
    telling = Telling(
        people=_people(app, record),
        mail=lambda reader, letter: _mail(app, record, kind, reader, letter),
        card=lambda reader: answer_card_of(app, record, reader, entry.number),
        text=lambda reader: _text(app, record, kind, reader),
        showed=record.event_count,
    )
    return tell(app, ref, entry, telling)


def answer_card_of(app: App, record: MessageRecord, reader: Reader, number: int) -> Card:
    """How the request stands, as a card for whom it was made. Raises ``TemporaryError``."""
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    sheet = make_approval_sheet(record, settings.internal_domains)
    link = make_link(app, record.ref, reader.person, Purpose.HOLD, reader.settings)
    kind = _kind_now(record)
    words = _words(app, record, sheet, kind, reader)
    data = answer_card(sheet, card_reader(reader, link.url), words.text if words is not None else "")
    return Card(data, _line(sheet, kind, reader))


def _mail(app: App, record: MessageRecord, kind: ApprovalMail, reader: Reader, letter: Letter) -> bytes:
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    sheet = make_approval_sheet(record, settings.internal_domains)
    link = make_link(app, record.ref, reader.person, Purpose.HOLD, reader.settings)
    words = _words(app, record, sheet, kind, reader)
    content = ApprovalLetter(
        kind=kind,
        sheet=sheet,
        link=link.url,
        link_expires_at=link.expires_at,
        language=reader.language,
        zone=reader.zone,
        on_behalf_of=reader.on_behalf_of,
        own_subject=words.subject if words is not None else "",
        own_text=words.text if words is not None else "",
    )
    return write_approval_letter(content, letter)


def _text(app: App, record: MessageRecord, kind: ApprovalMail, reader: Reader) -> str:
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    sheet = make_approval_sheet(record, settings.internal_domains)
    link = make_link(app, record.ref, reader.person, Purpose.HOLD, reader.settings)
    words = _words(app, record, sheet, kind, reader)
    text = words.text if words is not None and words.text else _line(sheet, kind, reader)
    return short_text("approval-approved", reader.language, link.url, sheet.hold.subject, text=text)


def _words(
    app: App, record: MessageRecord, sheet: ApprovalSheet, kind: ApprovalMail, reader: Reader
) -> OwnWords | None:
    notice = _NOTICES.get(kind)
    return approval_words(app, record, sheet, notice, reader) if notice is not None else None


def _line(sheet: ApprovalSheet, kind: ApprovalMail, reader: Reader) -> str:
    """How it ended, in one line of plain text."""
    subject = one_line(sheet.hold.subject, LONGEST_SUBJECT) or APPROVAL.text("subject_blank", reader.language)
    return f"{APPROVAL.text(f'title.{kind}', reader.language)}: {subject}"


def _people(app: App, record: MessageRecord) -> tuple[Addressee, ...]:
    told = list(hold_parties(app, record))
    assert record.approval is not None  # the caller looked
    requester = record.approval.requester
    if "@" in requester.name:
        people = people_about(app, record, requester.name)
        settings = app.settings.tenant(record.ref.tenant_id)
        if entitled(record, requester.name, settings, people, app.clock.now()) is not None:
            told.append(Addressee(requester.name, requester.on_behalf_of))
    return tuple(told)


def _still_true(record: MessageRecord, event: Event) -> bool:
    """Whether the notice still says how things stand. An end stays true; a request that was left may be answered later."""
    if event.code is EventCode.LEFT:
        return record.state is State.AWAITING_APPROVAL
    return event.code is not EventCode.RELEASED or event.actor == SYSTEM


def _kind_now(record: MessageRecord) -> ApprovalMail:
    if record.state is State.AWAITING_APPROVAL:
        return ApprovalMail.LEFT
    if record.state is State.EXPIRED:
        return ApprovalMail.EXPIRED
    assert record.approval is not None  # the caller looked
    if any(step.allowed is False for step in record.approval.steps):
        return ApprovalMail.DENIED
    return ApprovalMail.APPROVED if all(map(has_quorum, record.approval.steps)) else ApprovalMail.RELEASED
