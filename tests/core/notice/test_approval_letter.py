"""Mails about approvals: every kind in both languages, hostile and endless content, the same bytes at every run."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.approval_state import answer, ask
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.message.facts import AttachmentFacts
from shared.core.notice.approval_letter import ApprovalLetter, ApprovalMail, write_approval_letter
from shared.core.notice.approval_sheet import make_approval_sheet
from shared.core.notice.letter import Letter
from shared.core.policy.decision import ApprovalCall
from shared.core.text.language import LANGUAGES, Language
from tests.support.holds import make_change, people
from tests.support.records import NOW

SEATS = ("boss@aozora.example", "legal@aozora.example")
HOSTILE = "<script>alert(1)</script>\u202egnp.exe\r\nBcc: x@evil.example\x00 " + "長い" * 4000
LETTER = Letter("", "matta@aozora.example", "boss@aozora.example", "<a.1@matta.example>", NOW, "<a.0@matta.example>")


def content(
    kind: ApprovalMail,
    language: Language = "en",
    comment: str = "please",
    seats: tuple[str, ...] = SEATS,
    **about: object,
) -> ApprovalLetter:
    call = ApprovalCall("p", str(about.pop("policy", "Outside mail")), "addresses", quorum="all")
    record = make_change(**about).record  # type: ignore[arg-type]  # handed on
    requester = Actor(Role.PROXY, "deputy@aozora.example", Channel.LINK, "", "sato@aozora.example")
    record = ask(record, requester, NOW, ReleaseTerms(comment=comment, steps=(ApprovalStep(call, seats),))).record
    if not kind.asks:
        voter = Actor(Role.APPROVER, seats[0], Channel.LINK)
        record = answer(record, seats[0], voter, kind is not ApprovalMail.DENIED, comment, NOW).record
    return ApprovalLetter(
        kind=kind,
        sheet=make_approval_sheet(record, frozenset({"aozora.example"})),
        link="https://matta.example/a/token",
        link_expires_at=NOW + timedelta(days=7),
        language=language,
        zone=ZoneInfo("Asia/Tokyo"),
        number=2,
        at_end="discard",
    )


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def texts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ApprovalMail)
def test_every_mail_tells_who_asks_and_what_about_in_both_forms(kind: ApprovalMail, language: Language) -> None:
    message = read(write_approval_letter(content(kind, language), LETTER))
    assert message["To"] == "boss@aozora.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] == "<a.0@matta.example>"
    assert message["Content-Language"] == language
    assert "お見積書送付の件" in message["Subject"]
    for text in texts(message):
        for told in (
            "【至急】お見積書送付の件",
            "deputy@aozora.example",
            "sato@aozora.example",
            "Outside mail",
            "please",
        ):
            assert told in text, told
        assert "https://matta.example/a/token" in text
        assert ("purchase@rival.example" in text) == kind.asks, "only who has to decide is shown everything"
        assert "{" not in text.replace("{{", "").split("<style", maxsplit=1)[0]


def test_answer_tells_who_gave_it_with_their_words() -> None:
    for text in texts(read(write_approval_letter(content(ApprovalMail.DENIED, comment="not like this"), LETTER))):
        assert "boss@aozora.example denied" in text
        assert "not like this" in text


def test_request_tells_what_happens_without_an_answer_and_an_answer_does_not() -> None:
    asked, _ = texts(read(write_approval_letter(content(ApprovalMail.REQUEST), LETTER)))
    told, _ = texts(read(write_approval_letter(content(ApprovalMail.APPROVED), LETTER)))
    assert "If nobody answers in time, the message is discarded." in asked
    assert "If nobody answers" not in told


@pytest.mark.parametrize("kind", [ApprovalMail.REQUEST, ApprovalMail.DENIED])
def test_hostile_content_stays_text_and_bounded(kind: ApprovalMail) -> None:
    files = tuple(AttachmentFacts(HOSTILE[:500], 10, "text/plain", str(number)) for number in range(300))
    seats = tuple(f"p{number}@aozora.example" for number in range(100))
    hostile = content(
        kind,
        comment=HOSTILE,
        seats=seats,
        policy=HOSTILE,
        subject=HOSTILE,
        recipients=people(400),
        attachments=files,
    )
    data = write_approval_letter(hostile, LETTER)
    message = read(data)
    plain, html = texts(message)
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert "<script" not in html
    assert "\u202e" not in plain + html
    assert "\x00" not in plain + html
    assert len(data) < 150_000


def test_same_content_gives_the_same_bytes() -> None:
    first, second = (write_approval_letter(content(ApprovalMail.REQUEST), LETTER) for _ in range(2))
    assert first == second
    assert b"\r\n" in first
    assert b"\n" not in first.replace(b"\r\n", b"")


def test_link_is_in_no_repr() -> None:
    assert "token" not in repr(content(ApprovalMail.REQUEST))
