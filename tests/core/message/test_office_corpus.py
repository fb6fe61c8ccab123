"""Messages as offices send them (tests/corpus/offices): groupware, scanners, lists, nested and odd shapes, each as its name says.

People, companies and contents are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.core.message.body import body_texts
from shared.core.message.build_facts import build_facts
from shared.core.message.encrypted_archives import encrypted_parts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MailKind, MessageFacts, Protection
from shared.core.message.parse import parse
from tests.support.messages import OWN_CORPUS

OFFICES = OWN_CORPUS / "offices"
SENDER = "hanako.sato@aozora.example"


@dataclass(frozen=True)
class Expected:
    """``people`` are addresses with names of To and Cc, of long lists the first two; ``files`` are names with sizes."""

    subject: str | None
    files: tuple[str, ...] = ()
    people: tuple[str, ...] = ("tanaka@hoshizora.example",)
    kind: MailKind = MailKind.ORDINARY
    protections: frozenset[Protection] = frozenset()


CORPUS = {
    "abuse-report-is-no-dsn": Expected("[abuse] report", files=("buy.eml 67",)),
    "apple-mail-pdf-inside-related": Expected("パンフレット", files=("logo.png 70 inline", "パンフレット.pdf 69")),
    "bare-lf-inside-crlf-attachment": Expected("line ends", files=("app.log 20",)),
    "calendar-file-merely-attached": Expected("休業日の一覧", files=("holidays.ics 450",)),
    "calendar-reply-tentative": Expected("仮の予定: 週次の定例", kind=MailKind.CALENDAR_REPLY),
    "calendar-update-of-a-series": Expected("更新: 週次の定例", kind=MailKind.CALENDAR),
    "comments-in-mime-fields": Expected("comments", files=("a.txt 4",)),
    "content-type-twice": Expected("twice"),
    "domino-iso-2022-jp-unquoted-name": Expected("見積書の送付", files=("見積.xls 32",)),
    "emoji-family-in-subject-and-name": Expected(
        "👨\u200d👩\u200d👧\u200d👦 家族写真 🇯🇵", files=("👨\u200d👩\u200d👧.png 70",)
    ),
    "encoded-words-in-quotes-and-comments": Expected(
        "引用符の中 plain 外続き", people=("tanaka@hoshizora.example 田中 一郎", "suzuki@hoshizora.example 鈴木")
    ),
    "encrypted-zip-attached-already": Expected("暗号化済みの資料", files=("secret.zip 164",)),
    "euc-jp-raw-attachment-name": Expected("資料", files=("会議資料.pdf 69",)),
    "external-body-reference": Expected("external", files=("part-2.bin 68",)),
    "forwarded-three-deep": Expected("三重の転送", files=("level 1.eml 1157",)),
    "groupware-web-mailer-two-files": Expected(
        "【共有】議事録と名簿", files=("議事録（第12回）.docx 32", "名簿.csv 24")
    ),
    "hebrew-and-arabic-names": Expected(
        "שלום and مرحبا", files=("عقد.pdf 69",), people=("ali@hoshizora.example محمد علي",)
    ),
    "html-on-one-line-of-sixty-kilobytes": Expected("長い一行"),
    "hundred-and-twenty-in-to": Expected(
        "全員へのお知らせ", people=("user000@hoshizora.example 佐藤 000", "user001@hoshizora.example 鈴木 001")
    ),
    "inline-pictures-without-content-id": Expected("現場の写真", files=("IMG_0001.png 70", "IMG_0002.png 70")),
    "inner-boundary-never-ends": Expected("no inner end", files=("after.pdf 69",)),
    "mailing-list-digest": Expected(
        "営業部だより ダイジェスト 第3号", files=("first topic.eml 87", "second topic.eml 91")
    ),
    "multipart-without-mime-version": Expected("no version", files=("nv.pdf 69",)),
    "name-and-filename-differ": Expected("二つの名前", files=("setup.exe 22", "資料.dat 4")),
    "names-with-paths-and-trailing-dots": Expected(
        "names", files=("C:\\Users\\sato\\Desktop\\plan.doc 1", "../../etc/passwd 1", "report.pdf. . . 1")
    ),
    "outlook-2010-iso-2022-jp-folded-name": Expected(
        "営業報告書", files=("令和五年度\u3000営業報告書（最終）.xls 32",)
    ),
    "outlook-bcc-field-left-in-header": Expected(
        "ご案内", people=("tanaka@hoshizora.example", "suzuki@aozora.example 鈴木")
    ),
    "pdf-alone-without-multipart": Expected("請求書", files=("請求書.pdf 69",)),
    "pgp-signed-message-as-attachment": Expected("署名付きメールの転送", files=("signed.eml 418",)),
    "quoted-printable-breaks-inside-characters": Expected("改行の位置"),
    "read-receipt-requested": Expected("開封確認のお願い"),
    "resent-twice": Expected("転々とする件", people=("hanako.sato@aozora.example",), kind=MailKind.AUTOMATIC_FORWARD),
    "scanner-split-in-partial-messages": Expected("scan 1/2", files=("part-1.bin 239",)),
    "shift_jis-raw-header": Expected("表示能力の件", people=("tanaka@hoshizora.example 田中",)),
    "smime-signed-with-list-footer": Expected("signed to the list", protections=frozenset({Protection.SMIME_SIGNED})),
    "tnef-beside-an-ordinary-file": Expected(
        "リッチテキスト", files=("winmail.dat 21", "extra.pdf 69"), protections=frozenset({Protection.TNEF})
    ),
    "two-authors-and-a-sender": Expected("連名のご挨拶", people=("board@hoshizora.example",)),
    "utf-16-body": Expected("UTF-16 body"),
    "vcard-signature-attached": Expected("名刺を添えて", files=("sato.vcf 53",)),
    "voice-mail-audio-alone": Expected("留守番電話 03-0000-0000", files=("message.wav 40",)),
}


def read(name: str) -> bytes:
    return (OFFICES / f"{name}.eml").read_bytes()


def facts(name: str) -> MessageFacts:
    return build_facts(
        read(name), Envelope(SENDER, ("tanaka@hoshizora.example",)), internal_domains=frozenset({"aozora.example"})
    )


@pytest.mark.parametrize(("name", "expected"), CORPUS.items(), ids=CORPUS.keys())
def test_office_message(name: str, expected: Expected) -> None:
    found = facts(name)
    assert found.unreadable == ""
    assert found.subject == expected.subject
    names = tuple(f"{file.name} {file.size}{' inline' if file.inline else ''}" for file in found.attachments)
    assert names == expected.files
    people = (*found.header_to, *found.header_cc)
    assert tuple(f"{one.address} {one.display_name}".rstrip() for one in people)[:2] == expected.people
    assert found.kind is expected.kind
    assert found.protections == expected.protections


def test_every_message_of_the_folder_has_its_line() -> None:
    assert {path.stem for path in OFFICES.glob("*.eml")} == set(CORPUS)


TEXTS = {
    "groupware-web-mailer-two-files": "各位 議事録と名簿を共有します。",
    "domino-iso-2022-jp-unquoted-name": "田中様 見積書を送ります。",
    "forwarded-three-deep": "転送します。",
    "shift_jis-raw-header": "表示能力について。",
    "euc-jp-raw-attachment-name": "資料を送ります。",
    "hebrew-and-arabic-names": "שלום רב,",
    "quoted-printable-breaks-inside-characters": "あいう end",
    "utf-16-body": "十六ビットの本文です。",
    "comments-in-mime-fields": "注釈だらけです。",
    "emoji-family-in-subject-and-name": "写真です 👍🏽",
    "pdf-alone-without-multipart": "",
    "voice-mail-audio-alone": "",
}


@pytest.mark.parametrize(("name", "expected"), TEXTS.items(), ids=TEXTS.keys())
def test_text_that_people_read(name: str, expected: str) -> None:
    assert " ".join(" ".join(found.text for found in body_texts(parse(read(name)))).split()) == expected


def test_all_of_a_hundred_and_twenty_recipients_are_read() -> None:
    found = facts("hundred-and-twenty-in-to").header_to
    assert len({one.address for one in found}) == 120
    assert found[-1].display_name == "田中 119"


def test_encrypted_archive_is_seen() -> None:
    assert encrypted_parts(parse(read("encrypted-zip-attached-already"))) == {"2": True}
