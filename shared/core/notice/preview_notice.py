"""A notice with a sample message, as each way of telling people shows it: previews for whoever writes words for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

from shared.core.hold.record import MessageRecord
from shared.core.notice.approval_letter import ApprovalLetter, ApprovalMail, write_approval_letter
from shared.core.notice.approval_sheet import make_approval_sheet
from shared.core.notice.cards.approval_card import answer_card, approval_card
from shared.core.notice.cards.frame import CardReader
from shared.core.notice.cards.hold_card import hold_card, make_hold_card
from shared.core.notice.cards.receipt_card import receipt_card
from shared.core.notice.hold_notice import HoldNotice, NoticeKind, write_hold_notice
from shared.core.notice.letter import Letter
from shared.core.notice.notice_variables import end_text, make_notice_variables
from shared.core.notice.own_words import OwnWords, render_words
from shared.core.notice.password_letter import (
    Named,
    PasswordFacts,
    PasswordWords,
    built_in_words,
    complete,
    write_password_letter,
)
from shared.core.notice.receipt_letter import Receipt, write_receipt_letter
from shared.core.notice.receipt_sheet import make_receipt_sheet
from shared.core.notice.sample_message import (
    ANSWER,
    APPROVER,
    COMMENT,
    DOMAIN,
    FILE_NAME,
    NOW,
    PASSWORD,
    SENDER,
    sample_record,
)
from shared.core.notice.sheet import HoldEnd, make_sheet
from shared.core.notice.teams_text import short_text
from shared.core.policy.tenant_settings import NextHopServer, NoticeName, NoticeText, Route, TenantSettings
from shared.core.text.language import Language

LINK = "https://matta.example/h/sample"
_SETTINGS = TenantSettings(
    tenant_id="sample",
    domains=(DOMAIN,),
    routes=(Route(servers=(NextHopServer(host="mail.example"),)),),
    name="青空商事",
)
_ZONE = ZoneInfo(_SETTINGS.time_zone)
_END = HoldEnd("discard", NOW + timedelta(hours=12))
_NUMBER = 1
"""Which reminder is shown."""


def preview_mail(notice: NoticeName, language: Language, own: NoticeText | None) -> bytes:
    """The whole mail. Raises ``InvalidTemplate`` for words that fail."""
    record, words = sample_record(notice), _words(notice, language, own)
    expires = NOW + timedelta(days=7)
    to = APPROVER if notice in ("approval-request", "approval-reminder") else SENDER
    letter = Letter("", f"matta@{DOMAIN}", to, f"<{notice}@matta.example>", NOW)
    if notice.startswith("hold-"):
        kind, sheet = NoticeKind(notice.removeprefix("hold-")), make_sheet(record, _SETTINGS.internal_domains)
        return write_hold_notice(
            HoldNotice(kind, _NUMBER, sheet, LINK, expires, _END, language, _ZONE, own=words), letter
        )
    subject, text = (words.subject, words.text) if words else ("", "")
    if notice.startswith("approval-"):
        kind_of_mail = ApprovalMail(notice.removeprefix("approval-"))
        content = ApprovalLetter(
            kind=kind_of_mail,
            sheet=make_approval_sheet(record, _SETTINGS.internal_domains, (APPROVER,)),
            link=LINK,
            link_expires_at=expires,
            language=language,
            zone=_ZONE,
            number=_NUMBER,
            own_subject=subject,
            own_text=text,
        )
        return write_approval_letter(content, letter)
    if notice == "receipt":
        sheet_of_receipt = make_receipt_sheet(record, _SETTINGS.internal_domains, {"part-0": PASSWORD})
        receipt = Receipt(sheet_of_receipt, LINK, expires, language, _ZONE, own_subject=subject, own_text=text)
        return write_receipt_letter(receipt, letter)
    facts = PasswordFacts("山田 太郎", record.summary.subject or "", FILE_NAME, language, PASSWORD)
    told: PasswordWords = complete(facts, subject, text) if words else built_in_words(facts)
    return write_password_letter(told, letter, Named((record.envelope.recipients[0],)))


@dataclass(frozen=True, slots=True)
class MailParts:
    """What a mail client shows of a mail: its subject, its text, and its HTML (empty where it has none)."""

    subject: str
    text: str
    html: str


def parts_of(mail: bytes) -> MailParts:
    """The parts of a mail that Matta wrote."""
    message = message_from_bytes(mail, policy=policy.default)
    found = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    text, html = (str(body.get_content()) if body is not None else "" for body in found.values())
    return MailParts(str(message["Subject"] or ""), text, html)


def html_of(mail: bytes) -> str:
    """What a mail client shows: the HTML, or the text of a mail that has none."""
    parts = parts_of(mail)
    return parts.html or parts.text


def preview_card(notice: NoticeName, language: Language, own: NoticeText | None) -> bytes:
    """The card as JSON. Raises ``InvalidTemplate``, and ``ValueError`` for a notice that is told by mail alone."""
    record, words = sample_record(notice), _words(notice, language, own)
    lead = words.text if words else ""
    queue_id, version, internal = record.ref.queue_id, record.event_count, _SETTINGS.internal_domains
    if notice.startswith("hold-"):
        kind = NoticeKind(notice.removeprefix("hold-"))
        card = make_hold_card(record, internal, _END, kind, _NUMBER, lead)
        return hold_card(card, _reader(SENDER, language))
    if notice == "approval-request" or notice == "approval-reminder":
        sheet = make_approval_sheet(record, internal, (APPROVER,))
        asked = "request" if notice == "approval-request" else "reminder"
        return approval_card(queue_id, version, sheet, _reader(APPROVER, language), asked, lead)  # type: ignore[arg-type]  # one of the two
    if notice.startswith("approval-"):
        return answer_card(make_approval_sheet(record, internal), _reader(SENDER, language), lead)
    if notice == "receipt":
        shown = make_receipt_sheet(record, internal, {"part-0": PASSWORD})
        return receipt_card(queue_id, version, shown, _reader(SENDER, language), lead)
    raise ValueError("recipients are told by mail alone")


def preview_text(notice: NoticeName, language: Language, own: NoticeText | None) -> str:
    """The short text as Markdown. Raises as ``preview_card`` does."""
    if notice == "password":
        raise ValueError("recipients are told by mail alone")
    words = _words(notice, language, own)
    subject = sample_record(notice).summary.subject or ""
    return short_text(notice, language, LINK, subject, number=_NUMBER, text=words.text if words else "")


def _reader(person: str, language: Language) -> CardReader:
    return CardReader(person, language, _ZONE, LINK)


def _words(notice: NoticeName, language: Language, own: NoticeText | None) -> OwnWords | None:
    if own is None:
        return None
    record: MessageRecord = sample_record(notice)
    variables = make_notice_variables(
        make_sheet(record, _SETTINGS.internal_domains),
        _SETTINGS,
        language,
        NOW,
        number=_NUMBER,
        end=end_text(_END, _SETTINGS, language),
        requester=SENDER,
        approver=APPROVER,
        comment=ANSWER if notice in ("approval-approved", "approval-denied") else COMMENT,
        file_name=FILE_NAME,
        algorithm="AES-256",
        password=PASSWORD,
    )
    return render_words(own, variables)
