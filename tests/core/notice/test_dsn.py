"""Delivery status notifications, read back by an independent parser and held against RFC 3464, 6522 and 6533."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from shared.core.hold import state
from shared.core.hold.record import Fate, MessageRecord, RecipientResult
from shared.core.message.facts import RecipientFacts, RecipientField
from shared.core.message.envelope import DsnWish
from shared.core.notice.dsn import write_report_mail
from shared.core.notice.dsn_report import DsnContext, Report, ReportKind, cause_of
from shared.core.notice.dsn_returned import LARGEST_WHOLE, LONGEST_HEADER, Original, header_section
from shared.core.notice.letter import Letter
from shared.core.policy.decision import Disposition, Reason
from shared.core.text.language import Language
from tests.support.delivery_reports import read_report
from tests.support.holds import SENDER, TOKYO, make_change, people, with_header
from tests.support.records import NOW
from tests.support.records import SENDER as ACTOR

LETTER = Letter("", "matta@aozora.example", SENDER, "<dsn-3.q@matta.example>", NOW, "<estimate-1@aozora.example>")
HEADER = b"From: sato@aozora.example\r\nSubject: =?utf-8?b?6KaL56mN?=\r\nX-Long: a\r\n b\r\n\r\nBody: not header\r\n"


def refused(result: RecipientResult, **changes: object) -> RecipientResult:
    """A recipient that a server refused."""
    values: dict[str, object] = {
        "fate": Fate.FAILED,
        "code": 550,
        "status": "5.1.1",
        "text": "5.1.1 <tanaka@hoshizora.example>: User unknown",
        "server": "mx.hoshizora.example:25",
        "at": NOW,
    }
    return replace(result, **(values | changes))  # type: ignore[arg-type]  # tests name the fields


def bounced(count: int = 1, **changes: object) -> tuple[MessageRecord, tuple[RecipientResult, ...]]:
    """A message whose first recipients were refused, and these."""
    record = state.release(make_change().record, ACTOR, NOW).record
    failed = tuple(refused(result, **changes) for result in record.recipients[:count])
    sent = tuple(replace(result, fate=Fate.SENT) for result in record.recipients[count:])
    return replace(record, recipients=failed + sent), failed


def write(
    record: MessageRecord,
    failed: Sequence[RecipientResult],
    *,
    language: Language = "ja",
    header: bytes = HEADER,
    letter: Letter = LETTER,
    kind: ReportKind = ReportKind.FAILED,
    whole: bool = False,
) -> tuple[bytes, EmailMessage]:
    context = DsnContext("matta.example", language, TOKYO, NOW + timedelta(hours=48))
    raw = write_report_mail(Report(kind, record, failed, context), Original(header, whole), letter)
    if kind is not ReportKind.REFUSED:
        read_report(raw)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return raw, parsed


def test_it_is_a_report_of_three_parts_that_no_person_wrote() -> None:
    raw, message = write(*bounced())
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]
    assert not message.defects
    assert not any(part.defects for part in message.walk())
    assert message["MIME-Version"] == "1.0"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["To"] == SENDER
    assert message["From"] == "待った メール配送 <matta@aozora.example>"
    assert message["Subject"] == "配送不能通知: 【至急】お見積書送付の件"
    assert message["References"] == "<estimate-1@aozora.example>"
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.endswith(b"--\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_the_status_part_names_each_failed_recipient_and_no_other() -> None:
    _, message = write(*bounced(2))
    status = list(message.iter_parts())[1].get_payload()
    head, first, second = status
    assert head["Reporting-MTA"] == "dns; matta.example"
    assert head["Arrival-Date"] == "Sat, 21 Nov 2026 09:00:00 +0000"
    assert first["Final-Recipient"] == "rfc822; yamada@aozora.example"
    assert second["Final-Recipient"] == "rfc822; suzuki@hoshizora.example"
    assert first["Action"] == "failed"
    assert first["Status"] == "5.1.1"
    assert first["Remote-MTA"] == "dns; mx.hoshizora.example"
    assert first["Diagnostic-Code"] == "smtp; 550 5.1.1 <tanaka@hoshizora.example>: User unknown"
    assert first["Last-Attempt-Date"] == "Sat, 21 Nov 2026 09:00:00 +0000"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "ja",
            ["一部の宛先に配送できませんでした", "件名: 【至急】お見積書送付の件", "2026年11月21日(土) 18:00 JST",
             "yamada@aozora.example", "アドレスが見つかりません",
             "相手側サーバーの応答 (mx.hoshizora.example): 550 5.1.1 <tanaka@hoshizora.example>: User unknown"],
        ),
        (
            "en",
            ["could not be delivered to some recipients", "Sent: Sat, 21 Nov 2026, 18:00 JST", "yamada@aozora.example",
             "The address does not exist", "550 5.1.1 <tanaka@hoshizora.example>: User unknown"],
        ),
    ],
)  # fmt: skip
def test_the_letter_tells_a_person_in_their_language(language: Language, expected: list[str]) -> None:
    _, message = write(*bounced(), language=language)
    part = next(message.iter_parts())
    assert part["Content-Language"] == language
    for wanted in expected:
        assert wanted in part.get_content()


def test_the_original_header_comes_back_and_nothing_of_the_body() -> None:
    _, message = write(*bounced())
    header = list(message.iter_parts())[2].get_payload(decode=True)
    assert header == HEADER[: HEADER.index(b"\r\n\r\n") + 2].replace(b"\r\n", b"\r\n")


@pytest.mark.parametrize(
    ("start", "section"),
    [
        pytest.param(b"A: 1\nB: 2\n\nbody", b"A: 1\r\nB: 2\r\n", id="bare line feeds"),
        pytest.param(b"A: 1\rB: 2\r\rbody", b"A: 1\r\nB: 2\r\n", id="bare carriage returns"),
        pytest.param(b"A: \x001\r\n\r\n", b"A: 1\r\n", id="NUL"),
        pytest.param(b"A: 1", b"A: 1\r\n", id="no end"),
        pytest.param(b"", b"\r\n", id="nothing"),
        pytest.param(b"A: 1\r\nB: " + b"x" * LONGEST_HEADER + b"\r\n", b"A: 1\r\n", id="too long"),
    ],
)
def test_the_header_section_is_bounded_and_has_clean_lines(start: bytes, section: bytes) -> None:
    assert header_section(start) == section


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Subject: 見積書\r\n\r\n".encode(), id="raw UTF-8"),
        pytest.param("Subject: 見積書\r\n\r\n".encode("cp932"), id="raw Shift_JIS"),
        pytest.param(b"X: " + b"y" * 5000 + b"\r\n\r\n", id="a line beyond 998"),
        pytest.param(b"X: a  \r\nY: =3D\r\nZ:\x80\r\n\r\n", id="spaces at the end and equal signs"),
    ],
)
def test_a_header_that_is_not_plain_survives_in_plain_form(header: bytes) -> None:
    raw, message = write(*bounced(), header=header)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert list(message.iter_parts())[2].get_payload(decode=True) == header_section(header)


def test_a_header_cannot_end_the_part_it_is_in() -> None:
    raw, _ = write(*bounced())
    boundary = raw.split(b'boundary="')[1].split(b'"')[0]
    header = b"A: 1\r\n--" + boundary + b"--\r\nB: 2\r\n"
    _, message = write(*bounced(), header=header + b"\r\n")
    assert list(message.iter_parts())[2].get_payload(decode=True) == header


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("5.1.1", "mailbox-unknown"),
        ("5.1.10", "domain-unknown"),
        ("5.4.4", "domain-unknown"),
        ("5.2.1", "mailbox-disabled"),
        ("5.2.2", "mailbox-full"),
        ("4.2.2", "mailbox-full"),
        ("5.3.4", "too-large"),
        ("5.4.7", "time-over"),
        ("5.4.6", "loop"),
        ("5.7.10", "security"),
        ("5.7.1", "refused"),
        ("5.7.606", "refused"),
        ("5.9.9", "other"),
        ("", "other"),
    ],
)
def test_status_codes_have_a_meaning_for_people(status: str, cause: str) -> None:
    assert cause_of(RecipientResult("a@b", "original", status=status)) == cause


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_refused_loop_says_so(language: Language) -> None:
    change = make_change(disposition=Disposition.REJECT, reasons=(Reason("loop", (("why", "own-mark"),)),))
    _, message = write(change.record, change.record.recipients, language=language)
    text, status, _ = message.iter_parts()
    told = ("次のメールを配送できませんでした", "循環") if language == "ja" else ("could not be delivered.", "loop")
    for wanted in told:
        assert wanted in text.get_content()
    block = status.get_payload()[1]
    assert (block["Status"], block["Diagnostic-Code"], block["Remote-MTA"]) == ("5.4.6", "X-Matta; loop", None)


def test_a_refusal_by_policy_tells_the_text_that_the_policy_has() -> None:
    change = make_change(
        disposition=Disposition.REJECT, reasons=(Reason("policy"),), reject_text="社外への送信は\r\n禁止です。"
    )
    _, message = write(change.record, change.record.recipients)
    text, status, _ = message.iter_parts()
    assert "社外への送信は 禁止です。" in text.get_content()
    assert status.get_payload()[1]["Status"] == "5.7.1"
    assert status.get_payload()[1].get_all("Action") == ["failed"]


def test_a_server_that_never_answered_is_not_quoted() -> None:
    _, message = write(*bounced(code=0, status="5.4.7", text="connection refused"), language="en")
    text, status, _ = message.iter_parts()
    assert "The other server said" not in text.get_content()
    assert "did not succeed in time" in text.get_content()
    block = status.get_payload()[1]
    assert block["Diagnostic-Code"] == "X-Matta; connection refused"
    assert block["Remote-MTA"] == "dns; mx.hoshizora.example"


def test_a_server_cannot_write_fields_of_its_own() -> None:
    raw, message = write(
        *bounced(
            text="no\r\nAction: delivered\r\n\r\nFinal-Recipient: rfc822; x@y" + "z" * 3000,
            server="evil\r\nX: y",
            status="9",
        )
    )
    _, status, _ = message.iter_parts()
    assert len(status.get_payload()) == 2
    assert status.get_payload()[1].get_all("Action") == ["failed"]
    assert status.get_payload()[1]["Status"] == "5.0.0"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_a_thousand_failures_are_all_in_the_status_and_few_in_the_letter() -> None:
    change = make_change(recipients=people(1000))
    failed = tuple(refused(result) for result in change.record.recipients)
    record = replace(change.record, recipients=failed)
    _, message = write(record, failed)
    text, status, _ = message.iter_parts()
    assert len(status.get_payload()) == 1001
    assert "p19@many.example" in text.get_content()
    assert "p20@many.example" not in text.get_content()
    assert "ほか980件" in text.get_content()


def _to_utf8_recipient() -> tuple[MessageRecord, tuple[RecipientResult, ...]]:
    facts = RecipientFacts("田中+a@例え.jp", "xn--r8jz45g.jp", RecipientField.TO, True)
    record = make_change(recipients=(facts,)).record
    failed = (refused(record.recipients[0], text="宛先不明", status="5.1.1"),)
    return replace(record, recipients=failed), failed


def test_utf8_addresses_to_a_utf8_sender_use_the_global_types() -> None:
    record, failed = _to_utf8_recipient()
    letter = replace(LETTER, recipient="佐藤@例え.jp")
    header = "Subject: 見積書\r\n\r\n".encode()
    raw, message = write(record, failed, letter=letter, header=header)
    assert [part.get_content_type() for part in message.iter_parts()][1:] == [
        "message/global-delivery-status",
        "message/global-headers",
    ]
    assert "Final-Recipient: utf-8; 田中+a@例え.jp\r\n".encode() in raw
    assert "Diagnostic-Code: smtp; 550 5.1.1 宛先不明\r\n".encode() in raw
    assert header_section(header) in raw


def test_utf8_addresses_to_an_ascii_sender_are_written_in_seven_bits() -> None:
    raw, message = write(*_to_utf8_recipient())
    assert raw.isascii()
    block = list(message.iter_parts())[1].get_payload()[1]
    assert block["Final-Recipient"] == r"utf-8; \x{7530}\x{4E2D}\x{2B}a@\x{4F8B}\x{3048}.jp"


def test_a_blank_subject_is_named_as_such() -> None:
    record, failed = bounced()
    _, message = write(with_header(record, subject=None), failed, language="en")
    assert message["Subject"] == "Undelivered: (no subject)"


def test_the_same_dsn_has_the_same_bytes() -> None:
    assert write(*bounced())[0] == write(*bounced())[0]
