"""Values in PowerShell stay values, whatever they are: read back by the language's own rules for quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.onboarding.powershell import QUOTES, BadValue, literal, quoted, script_bytes

HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("'\u2018\u2019\u201a\u201b\"\u201c\u201d`$();&|#{}@ \\"), st.characters()),
    max_size=60,
)


def read_back(text: str) -> tuple[str, str]:
    """The value of the literal at the beginning of ``text``, and what stands behind it, as PowerShell's tokenizer goes:
    any single quote ends the text, unless another one follows, which then stands for itself.
    """
    assert text[0] in QUOTES
    value, place = "", 1
    while place < len(text):
        if text[place] in QUOTES:
            if place + 1 == len(text) or text[place + 1] not in QUOTES:
                return value, text[place + 1 :]
            place += 1
        value += text[place]
        place += 1
    raise AssertionError("the literal does not end")


@given(HOSTILE)
def test_a_value_is_read_back_and_nothing_of_it_runs(value: str) -> None:
    try:
        written = quoted(value)
    except BadValue:
        assert any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\u2028\u2029" or "\ud800" <= char <= "\udfff" for char in value)  # fmt: skip
        return
    assert read_back(f"{written} -Next") == (value, " -Next")


@given(st.lists(HOSTILE, max_size=4))
def test_lists_of_values_are_read_back(values: list[str]) -> None:
    try:
        rest = literal(tuple(values))
    except BadValue:
        return
    assert rest.startswith("@(")
    rest = rest[2:]
    for value in values:
        found, rest = read_back(rest.removeprefix(", "))
        assert found == value
    assert rest == ")"


@pytest.mark.parametrize("value", ["a\nb", "a\x00", "a\u2028b", "\x1b[0m", "\ud800", "x" * 2001])
def test_a_value_with_control_characters_or_without_end_is_refused(value: str) -> None:
    with pytest.raises(BadValue):
        quoted(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [(True, "$true"), (False, "$false"), (None, "$null"), (3, "3"), ((), "@()"), ("it's", "'it''s'")],
)
def test_other_values(value: object, written: str) -> None:
    assert literal(value) == written  # type: ignore[arg-type]  # the table has all of them


def test_a_script_has_the_mark_and_line_ends_of_windows() -> None:
    assert script_bytes(["a", "日本"]) == "\ufeffa\r\n日本\r\n".encode()
