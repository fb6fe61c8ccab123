"""The mail about an encryption: what it says in each state, in both languages, whatever strangers wrote."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, timedelta
from email import policy as email_policy
from email.message import EmailMessage

import pytest

from shared.core.hold.password_notice import NoticeState
from shared.core.hold.record import Fate
from shared.core.message.facts import RecipientField
from shared.core.notice.letter import Letter
from shared.core.notice.receipt_letter import SHOWN_PEOPLE, Receipt, receipt_subject, write_receipt_letter
from shared.core.notice.receipt_sheet import ReceiptSheet, ShownEncryption
from shared.core.notice.sheet import ShownRecipient, make_sheet
from shared.core.text.language import LANGUAGES, Language
from tests.support.records import NOW, delivering

SECRET = "Abc<9&xyz"  # a test's own
LETTER = Letter("", "matta@aozora.example", "hanako@aozora.example", "<receipt-1@matta.example>", NOW)


def person(address: str, name: str = "") -> ShownRecipient:
    return ShownRecipient(address, name, RecipientField.TO, 1, (), Fate.SENT, "")


def sheet(state: NoticeState = NoticeState.WAITING, people: int = 1, password: str = SECRET) -> ReceiptSheet:
    due_at = NOW + timedelta(minutes=5) if state is NoticeState.WAITING else None
    shown = ShownEncryption(
        "part-0",
        "enc.zip",
        "AES-256",
        tuple(person(f"p{number}@partner.example") for number in range(people)),
        0,
        password,
        state,
        5,
        NOW,
        due_at,
        NOW,
        (),
    )
    return ReceiptSheet(make_sheet(delivering(), frozenset()), (shown,), (person("jiro@aozora.example", "次郎"),))


def receipt(language: Language = "ja", **changes: object) -> Receipt:
    plain = Receipt(sheet(), "https://matta.example/p/x", NOW + timedelta(days=7), language, UTC)
    return replace(plain, **changes)  # type: ignore[arg-type]  # tests name the fields


def texts(given: Receipt) -> tuple[str, str]:
    message = email.message_from_bytes(write_receipt_letter(given, LETTER), policy=email_policy.default)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content().replace("\r\n", "\n"), html.get_content()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", NoticeState)
def test_every_state_has_its_own_sentence_in_both_forms(state: NoticeState, language: Language) -> None:
    plain, html = texts(receipt(language, sheet=sheet(state)))
    others = [texts(receipt(language, sheet=sheet(other)))[0] for other in NoticeState if other is not state]
    assert plain not in others
    assert SECRET in plain
    assert "Abc&lt;9&amp;xyz" in html
    for text in (plain, html):
        assert "https://matta.example/p/x" in text
        assert "enc.zip" in text


def test_long_lists_are_cut_and_counted() -> None:
    plain, html = texts(receipt(sheet=sheet(people=SHOWN_PEOPLE + 7)))
    for text in (plain, html):
        assert "ほか7件" in text
        assert f"p{SHOWN_PEOPLE}@partner.example" not in text


def test_password_that_cannot_be_read_is_said() -> None:
    plain, _ = texts(receipt(sheet=sheet(NoticeState.MANUAL, password=""), failed=True))
    assert "（読み出せません）" in plain
    assert "鍵が見つからない" in plain
    assert receipt_subject(receipt(failed=True)).startswith("パスワードを通知できません")


def test_proxy_reads_for_whom_they_get_it() -> None:
    plain, html = texts(receipt("en", on_behalf_of="info@aozora.example"))
    for text in (plain, html):
        assert "as a proxy of info@aozora.example" in text


def test_own_words_replace_subject_and_opening_but_not_bad_news() -> None:
    own = receipt(own_subject="ours", own_text="one\ntwo")
    assert receipt_subject(own) == "ours"
    plain, html = texts(own)
    assert "one\ntwo\n" in plain
    assert "one<br>two" in html
    assert receipt_subject(replace(own, failed=True)) != "ours"
    assert "one\ntwo" not in texts(replace(own, failed=True))[0]


def test_no_repr_shows_password_or_link() -> None:
    shown = repr(receipt())
    assert SECRET not in shown
    assert "matta.example/p" not in shown
