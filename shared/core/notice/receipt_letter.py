"""The mail that tells a sender of an encryption, as bytes (stage 5): text and HTML, in the reader's language (Z4).

It holds the password: it goes to those alone who may see it, as the link in it does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from shared.core.hold.password_notice import NoticeState
from shared.core.notice.formats import moment_text
from shared.core.notice.letter import Letter, new_message
from shared.core.notice.receipt_sheet import ReceiptSheet, ShownEncryption
from shared.core.notice.safe_text import many_lines, one_line
from shared.core.notice.sheet import ShownRecipient
from shared.core.notice.templating import render_template, wording
from shared.core.text.language import Language
from shared.core.text.password import PASSWORD

SHOWN_PEOPLE = 20
"""Recipients that the mail lists; the page has all."""
LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the mail says. ``failed``: a password could not be opened when it was to go out.

    ``on_behalf_of`` is the sender whose proxy reads it. ``own_subject`` and ``own_text`` are a tenant's words in place of
    our subject and opening.
    """

    sheet: ReceiptSheet = field(repr=False)
    link: str = field(repr=False)
    link_expires_at: datetime
    language: Language
    zone: tzinfo
    failed: bool = False
    on_behalf_of: str = ""
    own_subject: str = ""
    own_text: str = ""


def write_receipt_letter(receipt: Receipt, letter: Letter) -> bytes:
    """The receipt as an RFC 5322 message with CRLF line ends. ``letter.sender_name`` is replaced by our name."""
    language = receipt.language
    subject = receipt_subject(receipt)
    message = new_message(
        replace(letter, sender_name=PASSWORD.text("sender_name", language)), subject, "auto-generated"
    )
    message["Content-Language"] = language
    message.set_content("\n".join(_lines(receipt)) + "\n", subtype="plain", charset="utf-8", cte="base64")
    message.add_alternative(_html(receipt), subtype="html", charset="utf-8", cte="base64")
    message.set_boundary("=_matta_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32])
    return message.as_bytes()


def receipt_subject(receipt: Receipt) -> str:
    """The mail's subject; also the line that Teams shows in lists."""
    if receipt.own_subject and not receipt.failed:
        return one_line(receipt.own_subject)
    subject = one_line(receipt.sheet.hold.subject, LONGEST_SUBJECT) or PASSWORD.text("subject_blank", receipt.language)
    key = "receipt.subject.failed" if receipt.failed else "receipt.subject"
    return PASSWORD.text(key, receipt.language, subject=subject)


def lead_of(shown: ShownEncryption, language: Language, zone: tzinfo, *, failed: bool = False) -> str:
    """One sentence on how a notice stands."""
    if failed:
        return PASSWORD.text("receipt.lead.failed", language)
    if shown.state is NoticeState.WAITING and shown.due_at is None:
        return PASSWORD.text("receipt.lead.waiting.soon", language)
    when = moment_text(shown.due_at, zone, language) if shown.due_at else ""
    return PASSWORD.text(f"receipt.lead.{shown.state}", language, when=when)


def _opening(receipt: Receipt) -> list[str]:
    """The paragraphs before the table."""
    found = []
    if receipt.on_behalf_of:
        found.append(PASSWORD.text("receipt.for", receipt.language, principal=one_line(receipt.on_behalf_of)))
    if receipt.own_text and not receipt.failed:
        return [*found, *many_lines(receipt.own_text)[0].split("\n")]
    leads = (
        lead_of(shown, receipt.language, receipt.zone, failed=receipt.failed) for shown in receipt.sheet.encryptions
    )
    return [*found, *dict.fromkeys(leads)]


def _title(receipt: Receipt) -> str:
    return PASSWORD.text("receipt.title.failed" if receipt.failed else "receipt.title", receipt.language)


def _facts(receipt: Receipt, shown: ShownEncryption) -> list[tuple[str, str]]:
    """Label and value, in the order of mail and page, without the password."""
    language = receipt.language
    found = [("label.file", shown.file_name)]
    if shown.algorithm:
        found.append(("label.algorithm", shown.algorithm))
    found.append(("label.state", PASSWORD.text(f"state.{shown.state}", language)))
    if shown.due_at is not None:
        found.append(("label.due", moment_text(shown.due_at, receipt.zone, language)))
    return [(PASSWORD.text(key, language), value) for key, value in found]


def _lines(receipt: Receipt) -> Iterator[str]:
    language, sheet = receipt.language, receipt.sheet

    def say(key: str, **values: str | int) -> str:
        return PASSWORD.text(key, language, **values)

    yield _title(receipt)
    yield ""
    yield from _opening(receipt)
    yield ""
    yield f"{say('label.subject')}: {sheet.hold.subject or say('subject_blank')}"
    yield f"{say('label.sent')}: {moment_text(sheet.hold.sent_at, receipt.zone, language)}"
    for shown in sheet.encryptions:
        yield ""
        for label, value in _facts(receipt, shown):
            yield f"{label}: {value}"
        yield f"{say('label.password')}: {shown.password or say('password_gone')}"
        yield f"■ {say('label.recipients')} {say('people', count=len(shown.recipients))}"
        yield from _people(shown.recipients, language)
    if sheet.left_out:
        yield ""
        yield f"■ {say('label.left_out')} {say('people', count=len(sheet.left_out))}"
        yield from _people(sheet.left_out, language)
    yield ""
    yield f"{say('button.manage')}:"
    yield receipt.link
    yield say("link_end", when=moment_text(receipt.link_expires_at, receipt.zone, language))
    yield ""
    yield "--------"
    yield say("link_own")
    yield say("automatic")


def _people(people: Sequence[ShownRecipient], language: Language) -> Iterator[str]:
    for one in people[:SHOWN_PEOPLE]:
        yield f"  {one.display_name} <{one.address}>" if one.display_name else f"  {one.address}"
    if len(people) > SHOWN_PEOPLE:
        yield f"  {PASSWORD.text('more', language, count=len(people) - SHOWN_PEOPLE)}"


def _html(receipt: Receipt) -> str:
    context = wording(PASSWORD, receipt.language, receipt.zone)
    context |= {
        "sheet": receipt.sheet,
        "title": _title(receipt),
        "opening": _opening(receipt),
        "facts": lambda shown: _facts(receipt, shown),
        "link": receipt.link,
        "link_end": PASSWORD.text(
            "link_end",
            receipt.language,
            when=moment_text(receipt.link_expires_at, receipt.zone, receipt.language),
        ),
        "shown_people": SHOWN_PEOPLE,
    }
    return render_template("receipt.html", context)
