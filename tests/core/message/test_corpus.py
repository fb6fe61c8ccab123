"""The own corpus: what each of its messages is, as its name says. Every file has its line here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MailKind, Protection, RecipientField
from tests.support.messages import INTERNAL, OWN_CORPUS, SENDER, facts, own


@dataclass(frozen=True)
class Expected:
    """Facts of one corpus message. ``to`` are addresses with names of To and Cc; ``files`` are names with sizes."""

    subject: str | None
    files: tuple[str, ...] = ()
    kind: MailKind = MailKind.ORDINARY
    protections: frozenset[Protection] = frozenset()
    to: tuple[str, ...] = ("sato@example.com",)
    sender: str = SENDER


def sealed(*protections: Protection) -> frozenset[Protection]:
    return frozenset(protections)


CORPUS = {
    "apple-mail-attachments-inside-alternative": Expected("写真と資料", ("提案書.pdf 17",)),
    "automatic-reply-header-on-ordinary-mail": Expected("Contract", ("secret.pdf 4",)),
    "automatic-reply-rfc3834": Expected("Auto: question", kind=MailKind.AUTOMATIC_REPLY),
    "bare-cr": Expected("bare CR", ("note.txt 4",)),
    "bare-lf": Expected("bare LF", ("note.txt 4",)),
    "bifurcated-copy-1": Expected("二社への送付", ("data.zip 22",), to=("sato@example.com", "suzuki@example.net")),
    "bifurcated-copy-2": Expected("二社への送付", ("data.zip 22",), to=("sato@example.com", "suzuki@example.net")),
    "calendar-reply-accepted": Expected("承諾: 定例会議", kind=MailKind.CALENDAR_REPLY),
    "calendar-request-outlook": Expected("定例会議", kind=MailKind.CALENDAR),
    "dsn-exchange": Expected("配信不能: 見積書", ("original.eml 124",), MailKind.DSN, sender=""),
    "empty-subject": Expected(""),
    "euc-jp-body": Expected("会議の議事録について"),
    "exchange-automatic-reply": Expected("自動応答: 見積依頼", kind=MailKind.AUTOMATIC_REPLY, sender=""),
    "exchange-forwarded-by-rule": Expected(
        "FW: Order 4711", kind=MailKind.AUTOMATIC_FORWARD, to=("partner@example.net",)
    ),
    "exchange-redirected-by-rule": Expected(
        "Order 4711", kind=MailKind.AUTOMATIC_FORWARD, to=("yamada@example.co.jp",)
    ),
    "forwarded-message-rfc822": Expected("転送: 契約の件", ("契約の件.eml 355",)),
    "idn-domain": Expected("idn", to=("info@xn--wgv71a119e.jp", "president@日本語.jp 社長")),
    "iso-2022-jp-half-width-kana": Expected("ﾃｽﾄ送信のお願い"),
    "iso-2022-jp-nec-special-characters": Expected("①回目の見積書（㈱山田商事）", to=("sato@example.com 佐藤 髙志",)),
    "mbox-from-line-and-header-only": Expected("header only"),
    "missing-end-boundary": Expected("no end", ("late.pdf 9",)),
    "mixed-line-endings": Expected("mixed endings", ("note.txt 4",)),
    "no-subject": Expected(None),
    "nul-bytes-and-8-bit-header": Expected("nul here 日本"),
    "outlook-encoded-words-in-parameters": Expected("添付ファイル", ("令和六年度お見積書①（最終版）.xlsx 10",)),
    "pgp-inline-signed": Expected("inline", protections=sealed(Protection.PGP_SIGNED)),
    "pgp-mime-encrypted": Expected("...", protections=sealed(Protection.PGP_ENCRYPTED)),
    "raw-8-bit-names": Expected(
        "生のUTF-8の件名", ("見積書図.png 1",), to=("sato@example.com 佐藤はなこ", "hyo@example.net 表計算部")
    ),
    "read-receipt-outlook": Expected("開封済み: 見積書", kind=MailKind.READ_RECEIPT),
    "related-picture-shown-in-text": Expected("logo", ("image001.png 14 inline", "image002.png 18", "list.csv 3")),
    "rfc2047-base64-cut-anywhere": Expected("請求書をお送りします"),
    "rfc2047-cut-inside-a-character": Expected("株式会社山田商事 見積書送付の件"),
    "rfc2047-escape-state-runs-on": Expected("日程調整のお願い"),
    "rfc2047-unterminated-and-with-spaces": Expected("見積書no end 件送付"),
    "rfc2047-wrong-charset-label": Expected("文字化けの件再送"),
    "rfc2231-continuations": Expected(
        "RFC 2231", ("2023年度 第4四半期 売上報告書.pdf 3", "見積①.pdf 3", "plain pieces.dat 5")
    ),
    "right-to-left-override-in-name": Expected("invoice", ("invoicefdp.exe 2",)),
    "rights-managed-rpmsg": Expected(
        "社外秘の件", ("message.rpmsg 520",), protections=sealed(Protection.RIGHTS_MANAGED)
    ),
    "shift_jis-body-and-raw-name": Expected("表の件～①", ("予定表.xls 11",)),
    "smime-encrypted": Expected("encrypted", protections=sealed(Protection.SMIME_ENCRYPTED)),
    "smime-opaque-signed-without-type": Expected("opaque", protections=sealed(Protection.SMIME_SIGNED)),
    "smime-signed": Expected("signed", ("contract.pdf 8",), protections=sealed(Protection.SMIME_SIGNED)),
    "tnef-read-receipt": Expected("Read: report", ("winmail.dat 64",), MailKind.READ_RECEIPT, sealed(Protection.TNEF)),
    "tnef-winmail-dat": Expected("リッチテキストの件", ("winmail.dat 119",), protections=sealed(Protection.TNEF)),
    "undisclosed-recipients-and-odd-lists": Expected(
        "odd lists",
        to=(
            "sato@example.com",
            "suzuki@example.net 鈴木; 次郎",
            "tanaka@example.com",
            "bare@example.org Bare Name",
            "next@example.org Missing Bracket",
        ),
    ),
    "utf-8-base64-with-emoji": Expected("お疲れさまです🎉𠮷野家の件"),
    "uuencoded-attachment-in-text": Expected("uu", ("report.txt 38",)),
}


@pytest.mark.parametrize(("name", "expected"), CORPUS.items(), ids=CORPUS.keys())
def test_corpus_message(name: str, expected: Expected) -> None:
    found = facts(own(name), sender=expected.sender)
    assert found.unreadable == ""
    assert found.subject == expected.subject
    assert (
        tuple(f"{file.name} {file.size}{' inline' if file.inline else ''}" for file in found.attachments)
        == expected.files
    )
    assert found.kind is expected.kind
    assert found.protections == expected.protections
    people = (*found.header_to, *found.header_cc)
    assert tuple(f"{mailbox.address} {mailbox.display_name}".rstrip() for mailbox in people) == expected.to


def test_every_message_of_the_corpus_has_its_line() -> None:
    assert {path.stem for path in OWN_CORPUS.glob("*.eml")} == set(CORPUS)


def test_two_copies_of_one_send_share_their_message_id() -> None:
    first = build_facts(own("bifurcated-copy-1"), Envelope(SENDER, ("sato@example.com",)), internal_domains=INTERNAL)
    second = build_facts(own("bifurcated-copy-2"), Envelope(SENDER, ("suzuki@example.net",)), internal_domains=INTERNAL)
    assert first.message_id == second.message_id
    assert [recipient.field for recipient in (*first.recipients, *second.recipients)] == [RecipientField.TO] * 2
