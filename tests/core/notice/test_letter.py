"""The outer form of Matta's own mail: safe whatever the addresses are."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from shared.core.notice.letter import NOBODY, Letter, new_message, safe_message_id

DATE = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _letter(recipient: str, thread: str = "") -> Letter:
    return Letter("待った", "matta@aozora.example", recipient, "<a@matta.example>", DATE, thread)


@pytest.mark.parametrize(
    ("recipient", "shown"),
    [
        pytest.param("sato@aozora.example", "sato@aozora.example", id="ordinary"),
        pytest.param('"odd local"@aozora.example', NOBODY, id="a quoted local part with a space"),
        pytest.param("a..b@aozora.example", "a..b@aozora.example", id="two dots, as old mobile mail has them"),
        pytest.param("x\r\nBcc: all@aozora.example", NOBODY, id="a line break"),
        pytest.param("x,y@aozora.example", '"x,y"@aozora.example', id="a comma"),
        pytest.param("no-domain", NOBODY, id="no domain"),
        pytest.param("a" * 400 + "@aozora.example", NOBODY, id="too long"),
        pytest.param("佐藤@例え.jp", "佐藤@例え.jp", id="UTF-8"),
    ],
)
def test_to_is_one_well_formed_field(recipient: str, shown: str) -> None:
    letter = _letter(recipient)
    raw = new_message(letter, "subject", "auto-generated").as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert parsed["To"] == shown
    assert parsed["Bcc"] is None
    assert letter.smtputf8 == (not recipient.isascii())
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_subject_cannot_begin_a_new_field() -> None:
    with pytest.raises(ValueError):
        new_message(_letter("sato@aozora.example"), "x\r\nBcc: y@z", "auto-generated")


def test_later_mails_of_a_series_refer_to_the_first() -> None:
    message = new_message(_letter("sato@aozora.example", "<first@matta.example>"), "s", "auto-generated")
    assert message["References"] == message["In-Reply-To"] == "<first@matta.example>"
    assert new_message(_letter("sato@aozora.example", "<a@matta.example>"), "s", "auto-generated")["References"] is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<a@b>", True),
        ("<a@b>\r\nBcc: x", False),
        ("<a b@c>", False),
        ("a@b", False),
        ("<" + "a" * 1000 + ">", False),
        ("<あ@b>", False),
        ("", False),
    ],
)
def test_only_plain_message_ids_are_repeated(text: str, kept: bool) -> None:
    assert safe_message_id(text) == (text if kept else "")
