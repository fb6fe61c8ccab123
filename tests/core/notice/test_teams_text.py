"""Short texts in Teams: every notice in both languages, one link and no other."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given

from shared.core.notice.teams_text import card_summary, escape_markdown, short_text
from shared.core.policy.tenant_settings import NoticeName
from shared.core.text.language import LANGUAGES, Language
from tests.support.cards import hostile_texts

LINK = "https://matta.example/h/token.signature"
NOTICES: tuple[NoticeName, ...] = get_args(NoticeName)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", NOTICES)
def test_every_notice_has_a_text_with_its_link(notice: NoticeName, language: Language) -> None:
    told = short_text(notice, language, LINK, "お見積書の件", number=2)
    assert "お見積書の件" in told
    assert told.endswith(f"]({LINK})")
    assert short_text(notice, language, "", "お見積書の件") == told.partition("\n")[0].replace("2", "0")
    assert "\n" not in card_summary(notice, language, "a\nb")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](https://evil.example)", "\\[x\\](https\u2060://evil\u2060.example)"),
        ("**b** _i_ `c`", "\\*\\*b\\*\\* \\_i\\_ \\`c\\`"),
        ("<at>a</at>", "\\<at\\>a\\</at\\>"),
        ("1. a", "1\\. a"),
        ("- a\n+ b\n# c", "\\- a\n\\+ b\n\\# c"),
        ("見積書.xlsx", "見積書\u2060.xlsx"),
        ("a@b.example", "a\u2060@b\u2060.example"),
        ("3.5 円 - 2", "3\u2060.5 円 - 2"),
        ("お見積書（最終版）", "お見積書（最終版）"),
    ],
)
def test_markup_and_bare_addresses_lose_their_meaning(text: str, expected: str) -> None:
    assert escape_markdown(text) == expected


@given(text=hostile_texts)
def test_no_subject_and_no_words_of_a_tenant_make_a_second_link(text: str) -> None:
    for told in (
        short_text("hold-first", "ja", LINK, text),
        short_text("hold-first", "en", LINK, "x", text=text),
    ):
        body = told[: told.rindex("[")] if "[" in told else told
        assert not re.search(r"(?<!\\)(\\\\)*[\[\]<>`]", body)
        assert "://" not in body.replace("\u2060://", "")
        assert told.count(f"]({LINK})") == 1


def test_a_blank_subject_is_said_to_be_blank() -> None:
    assert "（件名なし）" in short_text("hold-first", "ja", LINK, "")


def test_a_tenants_words_stand_in_place_of_ours() -> None:
    told = short_text("hold-first", "ja", LINK, "件名", text="当社の規程です。\n確認してください。")
    assert told.startswith("当社の規程です。\n\n確認してください。\n\n[")
    assert "送信前の確認" not in told
