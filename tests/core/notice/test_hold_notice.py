"""The notice of a hold: well-formed mail in two forms and two languages, whatever the held message holds."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.notice.hold_notice import HoldNotice, NoticeKind, write_hold_notice
from shared.core.notice.letter import Letter
from shared.core.notice.own_words import OwnWords
from shared.core.notice.sheet import HoldEnd, HoldSheet, make_sheet
from shared.core.policy.decision import Anchor, AnchorKind, Reason
from shared.core.text.language import Language
from tests.support.holds import SENDER, TOKYO, make_change, people
from tests.support.records import NOW

LINK = "https://matta.example/h/token.signature"
LETTER = Letter("", "matta@aozora.example", SENDER, "<hold-notice-0.q@matta.example>", NOW)
END = HoldEnd("discard", NOW + timedelta(hours=12))
SHEET = make_sheet(make_change().record, frozenset({"aozora.example"}))


def write(
    kind: NoticeKind = NoticeKind.FIRST,
    language: Language = "ja",
    *,
    sheet: HoldSheet = SHEET,
    number: int = 1,
    end: HoldEnd = END,
    letter: Letter = LETTER,
) -> tuple[bytes, EmailMessage]:
    raw = write_hold_notice(
        HoldNotice(kind, number, sheet, LINK, NOW + timedelta(days=7), end, language, TOKYO), letter
    )
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return raw, parsed


def forms(message: EmailMessage) -> tuple[str, str]:
    """The text and the HTML."""
    text, markup = message.iter_parts()
    assert (text.get_content_type(), markup.get_content_type()) == ("text/plain", "text/html")
    return str(text.get_content()), str(markup.get_content())


def words(markup: str) -> str:
    """What a reader of the HTML sees."""
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            seen.append(data)

    Reader().feed(markup)
    return " ".join("".join(seen).replace("\xa0", " ").split())


def test_the_header_says_that_no_person_wrote_it() -> None:
    raw, message = write()
    assert message.get_content_type() == "multipart/alternative"
    assert message["Subject"] == "[待った] 保留中: 【至急】お見積書送付の件"
    assert (message["From"], message["To"]) == ("待った <matta@aozora.example>", SENDER)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Message-ID"] == "<hold-notice-0.q@matta.example>"
    assert message["Date"].datetime == NOW
    assert not message.defects
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "ja",
            ["佐藤 花子", "2026年11月21日(土) 18:00 JST", "6 [To(2) / Cc(3) / Bcc(1)]", "hoshizora.example", "田中 一郎",
             "purchase@rival.example ※1 ※2", "見積書①_株式会社ほしぞら様.xlsx", "1.2 MB", "競合他社への送信", "社外の宛先",
             "リンクの有効期限: 2026年11月28日(土) 18:00 JST", "2026年11月22日(日) 06:00 JST に破棄されます", LINK],
        ),
        (
            "en",
            ["Sat, 21 Nov 2026, 18:00 JST", "6 [To(2) / Cc(3) / Bcc(1)]", "External recipients", "rival.example",
             "This link works until Sat, 28 Nov 2026, 18:00 JST", "discarded on Sun, 22 Nov 2026, 06:00 JST", LINK],
        ),
    ],
)  # fmt: skip
def test_both_forms_tell_everything(language: Language, expected: list[str]) -> None:
    text, markup = forms(write(language=language)[1])
    for form in (" ".join(text.split()), words(markup)):
        for wanted in expected:
            assert wanted in form
    assert f'href="{LINK}"' in markup
    assert f'lang="{language}"' in markup


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_each_kind_says_what_it_is(kind: NoticeKind, language: Language) -> None:
    _, message = write(kind, language, number=2)
    text, markup = forms(message)
    assert str(message["Subject"]).startswith("[待った]" if language == "ja" else "[Matta]")
    others = [str(write(other, language, number=2)[1]["Subject"]) for other in NoticeKind if other is not kind]
    assert str(message["Subject"]) not in others
    if kind is NoticeKind.REMINDER:
        assert "2" in str(message["Subject"])
    told = "破棄されます" if language == "ja" else "is discarded on"
    assert (told in text, told in markup) == (kind.asks, kind.asks)
    assert LINK in text
    assert LINK in markup


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (HoldEnd("discard", NOW), "に破棄されます"),
        (HoldEnd("release", NOW), "に自動で配送されます"),
        (HoldEnd("leave", None), "操作があるまで、配送されずに保留されます"),
    ],
)
def test_it_says_what_happens_if_nothing_is_done(end: HoldEnd, told: str) -> None:
    text, markup = forms(write(end=end)[1])
    assert told in text
    assert told in markup


def _nasty() -> HoldSheet:
    change = make_change(
        subject='x\r\nBcc: victim@x <script>alert(1)</script> " onmouseover="\u202egpj' + "長" * 500,
        author=Mailbox(SENDER, "</td><script>\r\n"),
        attachments=(AttachmentFacts('"><img src=x onerror=y>\u202etxt.exe', 5, "a/b", "2"),),
        recipients=(RecipientFacts("<b>@evil.example", "evil.example", RecipientField.TO, True, "A\0\u2066<i>"),),
        reasons=(
            Reason("rule.subject-blank", (), (Anchor(AnchorKind.SUBJECT),), "r", "<u>name</u>", "{{ 7*7 }}<script>"),
        ),
    )
    return make_sheet(change.record, frozenset())


def test_strangers_text_stays_text() -> None:
    raw, message = write(sheet=_nasty())
    text, markup = forms(message)
    assert message["Bcc"] is None
    assert len(str(message["Subject"])) < 150
    assert "\u202e" not in str(message["Subject"]) + text + markup
    assert not re.search(r"<(script|img|u|i|b@|/td><script)", markup.replace("<b>", ""))
    assert "onerror" not in re.sub(r"&[^;]+;.*?&gt;", "", markup)
    assert "{{ 7*7 }}" in words(markup)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_the_html_suits_outlook() -> None:
    _, markup = forms(write()[1])
    assert not re.search(r"<(style|link|script|svg|form|input|button)\b", markup)
    assert " class=" not in markup
    assert not re.search(r"display:\s*(flex|grid)", markup)
    assert not re.search(r"(?:src|background)=", markup)
    assert set(re.findall(r'href="([^"]*)"', markup)) == {LINK}
    assert markup.count("<table") == markup.count("</table>")
    assert len(markup.encode()) < 100_000, "Gmail cuts mail at 102 KB"


def test_a_thousand_recipients_make_a_short_notice() -> None:
    sheet = make_sheet(make_change(recipients=people(1000)).record, frozenset())
    raw, message = write(sheet=sheet)
    text, markup = forms(message)
    assert len(raw) < 60_000
    for form in (text, markup):
        assert "p9@many.example" in form
        assert "p10@many.example" not in form
        assert "ほか990件" in form
        assert "1,000 [To(1,000) / Cc(0) / Bcc(0)]" in form


def test_the_same_notice_has_the_same_bytes() -> None:
    assert write()[0] == write()[0]


def test_an_address_beyond_ascii_makes_utf8_header_fields() -> None:
    letter = Letter("", "matta@aozora.example", "佐藤@例え.jp", "<a@matta.example>", NOW)
    raw, _ = write(letter=letter)
    assert "佐藤@例え.jp".encode() in raw
    assert raw.index(b"Content-Transfer-Encoding: base64") > 0


def test_a_tenants_words_stand_in_place_of_our_subject_and_opening() -> None:
    own = OwnWords("【当社】<b>至急</b>の確認", "一行目 <script>x</script>\n二行目")
    notice = HoldNotice(NoticeKind.FIRST, 1, SHEET, LINK, NOW, END, "ja", TOKYO, own=own)
    message = message_from_bytes(write_hold_notice(notice, LETTER), policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, markup = forms(message)
    assert message["Subject"] == "【当社】<b>至急</b>の確認"
    assert "一行目 <script>x</script>\r\n二行目\r\n" in text
    assert "一行目 &lt;script&gt;x&lt;/script&gt;<br>二行目" in markup
    assert LINK in text
    assert "保留しています" not in text
    assert "競合他社への送信" in text


def test_an_empty_subject_or_opening_of_a_tenant_leaves_ours() -> None:
    for own in (OwnWords("", "開始"), OwnWords("件名", "")):
        notice = HoldNotice(NoticeKind.FIRST, 1, SHEET, LINK, NOW, END, "ja", TOKYO, own=own)
        message = message_from_bytes(write_hold_notice(notice, LETTER), policy=policy.default)
        assert isinstance(message, EmailMessage)
        assert message["Subject"] == (own.subject or "[待った] 保留中: 【至急】お見積書送付の件")
        assert ("保留しています" in forms(message)[0]) == (not own.text)
