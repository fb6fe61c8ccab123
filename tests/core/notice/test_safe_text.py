"""Text of strangers: nothing in it moves, hides or breaks what stands around it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.notice.safe_text import many_lines, one_line


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("お見積りの件", "お見積りの件", id="Japanese"),
        pytest.param("invoice\u202efdp.exe", "invoicefdp.exe", id="right-to-left override"),
        pytest.param("a\u2066b\u2069c\u200fd\u061ce", "abcde", id="isolates and marks"),
        pytest.param("evil\r\nBcc: x@y", "evil Bcc: x@y", id="a line break"),
        pytest.param("one\u2028two\u0085three", "one twothree", id="other line separators"),
        pytest.param("nul\0bell\a\x1b[31mred", "nulbell[31mred", id="terminal codes"),
        pytest.param("z\u200bero\ufeff w\u2060idth", "zero width", id="zero width"),
        pytest.param("hidden\U000e0041\U000e0042", "hidden", id="tag characters"),
        pytest.param("  many\t\t spaces\u3000here ", "many spaces here", id="runs of space"),
        pytest.param("👩‍💻 ok", "👩‍💻 ok", id="joined emoji"),
        pytest.param("lone\ud800half", "lonehalf", id="half of a surrogate pair"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_one_line_shows_only_what_is_there(raw: str, shown: str) -> None:
    assert one_line(raw) == shown


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert one_line("あ" * 500, 10) == "あ" * 9 + "…"
    assert one_line("あ" * 10, 10) == "あ" * 10


@given(st.text(), st.integers(1, 50))
def test_any_text_is_one_bounded_line_without_hidden_characters(raw: str, limit: int) -> None:
    shown = one_line(raw, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in shown)
    assert not any(
        unicodedata.bidirectional(character) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
        for character in shown
    )
    shown.encode()


def test_many_lines_keeps_lines_and_tells_of_a_cut() -> None:
    assert many_lines("一行目\r\n二行目\rthird  \n\n\n\n\n\nlast\n") == ("一行目\n二行目\nthird\n\n\nlast", False)
    assert many_lines("abcdef", 3) == ("abc", True)


@given(st.text())
def test_many_lines_has_no_control_but_line_end_and_tab(raw: str) -> None:
    shown, _ = many_lines(raw)
    assert not any(
        unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in shown if character not in "\n\t"
    )
