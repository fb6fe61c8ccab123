"""The mail that tells a sender of a hold, as bytes (stage 5): text and HTML, in the sender's language.

Everything that it tells comes from the sheet, which made strangers' text safe; the HTML is escaped by the template.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import StrEnum

from shared.core.hold.record import State
from shared.core.notice.formats import moment_text, size_text
from shared.core.notice.letter import Letter, new_message
from shared.core.notice.own_words import OwnWords
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import LONGEST_ADDRESS, HoldEnd, HoldSheet, ShownRecipient
from shared.core.notice.templating import LONGEST_REASON, LONGEST_TITLE, render_template, wording
from shared.core.text.language import Language
from shared.core.text.notice import NOTICE
from shared.core.text.reasons import reason_title, render
from shared.core.text.words import WORDS

SHOWN = 20
"""Attachments, reasons and domains that a notice lists; the page has all."""
SHOWN_PEOPLE = 10
"""Recipients of one domain that a notice lists."""
LONGEST_SUBJECT = 120


class NoticeKind(StrEnum):
    """Which of a hold's notices this is."""

    FIRST = "first"
    REMINDER = "reminder"
    LEFT = "left"
    RELEASED = "released"
    EXPIRED = "expired"
    DELAYED = "delayed"
    DISCARDED = "discarded"

    @property
    def asks(self) -> bool:
        """Whether there is still something to decide."""
        return self in (NoticeKind.FIRST, NoticeKind.REMINDER, NoticeKind.LEFT, NoticeKind.DELAYED)


@dataclass(frozen=True, slots=True)
class HoldNotice:
    """What a notice says. ``number`` counts reminders from 1; ``end`` is what happens if nobody decides.

    ``on_behalf_of`` is the person whose proxy the reader is, empty for whoever is told for themselves. ``own`` are the
    tenant's words in place of our subject and opening.
    """

    kind: NoticeKind
    number: int
    sheet: HoldSheet
    link: str
    link_expires_at: datetime
    end: HoldEnd
    language: Language
    zone: tzinfo
    on_behalf_of: str = ""
    own: OwnWords | None = None


def words_of(kind: NoticeKind, state: State) -> str:
    """The end of the keys of a notice's words: what time has released may have to be approved first."""
    return "asked" if kind is NoticeKind.RELEASED and state is State.AWAITING_APPROVAL else kind.value


def write_hold_notice(notice: HoldNotice, letter: Letter) -> bytes:
    """The notice as an RFC 5322 message with CRLF line ends, ready for SMTP.

    ``letter.sender_name`` is replaced by our name in the notice's language.
    """
    language = notice.language
    subject = one_line(notice.sheet.subject, LONGEST_SUBJECT) or NOTICE.text("subject_blank", language)
    title = NOTICE.text(
        f"subject.{words_of(notice.kind, notice.sheet.state)}", language, subject=subject, number=notice.number
    )
    if notice.own and notice.own.subject:
        title = notice.own.subject
    message = new_message(replace(letter, sender_name=NOTICE.text("sender_name", language)), title, "auto-generated")
    message["Content-Language"] = language
    message.set_content("\n".join(_lines(notice)) + "\n", subtype="plain", charset="utf-8", cte="base64")
    message.add_alternative(_html(notice), subtype="html", charset="utf-8", cte="base64")
    # A boundary of our own, the same at every run; "=_" can stand in no base64 line.
    message.set_boundary("=_matta_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32])
    return message.as_bytes()


def _html(notice: HoldNotice) -> str:
    sheet = notice.sheet
    context = wording(NOTICE, notice.language, notice.zone)
    context |= {
        "sheet": sheet,
        "title": _say(notice, f"title.{words_of(notice.kind, notice.sheet.state)}"),
        "lead": _lead(notice).split("\n"),
        "for_whom": _for_whom(notice),
        "button": _say(notice, _button(notice)),
        "link": notice.link,
        "link_end": _link_end(notice),
        "end": _end(notice),
        "shown": SHOWN,
        "shown_people": SHOWN_PEOPLE,
        "more_files": max(len(sheet.attachments) - SHOWN, 0) + sheet.attachments_omitted,
    }
    return render_template("notice.html", context)


def _lines(notice: HoldNotice) -> Iterator[str]:
    """The plain text, in the order of the HTML."""
    sheet = notice.sheet
    yield _say(notice, f"title.{words_of(notice.kind, notice.sheet.state)}")
    yield ""
    yield _lead(notice)
    if told_as := _for_whom(notice):
        yield told_as
    yield ""
    author = f"{sheet.from_name} <{sheet.from_address}>" if sheet.from_name else sheet.from_address
    counts = sheet.counts
    for label, value in (
        ("label.subject", (sheet.subject or _say(notice, "subject_blank")) + _marks(sheet.subject_marks)),
        ("label.from", author),
        ("label.sent", moment_text(sheet.sent_at, notice.zone, notice.language)),
        (
            "label.recipients",
            NOTICE.text("counts", notice.language, total=counts.total, to=counts.to, cc=counts.cc, bcc=counts.bcc),
        ),
    ):
        yield f"{_say(notice, label)}: {value}"
    yield ""
    yield f"{_say(notice, _button(notice))}:"
    yield notice.link
    if end := _end(notice):
        yield end
    yield _link_end(notice)
    yield from _reason_lines(notice)
    yield from _recipient_lines(notice)
    yield ""
    yield _heading(notice, "label.attachments")
    if not sheet.attachments:
        yield f"  {_say(notice, 'none')}"
    for file in sheet.attachments[:SHOWN]:
        yield f"  {file.name or _say(notice, 'unnamed')} ({size_text(file.size)}){_marks(file.marks)}"
    if more := max(len(sheet.attachments) - SHOWN, 0) + sheet.attachments_omitted:
        yield f"  {NOTICE.text('more', notice.language, count=more)}"
    yield ""
    yield "--------"
    yield _say(notice, "link_own")
    yield _say(notice, "automatic")


def _reason_lines(notice: HoldNotice) -> Iterator[str]:
    reasons = notice.sheet.reasons
    if not reasons:
        return
    yield ""
    yield _heading(notice, "label.reasons")
    for numbered in reasons[:SHOWN]:
        yield f"  ※{numbered.number} {one_line(reason_title(numbered.reason, notice.language), LONGEST_TITLE)}"
        yield f"     {one_line(render(numbered.reason, notice.language), LONGEST_REASON)}"
        if numbered.reason.description:
            yield f"     {one_line(numbered.reason.description, 500)}"
    if len(reasons) > SHOWN:
        yield f"  {NOTICE.text('more', notice.language, count=len(reasons) - SHOWN)}"


def _recipient_lines(notice: HoldNotice) -> Iterator[str]:
    language = notice.language
    for group in notice.sheet.groups:
        yield ""
        yield f"{_heading(notice, 'label.external' if group.external else 'label.internal')} {_people(notice, group.count)}"
        for domain in group.domains[:SHOWN]:
            yield f"  {domain.name} ({_people(notice, len(domain.people))})"
            if not group.external:
                continue
            for one in domain.people[:SHOWN_PEOPLE]:
                yield f"    {_person(one, language)}"
            if len(domain.people) > SHOWN_PEOPLE:
                yield f"    {NOTICE.text('more', language, count=len(domain.people) - SHOWN_PEOPLE)}"
        if len(group.domains) > SHOWN:
            yield f"  {NOTICE.text('more_domains', language, count=len(group.domains) - SHOWN)}"


def _person(one: ShownRecipient, language: Language) -> str:
    name = f"{one.display_name} <{one.address}>" if one.display_name else one.address
    return f"{WORDS.text(f'field.{one.field}', language)}: {name}{_marks(one.marks)}"


def _marks(numbers: tuple[int, ...]) -> str:
    return "".join(f" ※{number}" for number in numbers)


def _heading(notice: HoldNotice, key: str) -> str:
    return f"■ {_say(notice, key)}"


def _people(notice: HoldNotice, count: int) -> str:
    return NOTICE.text("people", notice.language, count=count)


def _lead(notice: HoldNotice) -> str:
    """What is asked of the reader: one line of ours, or several of the tenant's."""
    if notice.own and notice.own.text:
        return notice.own.text
    key = f"lead.{words_of(notice.kind, notice.sheet.state)}"
    return NOTICE.text(key, notice.language, number=notice.number)


def _for_whom(notice: HoldNotice) -> str:
    """Whose proxy the reader is told as, and that another copy went before; empty where there is neither."""
    person = one_line(notice.on_behalf_of, LONGEST_ADDRESS)
    told = [NOTICE.text("for_whom", notice.language, person=person)] if person else []
    if notice.sheet.further and notice.kind.asks:
        told.append(_say(notice, "further"))
    return (" " if notice.language == "en" else "").join(told)


def _button(notice: HoldNotice) -> str:
    return "button.decide" if notice.kind.asks else "button.look"


def _end(notice: HoldNotice) -> str:
    """What happens if nobody decides; empty where everything has happened."""
    if not notice.kind.asks:
        return ""
    when = moment_text(notice.end.at, notice.zone, notice.language) if notice.end.at else ""
    return NOTICE.text(f"end.{notice.end.what}", notice.language, when=when)


def _link_end(notice: HoldNotice) -> str:
    when = moment_text(notice.link_expires_at, notice.zone, notice.language)
    return NOTICE.text("link_end", notice.language, when=when)


def _say(notice: HoldNotice, key: str) -> str:
    return NOTICE.text(key, notice.language)
