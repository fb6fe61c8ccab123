"""Names in archives: what every system can write, and no two the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.archive.names import LONGEST_NAME, distinct_names, safe_name, shortened


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        pytest.param("見積書①.xlsx", "見積書①.xlsx", id="japanese"),
        pytest.param("🍣 sushi 👨‍👩‍👧.txt", "🍣 sushi 👨‍👩‍👧.txt", id="emoji-joined"),
        pytest.param(".htaccess", ".htaccess", id="leading-dot"),
        pytest.param("../../etc/passwd", ".._.._etc_passwd", id="way-up"),
        pytest.param("C:\\Users\\a\\x.doc", "C__Users_a_x.doc", id="windows-path"),
        pytest.param("/abs.txt", "_abs.txt", id="absolute"),
        pytest.param('a<b>c"d|e?f*g.txt', "a_b_c_d_e_f_g.txt", id="windows-forbids"),
        pytest.param("tab\there\0\x1b\x7f.txt", "tabhere.txt", id="control-characters"),
        pytest.param("invoice\u202efdp.exe", "invoicefdp.exe", id="turned-around"),
        pytest.param("zero\u200bwidth\ufeff.txt", "zerowidth.txt", id="invisible"),
        pytest.param("lone\ud83d.txt", "lone.txt", id="half-of-a-pair"),
        pytest.param("trailing. . .", "trailing", id="trailing-dots-and-spaces"),
        pytest.param("  both sides.txt  ", "both sides.txt", id="spaces-around"),
        pytest.param("CON", "_CON", id="reserved"),
        pytest.param("nul.tar.gz", "_nul.tar.gz", id="reserved-with-endings"),
        pytest.param("Com1 .txt", "_Com1 .txt", id="reserved-with-space"),
        pytest.param("lpt².txt", "_lpt².txt", id="reserved-superscript"),
        pytest.param("console.txt", "console.txt", id="only-begins-like-one"),
        pytest.param("com10.txt", "com10.txt", id="com-ten"),
        pytest.param("", "attachment-1.bin", id="empty"),
        pytest.param(" \t ", "attachment-1.bin", id="blank"),
        pytest.param("..", "attachment-1.bin", id="dots"),
        pytest.param("///", "attachment-1.bin", id="separators-only"),
        pytest.param("\u202e\u200f", "attachment-1.bin", id="marks-only"),
        pytest.param("か\u3099き.txt", "がき.txt", id="taken-apart-by-macos"),
        pytest.param("神\ufa19社.txt", "神\ufa19社.txt", id="compatibility-kanji-of-names"),
        pytest.param("あ" * 100 + ".xlsx", "あ" * 83 + ".xlsx", id="too-long"),
        pytest.param("a" * 300, "a" * 255, id="too-long-without-ending"),
        pytest.param("a" * 250 + "." + "b" * 30, "a" * 250 + "." + "b" * 4, id="ending-too-long-to-be-one"),
        pytest.param("x" * 251 + ".txt", "x" * 251 + ".txt", id="just-fits"),
    ],
)
def test_names_become_what_every_system_can_write(given_name: str, safe: str) -> None:
    assert safe_name(given_name, "attachment-1.bin") == safe


@given(st.text(st.characters(), max_size=300))
def test_whatever_the_name_it_can_be_written(name: str) -> None:
    safe = safe_name(name, "attachment-1.bin")
    assert 0 < len(safe.encode()) <= LONGEST_NAME
    assert not set(safe) & set('\\/:*?"<>|\0\r\n\t')
    assert safe == safe.strip()
    assert not safe.endswith(".")
    assert not any(
        unicodedata.category(sign) in ("Cc", "Cs") or sign in "\u202a\u202b\u202c\u202d\u202e" for sign in safe
    )
    assert safe_name(safe, "attachment-1.bin") == safe


@pytest.mark.parametrize(
    ("names", "distinct"),
    [
        pytest.param(["a.txt", "a.txt", "a.txt"], ["a.txt", "a (2).txt", "a (3).txt"], id="numbered-before-the-ending"),
        pytest.param(["name.xlsx", "NAME.xlsx"], ["name.xlsx", "NAME (2).xlsx"], id="case"),
        pytest.param(["a.txt", "a (2).txt", "a.txt"], ["a.txt", "a (2).txt", "a (3).txt"], id="number-taken-before"),
        pytest.param(["a.txt", "a.txt", "a (2).txt"], ["a.txt", "a (2).txt", "a (2) (2).txt"], id="number-taken-after"),
        pytest.param(["no ending", "no ending"], ["no ending", "no ending (2)"], id="no-ending"),
        pytest.param([".profile", ".profile"], [".profile", ".profile (2)"], id="dot-file"),
        pytest.param(["a.tar.gz", "a.tar.gz"], ["a.tar.gz", "a.tar (2).gz"], id="two-endings"),
        pytest.param(["ｆｕｌｌ.txt", "full.txt"], ["ｆｕｌｌ.txt", "full (2).txt"], id="width"),
        pytest.param(["a.txt", "b.txt"], ["a.txt", "b.txt"], id="nothing-to-do"),
    ],
)
def test_no_two_names_are_the_same(names: list[str], distinct: list[str]) -> None:
    assert list(distinct_names(names)) == distinct


@given(st.lists(st.sampled_from(["a.txt", "A.TXT", "a (2).txt", "あ" * 85, "あ" * 84 + ".x"]), max_size=60))
def test_many_names_stay_distinct_and_short(names: list[str]) -> None:
    found = distinct_names(names)
    assert len({name.casefold() for name in found}) == len(names)
    assert all(len(name.encode()) <= LONGEST_NAME for name in found)


def test_a_cut_never_goes_through_a_character() -> None:
    assert shortened("😀" * 100 + ".txt", longest=30) == "😀" * 6 + ".txt"
