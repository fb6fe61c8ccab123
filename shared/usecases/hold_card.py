"""What a person is shown of a hold in Teams (stages 5 and 6): a card, posted, updated and answered alike, or a text.

What a card shows follows from the record alone, so that all copies of a message say the same, however old they are.
"""

from __future__ import annotations

from shared.app import App
from shared.core.hold.entitlement import sender_of
from shared.core.hold.link import Purpose
from shared.core.hold.record import SYSTEM, MessageRecord, State
from shared.core.notice.cards.frame import CardReader
from shared.core.notice.cards.hold_card import HoldCard, hold_card, make_hold_card
from shared.core.notice.hold_notice import NoticeKind, words_of
from shared.core.notice.own_words import hold_notice_name
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import LONGEST_ADDRESS, hold_end
from shared.core.notice.teams_text import LONGEST_SUBJECT, card_summary, escape_markdown, short_text
from shared.core.text.card import CARD
from shared.core.text.notice import NOTICE
from shared.usecases.effective_settings import settings_for
from shared.usecases.make_link import make_link
from shared.usecases.notice_words import hold_words
from shared.usecases.plans import hold_plan
from shared.usecases.reader import Reader
from shared.usecases.tell_in_teams import Card

_BY_TIME = {
    State.DELIVERING: NoticeKind.RELEASED,
    State.DELIVERED: NoticeKind.RELEASED,
    State.PARTLY_DELIVERED: NoticeKind.RELEASED,
    State.BOUNCED: NoticeKind.RELEASED,
    State.EXPIRED: NoticeKind.EXPIRED,
    State.DISCARDED: NoticeKind.DISCARDED,
}


def kind_now(record: MessageRecord) -> NoticeKind:
    """Which of a hold's notices a message would be told of with as it stands."""
    if record.state is State.DELAYED:
        return NoticeKind.DELAYED
    if record.state is State.HELD:
        if record.due_at is None:
            return NoticeKind.LEFT
        return NoticeKind.REMINDER if record.reminders_sent else NoticeKind.FIRST
    by_time = record.outcome is not None and record.outcome.actor == SYSTEM
    return _BY_TIME.get(record.state, NoticeKind.FIRST) if by_time else NoticeKind.FIRST


def card_of_hold(app: App, record: MessageRecord, reader: Reader) -> HoldCard:
    """What the card says to this reader. Raises ``TemporaryError``."""
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    end = hold_end(record, hold_plan(settings))
    kind = kind_now(record)
    words = hold_words(app, record, kind, reader) if kind.asks else None
    lead = words.text if words else ""
    if reader.on_behalf_of and kind.asks:
        lead = lead or CARD.text(f"lead.{kind}", reader.language, number=record.reminders_sent)
        lead = f"{told_as(reader)}\n{lead}"
    if record.after is not None and kind.asks:
        lead = lead or CARD.text(f"lead.{kind}", reader.language, number=record.reminders_sent)
        lead = f"{lead}\n{NOTICE.text('further', reader.language)}"
    return make_hold_card(record, settings.internal_domains, end, kind, record.reminders_sent, lead)


def told_as(reader: Reader) -> str:
    """For whom a proxy is told; empty for whoever is told for themselves."""
    person = one_line(reader.on_behalf_of, LONGEST_ADDRESS)
    return NOTICE.text("for_whom", reader.language, person=person) if person else ""


def hold_text(app: App, record: MessageRecord, kind: NoticeKind, reader: Reader) -> str:
    """The short text with a link that a chat shows (Markdown). Raises ``TemporaryError``."""
    link = make_link(app, record.ref, reader.person, Purpose.HOLD, reader.settings)
    if words_of(kind, record.state) == kind:
        words = hold_words(app, record, kind, reader)
        told = words.text if words else ""
    else:
        subject = one_line(record.summary.subject or "", LONGEST_SUBJECT) or NOTICE.text(
            "subject_blank", reader.language
        )
        told = f"{NOTICE.text(f'title.{words_of(kind, record.state)}', reader.language)}: {subject}"
    text = short_text(
        hold_notice_name(kind),
        reader.language,
        link.url,
        record.summary.subject or "",
        number=record.reminders_sent,
        text=told,
    )
    return f"{escape_markdown(told_as(reader))}\n\n{text}" if reader.on_behalf_of else text


def card_reader(reader: Reader, link: str) -> CardReader:
    """Whom a card is for, in the terms of cards; ``link`` opens the page."""
    keys = (reader.teams_key,) if reader.teams_key else ()
    return CardReader(reader.person, reader.language, reader.zone, link, keys)


def show_hold_card(app: App, record: MessageRecord, reader: Reader) -> Card:
    """The card, ready to be sent, with a fresh link of the reader's own. Raises ``TemporaryError``."""
    link = make_link(app, record.ref, reader.person, Purpose.HOLD, reader.settings)
    shown = card_of_hold(app, record, reader)
    return Card(hold_card(shown, card_reader(reader, link.url)), _summary(shown, record, reader))


def _summary(card: HoldCard, record: MessageRecord, reader: Reader) -> str:
    """The line in lists of chats and in notifications."""
    if record.state.awaits_decision or card.kind is not NoticeKind.FIRST:
        return card_summary(hold_notice_name(card.kind), reader.language, card.sheet.subject, card.number)
    subject = one_line(card.sheet.subject, LONGEST_SUBJECT) or CARD.text("subject_blank", reader.language)
    return f"{CARD.text(f'state.{record.state}', reader.language)}: {subject}"
