"""Tell a sender of an encryption (stage 5): the effect of a ``receipt`` outbox entry, by Teams and mail (product.md Z4).

For a shared mailbox its proxies are told, and for somebody away the proxies too. Runs twice harmlessly.
"""

from __future__ import annotations

from shared.app import App
from shared.core.hold.entitlement import sender_of
from shared.core.hold.link import Purpose
from shared.core.hold.record import EventCode, MessageRecord, OutboxEntry
from shared.core.hold.sealed import CannotUnseal
from shared.core.message.identity import MessageRef
from shared.core.notice.letter import Letter
from shared.core.notice.notice_variables import make_notice_variables
from shared.core.notice.own_words import OwnWords
from shared.core.notice.receipt_letter import Receipt, receipt_subject, write_receipt_letter
from shared.core.notice.receipt_sheet import ReceiptSheet, make_receipt_sheet
from shared.errors import NotFound
from shared.usecases.effective_settings import settings_for
from shared.usecases.hold_parties import hold_parties
from shared.usecases.make_link import make_link
from shared.usecases.reader import Reader
from shared.usecases.tell_in_teams import Card
from shared.usecases.tell_people import Telling, tell
from shared.usecases.tenant_words import tenant_words
from shared.usecases.view_password import open_password

_TELLS = frozenset({EventCode.PASSWORD_WAITING, EventCode.PASSWORD_KEPT, EventCode.PASSWORD_FAILED})


def write_receipt(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Tell whoever is asked about the message; whether anything went out in this run.

    Raises ``StillOwed`` where some copy could not go out yet, ``TemporaryError``.
    """
    stored = app.messages.load(ref)
    if stored is None:
        return False
    record = stored.record
    event = next((event for event in app.messages.events(ref) if event.number == entry.number), None)
    if event is None or event.code not in _TELLS or record.own:
        return False
    failed = event.code is EventCode.PASSWORD_FAILED
    telling = Telling(
        people=hold_parties(app, record),
        mail=lambda reader, letter: _mail(app, record, reader, letter, failed=failed),
        card=lambda reader: receipt_card_of(app, record, reader, entry.number),
        text=lambda reader: _text(app, record, reader, failed=failed),
        showed=record.event_count,
    )
    return tell(app, ref, entry, telling)


def receipt_card_of(app: App, record: MessageRecord, reader: Reader, number: int) -> Card:
    """The card of an encryption as it stands, for one reader. Raises ``TemporaryError``."""
    from shared.core.notice.cards.receipt_card import receipt_card  # when first used: not every tenant has Teams
    from shared.usecases.hold_card import card_reader

    receipt = _receipt(app, record, reader)
    data = receipt_card(
        record.ref.queue_id, record.event_count, receipt.sheet, card_reader(reader, receipt.link), receipt.own_text
    )
    return Card(data, receipt_subject(receipt))


def receipt_sheet_of(app: App, record: MessageRecord) -> ReceiptSheet:
    """What is shown of an encryption, with those passwords that can be opened."""
    passwords: dict[str, str] = {}
    for notice in record.passwords:
        try:
            passwords[notice.variant] = open_password(app, record, notice.variant).password
        except (CannotUnseal, NotFound):  # the sheet says that it cannot be read; the log has why
            continue
    return make_receipt_sheet(record, app.settings.tenant(record.ref.tenant_id).internal_domains, passwords)


def _receipt(app: App, record: MessageRecord, reader: Reader, *, failed: bool = False) -> Receipt:
    link = make_link(app, record.ref, reader.person, Purpose.RECEIPT, reader.settings)
    sheet = receipt_sheet_of(app, record)
    own = _own_words(app, record, sheet, reader)
    return Receipt(
        sheet=sheet,
        link=link.url,
        link_expires_at=link.expires_at,
        language=reader.language,
        zone=reader.zone,
        failed=failed,
        on_behalf_of=reader.on_behalf_of,
        own_subject=own.subject if own else "",
        own_text=own.text if own else "",
    )


def _own_words(app: App, record: MessageRecord, sheet: ReceiptSheet, reader: Reader) -> OwnWords | None:
    if not reader.settings.notices.texts or not sheet.encryptions:
        return None
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    first = sheet.encryptions[0]
    variables = make_notice_variables(
        sheet.hold,
        settings,
        reader.language,
        app.clock.now(),
        file_name=first.file_name,
        algorithm=first.algorithm,
    )
    return tenant_words(reader.settings, "receipt", reader.language, variables, record.ref)


def _mail(app: App, record: MessageRecord, reader: Reader, letter: Letter, *, failed: bool) -> bytes:
    return write_receipt_letter(_receipt(app, record, reader, failed=failed), letter)


def _text(app: App, record: MessageRecord, reader: Reader, *, failed: bool) -> str:
    """A short text holds no password: it shows on locked screens."""
    from shared.core.notice.teams_text import short_text

    receipt = _receipt(app, record, reader, failed=failed)
    told = receipt_subject(receipt) if failed else receipt.own_text
    return short_text("receipt", reader.language, receipt.link, receipt.sheet.hold.subject, text=told)
