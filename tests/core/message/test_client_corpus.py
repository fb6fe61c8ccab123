"""Messages as mail programs of today write them (tests/corpus/clients): what each of them is, as its name says.

Each file's name begins with the program or the shape. People, companies and contents are invented, signatures are real.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MailKind, Protection
from tests.support.messages import OWN_CORPUS

CLIENTS = OWN_CORPUS / "clients"
INTERNAL = frozenset({"aozora.example"})


@dataclass(frozen=True)
class Expected:
    """``people`` are addresses with names of To and Cc, of long lists the first two; ``files`` are names with sizes."""

    subject: str | None
    people: tuple[str, ...]
    files: tuple[str, ...] = ()
    kind: MailKind = MailKind.ORDINARY
    protections: frozenset[Protection] = frozenset()
    sender: str = "hanako.sato@aozora.example"


CORPUS = {
    "apple-mail-pages-and-signature": Expected(
        "企画書をお送りします",
        (
            "tanaka@hoshizora.example 田中一郎",
            "suzuki@hoshizora.example 鈴木",
        ),
        files=("企画書 1.pages 137",),
    ),
    "becky-iso-2022-jp-attachment": Expected(
        "【ご連絡】四月分の請求書について", ("tanaka@hoshizora.example 田中一郎",), files=("請求書.pdf 135",)
    ),
    "becky-raw-names-in-to": Expected(
        "生のＪＩＳの件名",
        (
            "tanaka@hoshizora.example 田中一郎",
            "suzuki@hoshizora.example 鈴木ー次郎",
        ),
    ),
    "calendar-cancel-outlook": Expected(
        "キャンセル済み: キックオフ会議",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        kind=MailKind.CALENDAR,
    ),
    "calendar-counter-proposal-outlook": Expected(
        "新しい日時の指定: キックオフ会議",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        kind=MailKind.CALENDAR_REPLY,
    ),
    "calendar-decline-google": Expected(
        "辞退: キックオフ会議 2024年3月20日(水) 午前10時",
        ("tanaka@hoshizora.example",),
        files=("invite.ics 756",),
        kind=MailKind.CALENDAR,
    ),
    "calendar-request-outlook-with-attachment": Expected(
        "キックオフ会議",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        files=("議題.pdf 134",),
        kind=MailKind.CALENDAR,
    ),
    "cron-report-no-mime": Expected(
        "Cron <root@batch01> /usr/local/bin/report",
        (
            "root@batch01.aozora.example",
            "ops",
        ),
    ),
    "dkim-and-arc-signed-hop": Expected(
        "signed on the way",
        (
            "tanaka@hoshizora.example",
            "sales@aozora.example",
        ),
    ),
    "docomo-decoration-mail": Expected("今から向かいます", ("tanaka@hoshizora.example",), files=("01.gif 42 inline",)),
    "dsn-postfix-undeliverable": Expected(
        "Undelivered Mail Returned to Sender",
        ("tanaka@hoshizora.example",),
        files=("Hello.eml 124",),
        kind=MailKind.DSN,
        sender="",
    ),
    "exchange-on-premises-hop-delegate-sender": Expected("取締役会資料のご送付", ("board@hoshizora.example 取締役会",)),
    "exchange-sensitivity-label-confidential": Expected("社外秘：価格表", ("tanaka@hoshizora.example",)),
    "exchange-shared-mailbox-send-as": Expected(
        "【受付番号 12345】お問い合わせありがとうございます", ("customer@kaze.example",)
    ),
    "fml-list-numbered-subject": Expected("[staff:01234] 定例会の日程", ("staff@ml.aozora.example staff ML",)),
    "folded-in-odd-places": Expected(
        "folded subject",
        (
            "tanaka@hoshizora.example Tanaka, Ichiro",
            "suzuki@hoshizora.example",
        ),
    ),
    "forward-as-attachment-two-messages": Expected(
        "転送: 二通のメール",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        files=(
            "inner one.eml 508",
            "second.eml 116",
        ),
    ),
    "gmail-android-emoji-subject": Expected("👨\u200d👩\u200d👧 打ち上げの件 🍻", ("tanaka@hoshizora.example",)),
    "gmail-confidential-forward-of-forward": Expected("Fwd: Fwd: 議事録", ()),
    "gmail-web-attachment-by-rfc2231": Expected(
        "見積書の送付について",
        (
            "tanaka@hoshizora.example 田中一郎",
            "suzuki@hoshizora.example 鈴木",
            "sales@aozora.example",
        ),
        files=("見積書.pdf 136",),
    ),
    "groups-in-to-and-cc": Expected(
        "groups",
        (
            "takahashi@aozora.example",
            "ito@aozora.example Ito; K",
            "tanaka@hoshizora.example Tanaka, I.",
            "suzuki@hoshizora.example",
            "plain@kaze.example",
        ),
    ),
    "groupware-text-and-many-attachments": Expected(
        "【重要】年末調整の書類について",
        ("all@aozora.example 全社員",),
        files=(
            "一覧.txt 12",
            "list.csv 25",
            "一覧.txt 15",
            "empty.zip 0",
        ),
    ),
    "header-without-body-or-blank-line": Expected("unended", ("tanaka@hoshizora.example",)),
    "iphone-mail-photo": Expected("現場写真", ("tanaka@hoshizora.example",), files=("IMG_0001.PNG 79",)),
    "long-to-on-one-line": Expected(
        "one line",
        (
            "user000@hoshizora.example",
            "user001@hoshizora.example",
        ),
    ),
    "mailman-list-post-with-footer": Expected(
        "[Users] question about release 2",
        (
            "users@lists.kaze.example",
            "tanaka@hoshizora.example Ichiro Tanaka",
        ),
    ),
    "mobile-carrier-quoted-local-part": Expected(
        "Re:Re:Re2:",
        (
            '".tanaka."@mobile.example',
            "suzuki_-@mobile.example",
        ),
    ),
    "mobile-photo-without-text": Expected("", ("tanaka@hoshizora.example",), files=("写真.png 80",)),
    "names-that-show-other-addresses": Expected(
        "names",
        (
            "tanaka@hoshizora-mail.example tanaka@hoshizora.example",
            "suzuki@kaze.example 鈴木 <suzuki@hoshizora.example>",
        ),
    ),
    "old-grammar-comments-and-routes": Expected(
        "space before the colon",
        (
            "tanaka@hoshizora.example Tanaka Ichiro",
            "suzuki@hoshizora.example the (old) host",
            '"local part"@kaze.example quoted "inner" name',
        ),
    ),
    "only-cc-and-bcc": Expected("no To", ("tanaka@hoshizora.example 田中",)),
    "outlook-ios-short-reply": Expected("Re: 本日の会議", ("tanaka@hoshizora.example tanaka@hoshizora.example",)),
    "outlook-mac-single-quoted-names": Expected(
        "Contract draft",
        (
            "tanaka@hoshizora.example tanaka@hoshizora.example",
            "suzuki@hoshizora.example Suzuki Jiro",
            "legal@aozora.example legal@aozora.example",
        ),
        files=("contract draft.doc 14",),
    ),
    "outlook-semicolon-separated-recipients": Expected(
        "list with semicolons",
        (
            "tanaka@hoshizora.example Tanaka, Ichiro",
            "suzuki@hoshizora.example",
            "yamamoto@kaze.example 山本",
            "sales@aozora.example",
        ),
    ),
    "outlook-web-reply-html-only": Expected(
        "Re: 納期のご相談", ("tanaka@hoshizora.example Tanaka, Ichiro (Hoshizora)",)
    ),
    "outlook-windows-related-and-xlsx": Expected(
        "【青空商事】お見積書送付の件（2024年4月分）",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "suzuki@hoshizora.example 鈴木 次郎",
            "sales@aozora.example 営業部",
        ),
        files=(
            "image001.png 79 inline",
            "見積書_20240401.xlsx 261",
        ),
    ),
    "pgp-inline-signed-utf-8": Expected(
        "PGP 署名",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        protections=frozenset({Protection.PGP_SIGNED}),
    ),
    "pgp-mime-encrypted-thunderbird": Expected(
        "...",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        protections=frozenset({Protection.PGP_ENCRYPTED}),
    ),
    "pgp-mime-signed-thunderbird": Expected(
        "PGP signed",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        protections=frozenset({Protection.PGP_SIGNED}),
    ),
    "php-form-mail-bare-lf": Expected(
        "お問い合わせ",
        (
            "tanaka@hoshizora.example",
            "sales@aozora.example",
        ),
    ),
    "read-receipt-thunderbird": Expected(
        "Return Receipt (displayed) - Offer", ("tanaka@hoshizora.example",), kind=MailKind.READ_RECEIPT
    ),
    "scanner-multifunction-device": Expected(
        'Message from "RNP0026731A2B3C"',
        (
            "hanako.sato@aozora.example",
            "tanaka@hoshizora.example",
        ),
        files=("20240313101500.pdf 132",),
    ),
    "several-subjects-and-recipient-fields": Expected(
        "first subject",
        (
            "tanaka@hoshizora.example",
            "suzuki@hoshizora.example",
            "sales@aozora.example",
            "legal@aozora.example",
            "yamamoto@kaze.example",
        ),
    ),
    "smime-encrypted-outlook": Expected(
        "暗号化した契約書",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        protections=frozenset({Protection.SMIME_ENCRYPTED}),
    ),
    "smime-opaque-signed-outlook": Expected(
        "opaque signed",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        protections=frozenset({Protection.SMIME_SIGNED}),
    ),
    "smime-signed-outlook-with-attachment": Expected(
        "契約書（署名付き）",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        files=("contract.pdf 136",),
        protections=frozenset({Protection.SMIME_SIGNED}),
    ),
    "smime-signed-over-encrypted": Expected(
        "signed over encrypted",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        files=("smime.p7m 1010",),
        protections=frozenset({Protection.SMIME_ENCRYPTED, Protection.SMIME_SIGNED}),
    ),
    "smime-signed-with-protected-header": Expected(
        "[[send]] protected subject",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        protections=frozenset({Protection.SMIME_SIGNED}),
    ),
    "smtputf8-raw-everything": Expected(
        "国際化メールの件名",
        (
            "田中@星空.example 田中一郎",
            "tanaka@hoshizora.example",
            "jürgen@müller.example Gößling, Jürgen",
        ),
    ),
    "subject-mark-in-iso-2022-jp-words": Expected("[[send]] 至急：納品書の件", ("tanaka@hoshizora.example",)),
    "sylpheed-nested-multipart": Expected(
        "図面二枚",
        ("tanaka@hoshizora.example",),
        files=(
            "図面1.png 79",
            "zumen2.png 80",
        ),
    ),
    "thousand-recipients-in-to": Expected(
        "価格改定のお知らせ",
        (
            "customer0000@kaze.example",
            "customer0001@hoshizora.example 顧客1",
        ),
    ),
    "thunderbird-format-flowed": Expected("Minutes of the meeting", ("tanaka@hoshizora.example Ichiro Tanaka",)),
    "thunderbird-japanese-reply-8bit": Expected(
        "Re: ご確認のお願い",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "suzuki@hoshizora.example 鈴木 次郎",
        ),
    ),
    "thunderbird-redirected-by-hand": Expected(
        "Purchase order 8812", ("hanako.sato@aozora.example Hanako Sato",), kind=MailKind.AUTOMATIC_FORWARD
    ),
    "tnef-meeting-request": Expected(
        "Meeting",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        files=("winmail.dat 81",),
        kind=MailKind.CALENDAR,
        protections=frozenset({Protection.TNEF}),
    ),
    "tnef-rich-text-with-files": Expected(
        "リッチテキスト形式の資料",
        (
            "tanaka@hoshizora.example 田中 一郎",
            "sales@aozora.example",
            "suzuki@hoshizora.example Suzuki, Jiro",
        ),
        files=("winmail.dat 344",),
        protections=frozenset({Protection.TNEF}),
    ),
    "web-system-alternative-quoted-printable": Expected(
        "ケース 00012345 が更新されました", ("tanaka@hoshizora.example tanaka@hoshizora.example",)
    ),
    "windows-live-mail-shift-jis": Expected("表の更新について①", ("tanaka@hoshizora.example",)),
}


@pytest.mark.parametrize(("name", "expected"), CORPUS.items(), ids=CORPUS.keys())
def test_client_message(name: str, expected: Expected) -> None:
    envelope = Envelope(expected.sender, ("tanaka@hoshizora.example",))
    found = build_facts((CLIENTS / f"{name}.eml").read_bytes(), envelope, internal_domains=INTERNAL)
    assert found.unreadable == ""
    assert found.subject == expected.subject
    files = (f"{file.name} {file.size}{' inline' if file.inline else ''}" for file in found.attachments)
    assert tuple(files) == expected.files
    assert found.kind is expected.kind
    assert found.protections == expected.protections
    boxes = (*found.header_to, *found.header_cc)
    people = tuple(f"{box.address} {box.display_name}".rstrip() for box in boxes)
    assert (people if len(people) < 20 else people[:2]) == expected.people


def test_every_message_of_the_folder_has_its_line() -> None:
    assert {path.stem for path in CLIENTS.glob("*.eml")} == set(CORPUS)
