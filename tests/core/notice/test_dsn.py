"""Delivery status notifications, read back by an independent parser and held against RFC 3464, 6522 and 6533."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.hold import state
from shared.core.hold.record import Fate, MessageRecord, RecipientResult
from shared.core.message.envelope import DsnWish
from shared.core.message.facts import RecipientFacts, RecipientField
from shared.core.notice.dsn import write_report_mail
from shared.core.notice.dsn_report import DsnContext, Report, ReportKind, cause_of
from shared.core.notice.dsn_returned import LARGEST_WHOLE, LONGEST_HEADER, Original, header_section
from shared.core.notice.letter import Letter
from shared.core.notice.safe_text import one_line
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


def reported_on(
    kind: ReportKind, *, count: int = 1, ret: str = "", envid: str = "", original: str = "", **changes: object
) -> tuple[MessageRecord, tuple[RecipientResult, ...]]:
    """A message whose client said something about reports, and the recipients that one tells of."""
    values = {
        ReportKind.DELAYED: {"fate": Fate.PENDING, "code": 451, "status": "4.2.1", "text": "try later"},
        ReportKind.RELAYED: {"fate": Fate.SENT, "code": 250, "status": "2.0.0", "text": "queued as 1"},
    }.get(kind, {})
    record, failed = bounced(count, **(values | changes))
    wishes = tuple(DsnWish((), original) for _ in record.envelope.recipients)
    envelope = replace(record.envelope, ret=ret, envid=envid, wishes=wishes)
    return replace(record, envelope=envelope), failed


@pytest.mark.parametrize(
    ("kind", "language", "expected"),
    [
        pytest.param(
            ReportKind.DELAYED, "ja",
            ["一部の宛先にまだ配送できていません", "まだ配送できていない宛先", "いまはメールを受け取りません",
             "2026年11月23日(月) 18:00 JST まで試みます", "送り直す必要はありません"],
            id="delayed-ja",
        ),
        pytest.param(
            ReportKind.DELAYED, "en",
            ["has not reached some recipients yet", "does not take the message at present",
             "Delivery is tried until Mon, 23 Nov 2026, 18:00 JST", "need not send the message again", "451 4.2.1 try later"],
            id="delayed-en",
        ),
        pytest.param(
            ReportKind.RELAYED, "ja",
            ["配送確認に対応していないメールサーバーに引き渡しました", "mx.hoshizora.example に引き渡しました", "直接お問い合わせ"],
            id="relayed-ja",
        ),
        pytest.param(
            ReportKind.RELAYED, "en",
            ["handed on to a mail server that does not confirm delivery", "Handed on to mx.hoshizora.example.",
             "no further confirmation"],
            id="relayed-en",
        ),
        pytest.param(ReportKind.REFUSED, "ja", ["組織の規則により送信されませんでした"], id="refused-ja"),
        pytest.param(ReportKind.REFUSED, "en", ["a rule of your organization does not allow it"], id="refused-en"),
    ],
)  # fmt: skip
def test_each_kind_of_report_says_what_is_and_what_comes(
    kind: ReportKind, language: Language, expected: list[str]
) -> None:
    _, message = write(*reported_on(kind), kind=kind, language=language)
    part = message.get_body(("plain",))
    assert part is not None
    for wanted in expected:
        assert wanted in part.get_content()


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        pytest.param(ReportKind.DELAYED, {}, ("delayed", "4.2.1"), id="delayed"),
        pytest.param(ReportKind.DELAYED, {"code": 0, "status": ""}, ("delayed", "4.0.0"), id="delayed, no status"),
        pytest.param(ReportKind.DELAYED, {"status": "5.7.1"}, ("delayed", "4.0.0"), id="delayed, a permanent status"),
        pytest.param(ReportKind.RELAYED, {}, ("relayed", "2.0.0"), id="relayed"),
        pytest.param(ReportKind.RELAYED, {"status": "2.1.5"}, ("relayed", "2.1.5"), id="relayed, the server's status"),
        pytest.param(ReportKind.RELAYED, {"status": ""}, ("relayed", "2.0.0"), id="relayed, no status"),
        pytest.param(ReportKind.FAILED, {"status": "5.4.7"}, ("failed", "5.4.7"), id="failed"),
    ],
)
def test_action_and_status_say_the_same(
    kind: ReportKind, changes: dict[str, object], expected: tuple[str, str]
) -> None:
    raw, _ = write(*reported_on(kind, **changes), kind=kind)
    [block] = read_report(raw).recipients
    assert (block["Action"], block["Status"]) == expected
    assert ("Will-Retry-Until" in block) is (kind is ReportKind.DELAYED)


def test_a_delay_says_until_when_it_is_tried() -> None:
    raw, _ = write(*reported_on(ReportKind.DELAYED), kind=ReportKind.DELAYED)
    assert read_report(raw).recipients[0]["Will-Retry-Until"] == "Mon, 23 Nov 2026 09:00:00 +0000"


@pytest.mark.parametrize(
    ("envid", "original", "expected"),
    [
        pytest.param("", "", (None, None), id="nothing said"),
        pytest.param("QQ+2B31+2041", "rfc822;Bob+2Bx@b.example", ("QQ+31 41", "rfc822; Bob+x@b.example"), id="decoded"),
        pytest.param("q", "x400;/c+3Djp", ("q", "x400; /c=jp"), id="another address type"),
        pytest.param(
            "q", "utf-8;\\x{82B1}@b.example", ("q", "utf-8; \\x{82B1}@b.example"), id="UTF-8 to who reads seven bits"
        ),
        pytest.param("a+0D+0AX:+20y", "rfc822;a+0D+0AX:y", (None, None), id="stored before it was checked"),
        pytest.param("+20+20", "", (None, None), id="nothing but spaces"),
    ],
)
def test_what_the_client_called_things_comes_back_in_clear(
    envid: str, original: str, expected: tuple[str | None, str | None]
) -> None:
    raw, _ = write(*reported_on(ReportKind.FAILED, envid=envid, original=original))
    report = read_report(raw)
    assert report.message.get("Original-Envelope-Id") == expected[0]
    assert report.recipients[0].get("Original-Recipient") == expected[1]


BODY = b"\r\nDear all,\r\n--not-a-boundary\r\n.\r\n"


@pytest.mark.parametrize(
    ("message", "recipient", "kind"),
    [
        pytest.param(HEADER + BODY, SENDER, "message/rfc822", id="plain"),
        pytest.param(HEADER.rstrip() + b"\r\n", SENDER, "message/rfc822", id="a header and nothing else"),
        pytest.param(HEADER + "見積書\r\n".encode(), SENDER, "text/rfc822-headers", id="eight bits in the body"),
        pytest.param(
            "Subject: 見積\r\n\r\nx\r\n".encode(), SENDER, "text/rfc822-headers", id="eight bits in the header"
        ),
        pytest.param(HEADER + b"a\nb\r\n", SENDER, "text/rfc822-headers", id="a bare line feed"),
        pytest.param(HEADER + b"a\rb\r\n", SENDER, "text/rfc822-headers", id="a bare carriage return"),
        pytest.param(HEADER + b"a\0b\r\n", SENDER, "text/rfc822-headers", id="NUL"),
        pytest.param(HEADER + b"x" * 999 + b"\r\n", SENDER, "text/rfc822-headers", id="a long line"),
        pytest.param(HEADER + b"x\r\n" * (LARGEST_WHOLE // 3), SENDER, "text/rfc822-headers", id="large"),
        pytest.param(HEADER + BODY, "佐藤@例え.jp", "message/rfc822", id="plain, to a UTF-8 address"),
        pytest.param(
            HEADER + "見積書\r\n".encode(), "佐藤@例え.jp", "message/rfc822", id="eight bits, to a UTF-8 address"
        ),
        pytest.param(
            "Subject: 見積\r\n\r\nx\r\n".encode(),
            "佐藤@例え.jp",
            "message/global",
            id="a UTF-8 header, to a UTF-8 address",
        ),
        pytest.param(
            "Subject: 見積\r\n\r\nx\r\n".encode("cp932"),
            "佐藤@例え.jp",
            "message/global-headers",
            id="a Shift_JIS header, to a UTF-8 address",
        ),
    ],
)
def test_a_whole_message_comes_back_as_it_was_or_as_its_header(message: bytes, recipient: str, kind: str) -> None:
    letter = replace(LETTER, recipient=recipient)
    raw, _ = write(
        *reported_on(ReportKind.FAILED, ret="FULL"), header=message, whole=True, letter=letter, language="en"
    )
    report = read_report(raw)
    assert report.returned_type == kind
    is_whole = not kind.endswith("headers")
    if is_whole:
        assert report.returned == message
    assert ("and your message." in report.letter) is is_whole


def test_a_message_that_names_the_boundary_does_not_end_the_part_it_is_in() -> None:
    raw, _ = write(*reported_on(ReportKind.FAILED), header=HEADER, whole=True)
    boundary = raw.split(b'boundary="')[1].split(b'"')[0]
    raw, _ = write(*reported_on(ReportKind.FAILED), header=HEADER + b"\r\n--" + boundary + b"--\r\n", whole=True)
    assert read_report(raw).returned_type == "text/rfc822-headers"


def test_a_refusal_is_a_letter_and_no_report() -> None:
    change = make_change(disposition=Disposition.REJECT, reasons=(Reason("policy"),), reject_text="送信は禁止です。")
    raw, message = write(change.record, change.record.recipients, kind=ReportKind.REFUSED)
    assert message.get_content_type() == "text/plain"
    assert not message.defects
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "送信されませんでした: 【至急】お見積書送付の件"
    assert "送信は禁止です。" in message.get_content()
    assert "添付" not in message.get_content()
    assert raw.isascii()


ANY_TEXT = st.text(max_size=80) | st.sampled_from(
    [
        "a\r\nAction: delivered\r\n\r\nFinal-Recipient: rfc822; x@y",
        "\u2028X: y",
        "\x00",
        "\x85Subject: z",
        "  ",
        ";",
        "=?utf-8?q?x?=",
    ]
)
XTEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60) | st.text(max_size=30)


@settings(deadline=None)
@given(
    kind=st.sampled_from([ReportKind.FAILED, ReportKind.DELAYED, ReportKind.RELAYED]),
    subject=st.none() | ANY_TEXT,
    address=ANY_TEXT.filter(lambda text: one_line(text) != ""),
    texts=st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT),
    code=st.sampled_from([0, 250, 451, 550]),
    asked=st.tuples(XTEXT, XTEXT.map(lambda text: f"rfc822;{text}") | XTEXT.map(lambda text: f"utf-8;{text}")),
    header=st.binary(max_size=300) | ANY_TEXT.map(lambda text: f"Subject: {text}\r\n\r\nbody\r\n".encode()),
    whole=st.booleans(),
    recipient=st.sampled_from([SENDER, "佐藤@例え.jp"]),
    language=st.sampled_from(["ja", "en"]),
)
def test_whatever_a_message_a_client_or_a_server_says_the_report_is_well_formed(
    kind: ReportKind,
    subject: str | None,
    address: str,
    texts: tuple[str, str, str],
    code: int,
    asked: tuple[str, str],
    header: bytes,
    whole: bool,
    recipient: str,
    language: Language,
) -> None:
    text, server, status = texts
    record, failed = reported_on(
        kind, envid=asked[0], original=asked[1], text=text, server=server, status=status, code=code, address=address
    )
    envelope = replace(record.envelope, recipients=(address, *record.envelope.recipients[1:]))
    record = with_header(replace(record, envelope=envelope), subject=subject)
    letter = replace(LETTER, recipient=recipient)
    raw, message = write(record, failed, kind=kind, header=header, whole=whole, letter=letter, language=language)
    [block] = read_report(raw).recipients
    assert block["Action"] == kind
    assert message["To"] == recipient
