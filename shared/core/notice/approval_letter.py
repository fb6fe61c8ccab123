"""The mails about an approval, as bytes (stage 5): to approvers what they are asked, to the requester how it ended.

Everything that they tell comes from the sheet, which made strangers' text safe; the HTML is escaped by the template.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import StrEnum

from shared.core.hold.actor import Actor
from shared.core.notice.approval_sheet import ApprovalSheet, ShownVote
from shared.core.notice.formats import moment_text, size_text
from shared.core.notice.letter import Letter, new_message
from shared.core.notice.safe_text import many_lines, one_line
from shared.core.notice.sheet import LONGEST_ADDRESS, HoldSheet, ShownGroup, ShownRecipient
from shared.core.notice.templating import LONGEST_REASON, LONGEST_TITLE, render_template
from shared.core.text.approval import APPROVAL
from shared.core.text.catalogue import Value
from shared.core.text.language import Language
from shared.core.text.reasons import reason_title, render
from shared.core.text.words import WORDS

SHOWN = 20
"""Attachments, reasons, domains, seats and answers that a mail lists; the page has all."""
SHOWN_PEOPLE = 10
LONGEST_SUBJECT = 120
_COMMENT_LINES = 40


class ApprovalMail(StrEnum):
    """Which mail this is: the first three go to approvers, the others to the requester."""

    REQUEST = "request"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    RELEASED = "released"
    LEFT = "left"

    @property
    def asks(self) -> bool:
        """Whether the reader is asked to answer."""
        return self in (ApprovalMail.REQUEST, ApprovalMail.REMINDER, ApprovalMail.ESCALATION)


@dataclass(frozen=True, slots=True)
class ApprovalLetter:
    """What a mail says. ``number`` counts reminders from 1.

    ``at_end`` is what happens when nobody answers (``leave``, ``release``, ``discard``), empty where that is no matter.
    ``fallback``: the reader is asked as administrator. ``on_behalf_of`` is the person whose proxy the reader is.
    ``own_subject`` and ``own_text`` are a tenant's words in place of our subject and opening.
    """

    kind: ApprovalMail
    sheet: ApprovalSheet
    link: str = field(repr=False)
    link_expires_at: datetime
    language: Language
    zone: tzinfo
    number: int = 0
    at_end: str = ""
    fallback: bool = False
    on_behalf_of: str = ""
    own_subject: str = ""
    own_text: str = ""

    def say(self, key: str, **values: Value) -> str:
        """A text of the topic in the reader's language."""
        return APPROVAL.fill(key, self.language, values)

    def when(self, moment: datetime) -> str:
        """A moment as the reader writes it."""
        return moment_text(moment, self.zone, self.language)


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    lines: tuple[str, ...]


def write_approval_letter(content: ApprovalLetter, letter: Letter) -> bytes:
    """The mail as an RFC 5322 message with CRLF line ends, ready for SMTP. ``letter.sender_name`` is replaced by ours."""
    named = replace(letter, sender_name=content.say("sender_name"))
    message = new_message(named, approval_subject(content), "auto-generated")
    message.set_content("\n".join(_text(content)) + "\n", subtype="plain", charset="utf-8", cte="base64")
    message.add_alternative(_html(content), subtype="html", charset="utf-8", cte="base64")
    message["Content-Language"] = content.language  # after the parts are there: it would move into the first one
    # A boundary of our own, the same at every run; "=_" can stand in no base64 line.
    message.set_boundary("=_matta_" + hashlib.sha256(letter.message_id.encode()).hexdigest()[:32])
    return message.as_bytes()


def approval_subject(content: ApprovalLetter) -> str:
    """The mail's subject."""
    if content.own_subject:
        return one_line(content.own_subject)
    subject = one_line(content.sheet.hold.subject, LONGEST_SUBJECT) or content.say("subject_blank")
    return content.say(f"subject.{content.kind}", subject=subject, number=content.number)


def who_text(actor: Actor, language: Language) -> str:
    """Who did something, and for whom."""
    who = one_line(actor.name, LONGEST_ADDRESS)
    if not actor.on_behalf_of:
        return who
    return APPROVAL.text("who_for", language, who=who, principal=one_line(actor.on_behalf_of, LONGEST_ADDRESS))


def _opening(content: ApprovalLetter) -> list[str]:
    found = []
    if content.own_text:
        found += many_lines(content.own_text)[0].split("\n")
    else:
        found.append(content.say(f"lead.{content.kind}", number=content.number))
    if content.fallback:
        found.append(content.say("lead.fallback"))
    if content.on_behalf_of:
        found.append(content.say("for_whom", person=one_line(content.on_behalf_of, LONGEST_ADDRESS)))
    return found


def _facts(content: ApprovalLetter) -> list[tuple[str, str]]:
    sheet, hold = content.sheet, content.sheet.hold
    counts = hold.counts
    author = f"{hold.from_name} <{hold.from_address}>" if hold.from_name else hold.from_address
    found = [
        ("label.subject", hold.subject or content.say("subject_blank")),
        ("label.from", author),
        ("label.sent", content.when(hold.sent_at)),
        ("label.recipients", content.say("counts", total=counts.total, to=counts.to, cc=counts.cc, bcc=counts.bcc)),
        ("label.requester", who_text(sheet.requester, content.language)),
        ("label.requested", content.when(sheet.requested_at)),
    ]
    if sheet.policies:
        shown = sheet.policies[:SHOWN]
        more = (content.say("more", count=len(sheet.policies) - SHOWN),) if len(sheet.policies) > SHOWN else ()
        found.append(("label.policy", ", ".join((*shown, *more))))
    return [(content.say(key), value) for key, value in found]


def _sections(content: ApprovalLetter) -> Iterator[_Section]:
    sheet = content.sheet
    if sheet.comment:
        yield _Section(content.say("label.comment"), _bounded(content, sheet.comment.split("\n"), _COMMENT_LINES))
    if sheet.votes:
        lines = [line for vote in sheet.votes[:SHOWN] for line in _vote(content, vote)]
        if len(sheet.votes) > SHOWN:
            lines.append(content.say("more", count=len(sheet.votes) - SHOWN))
        yield _Section(content.say("label.answers"), tuple(lines))
    waiting = list(dict.fromkeys(seat for step in sheet.steps for seat in step.waiting)) if sheet.open else []
    if waiting:
        yield _Section(content.say("label.waiting"), _bounded(content, waiting, SHOWN))
    if content.kind.asks:
        yield from _about(content, sheet.hold)


def _about(content: ApprovalLetter, hold: HoldSheet) -> Iterator[_Section]:
    """What an approver has to know of the message."""
    language = content.language
    if hold.reasons:
        told = [
            f"{one_line(reason_title(item.reason, language), LONGEST_TITLE)}: "
            f"{one_line(render(item.reason, language), LONGEST_REASON)}"
            for item in hold.reasons
        ]
        yield _Section(content.say("label.reasons"), _bounded(content, told, SHOWN))
    for group in hold.groups:
        label = content.say("label.external" if group.external else "label.internal")
        yield _Section(f"{label} {content.say('people', count=group.count)}", tuple(_people(content, group)))
    files = [
        f"{file.name or content.say('unnamed')} ({size_text(file.size)})"
        + (f" {content.say('dropped')}" if file.dropped else "")
        for file in hold.attachments[:SHOWN]
    ]
    if more := max(len(hold.attachments) - SHOWN, 0) + hold.attachments_omitted:
        files.append(content.say("more", count=more))
    yield _Section(content.say("label.attachments"), tuple(files or [content.say("none")]))


def _people(content: ApprovalLetter, group: ShownGroup) -> Iterator[str]:
    for domain in group.domains[:SHOWN]:
        yield f"{domain.name} {content.say('people', count=len(domain.people))}"
        if group.external:
            for one in domain.people[:SHOWN_PEOPLE]:
                yield f"  {_person(content, one)}"
            if len(domain.people) > SHOWN_PEOPLE:
                yield f"  {content.say('more', count=len(domain.people) - SHOWN_PEOPLE)}"
    if len(group.domains) > SHOWN:
        yield content.say("more_domains", count=len(group.domains) - SHOWN)


def _person(content: ApprovalLetter, one: ShownRecipient) -> str:
    name = f"{one.display_name} <{one.address}>" if one.display_name else one.address
    dropped = f" {content.say('dropped')}" if one.fate == "dropped" else ""
    return f"{WORDS.text(f'field.{one.field}', content.language)}: {name}{dropped}"


def _vote(content: ApprovalLetter, vote: ShownVote) -> Iterator[str]:
    key = "vote.allow" if vote.allow else "vote.deny"
    yield content.say(key, who=who_text(vote.actor, content.language), when=content.when(vote.at))
    if vote.comment:
        yield from (f"  {line}" for line in _bounded(content, vote.comment.split("\n"), _COMMENT_LINES))


def _bounded(content: ApprovalLetter, lines: Sequence[str], limit: int) -> tuple[str, ...]:
    if len(lines) <= limit:
        return tuple(lines)
    return (*lines[:limit], content.say("more", count=len(lines) - limit))


def _button(content: ApprovalLetter) -> str:
    return content.say("button.answer" if content.kind.asks else "button.look")


def _end(content: ApprovalLetter) -> str:
    return content.say(f"end.{content.at_end}") if content.at_end and content.kind.asks else ""


def _text(content: ApprovalLetter) -> Iterator[str]:
    """The plain text, in the order of the HTML."""
    yield content.say(f"title.{content.kind}")
    yield ""
    yield from _opening(content)
    yield ""
    for label, value in _facts(content):
        yield f"{label}: {value}"
    yield ""
    yield f"{_button(content)}:"
    yield content.link
    if end := _end(content):
        yield end
    yield content.say("link_end", when=content.when(content.link_expires_at))
    for section in _sections(content):
        yield ""
        yield f"■ {section.heading}"
        yield from (f"  {line}" for line in section.lines)
    yield ""
    yield "--------"
    yield content.say("link_own")
    yield content.say("automatic")


def _html(content: ApprovalLetter) -> str:
    context = {
        "language": content.language,
        "t": content.say,
        "title": content.say(f"title.{content.kind}"),
        "preheader": content.sheet.hold.subject or content.say("subject_blank"),
        "opening": _opening(content),
        "facts": _facts(content),
        "button": _button(content),
        "link": content.link,
        "end": _end(content),
        "link_end": content.say("link_end", when=content.when(content.link_expires_at)),
        "sections": list(_sections(content)),
    }
    return render_template("approval_mail.html", context)
