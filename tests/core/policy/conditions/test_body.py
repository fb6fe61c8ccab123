"""Conditions on the text of the body."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import Body
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts

TEXT = "お世話になっております。\r\n添付の見積\r\n書をご確認ください。\n\nProject  X\tis SECRET."


@pytest.mark.parametrize(
    ("operator", "values", "text", "matched"),
    [
        pytest.param("contains", ("secret",), TEXT, True, id="a word, without regard to case"),
        pytest.param("contains", ("project x is",), TEXT, True, id="white space counts as one space"),
        pytest.param("contains", ("見積書",), TEXT, True, id="a word broken over two lines"),
        pytest.param("contains", ("契約",), TEXT, False, id="not there"),
        pytest.param("contains", ("契約", "secret"), TEXT, True, id="one of several"),
        pytest.param("contains", ("x",), "", False, id="no text contains nothing"),
        pytest.param("not-contains", ("契約",), TEXT, True, id="not-contains"),
        pytest.param("not-contains", ("見積書",), TEXT, False, id="not-contains of what is broken"),
        pytest.param("not-contains", ("x",), "", True, id="no text: not-contains"),
        pytest.param("matches-wildcard", ("お世話*確認*",), TEXT, True, id="wildcard over the whole text"),
        pytest.param("matches-wildcard", ("確認",), TEXT, False, id="wildcard without stars"),
        pytest.param("matches-regex", (r"project \w is",), TEXT, True, id="pattern"),
        pytest.param("matches-regex", (r"\d{4}",), TEXT, False, id="pattern that is not there"),
        pytest.param("matches-regex", (r"\b\d{3}-\d{4}\b",), "電話 １２３-４５６７", True, id="full-width digits"),
        pytest.param("matches-regex", (r"^$",), "", False, id="no text is no empty text"),
    ],
)
def test_body(operator: str, values: tuple[str, ...], text: str, matched: bool) -> None:
    condition = Body(operator=operator, values=values)  # type: ignore[arg-type]  # table
    assert matches(condition, message_facts(), body_text=lambda: text) == matched


@pytest.mark.parametrize("length", [10, 100_000])
def test_one_of_very_many_words_is_found(length: int) -> None:
    words = tuple(f"機密{number}番" for number in range(2000))
    text = "あ" * length + "（機密１９９９番）" + "い" * length
    told = answer(Body(operator="contains", values=words), message_facts(), body_text=lambda: text)
    assert (told.matched, told.found) == (True, ("機密1999番",))
    assert not matches(Body(operator="contains", values=words), message_facts(), body_text=lambda: "あ" * length)


def test_words_too_long_for_one_automaton_are_found_one_by_one() -> None:
    words = tuple(f"{number}" + "漢" * 1990 for number in range(3000))
    condition = Body(operator="contains", values=words)
    text = "x" * 5000 + words[-1]
    assert matches(condition, message_facts(), body_text=lambda: text)


def test_explanation_tells_the_length_and_not_the_text() -> None:
    told = answer(Body(operator="contains", values=("secret",)), message_facts(), body_text=lambda: TEXT)
    assert told.value == (str(len(" ".join(TEXT.split()))),)
    assert "Project" not in repr(told)


def test_text_is_asked_for_once_and_only_by_conditions_that_need_it() -> None:
    asked: list[int] = []

    def text() -> str:
        asked.append(1)
        return "x"

    answer(Body(operator="contains", values=("x",)), message_facts(), body_text=text)
    assert asked == [1]
