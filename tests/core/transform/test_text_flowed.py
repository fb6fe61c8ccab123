"""``format=flowed``: a reader that flows gets the lines that were meant (RFC 3676 section 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.text_flowed import ends_flowing, flowed


def read(text: str, *, delete_space: bool) -> list[str]:
    """The paragraphs that a reader of flowed text shows (RFC 3676 section 4.1), for text without quotes."""
    paragraphs: list[str] = []
    open_paragraph = False
    for raw in text.split("\n"):
        line = raw.removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "
        shown = line[:-1] if flows and delete_space else line
        if open_paragraph:
            paragraphs[-1] += shown
        else:
            paragraphs.append(shown)
        open_paragraph = flows
    return paragraphs


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("one\n\ntwo", "one\n\ntwo"),
        ("  indented", "   indented"),
        ("> not a quote", " > not a quote"),
        ("From here on", " From here on"),
        ("ends in spaces  \nnext", "ends in spaces\nnext"),
        ("-- \nname", "-- \nname"),
    ],
)
def test_lines(text: str, written: str) -> None:
    assert flowed(text, delete_space=False) == written


def test_long_lines_break_at_spaces_and_flow_together_again() -> None:
    text = "word " * 60 + "end"
    written = flowed(text, delete_space=False)
    assert max(map(len, written.split("\n"))) <= 78
    assert read(written, delete_space=False) == [text]


def test_long_japanese_lines_break_anywhere_where_the_reader_deletes_the_space() -> None:
    text = "吾輩は猫である。名前はまだ無い。" * 20
    written = flowed(text, delete_space=True)
    assert max(map(len, written.split("\n"))) <= 39
    assert read(written, delete_space=True) == [text]
    assert flowed(text, delete_space=False) == text


@given(st.text(st.sampled_from(" >-Fromabc 日本\n"), max_size=400), st.booleans())
def test_any_text_is_read_back_but_for_spaces_at_line_ends(text: str, delete_space: bool) -> None:
    wanted = [line if line == "-- " else line.rstrip(" ") for line in text.split("\n")]
    assert read(flowed(text, delete_space=delete_space), delete_space=delete_space) == wanted


@pytest.mark.parametrize(
    ("tail", "flows"),
    [(b"", False), (b"x", False), (b"x ", True), (b"x \r\n", True), (b"a \r\nb\r\n", False), (b"-- \r\n", False), (b"> -- \r\n", False), (b"\n", False)],
)  # fmt: skip
def test_whether_the_last_line_flows_on(tail: bytes, flows: bool) -> None:
    assert ends_flowing(tail) is flows
