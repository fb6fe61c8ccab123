"""A line of the audit log in both languages, and from versions that wrote other things."""

from __future__ import annotations

import pytest

from shared.core.text.audit import render_audit
from shared.core.text.language import Language


@pytest.mark.parametrize(
    ("code", "args", "language", "line"),
    [
        pytest.param(
            "person-changed",
            (("person", "a@aozora.example"), ("fields", "display_name, groups")),
            "ja",
            "ユーザー a@aozora.example を変更しました: 表示名, グループ",
            id="fields by their names",
        ),
        pytest.param(
            "person-changed",
            (("person", "a@aozora.example"), ("fields", "display_name, groups")),
            "en",
            "Changed the person a@aozora.example: display name, groups",
            id="fields in English",
        ),
        pytest.param(
            "people-imported",
            (("table", "people"), ("mode", "replace")),
            "ja",
            "ファイルから取り込みました: ユーザー（すべて置き換え）",
            id="what was imported and how",
        ),
        pytest.param(
            "tenant-changed",
            (("fields", "peers, shoe_size"),),
            "ja",
            "サービス運用者がテナントを変更しました: メールの送信元アドレス, shoe_size",
            id="a field that is not known any more",
        ),
        pytest.param("gone", (("a", "b"),), "ja", "gone a=b", id="a kind that is not known any more"),
    ],
)
def test_a_line_of_the_log(code: str, args: tuple[tuple[str, str], ...], language: Language, line: str) -> None:
    assert render_audit(code, args, language) == line
