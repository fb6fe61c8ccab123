"""Conditions on the subject: every operator, width and case, and that unset is not empty."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import Subject
from shared.core.policy.decision import Anchor, AnchorKind
from tests.support.conditions import answer
from tests.support.message_facts import message_facts


@pytest.mark.parametrize(
    ("operator", "values", "subject", "matched"),
    [
        pytest.param("is-blank", (), None, True, id="no field is blank"),
        pytest.param("is-blank", (), "", True, id="empty is blank"),
        pytest.param("is-blank", (), "\u3000\u200b", True, id="nothing that shows is blank"),
        pytest.param("is-blank", (), "Re:", False, id="a reply mark is not blank"),
        pytest.param("is-not-blank", (), "x", True, id="something is not blank"),
        pytest.param("is-not-blank", (), None, False, id="no field is not: not blank"),
        pytest.param("equals", ("見積",), "見積", True, id="equal"),
        pytest.param("equals", ("見積",), "御見積", False, id="only a part is not equal"),
        pytest.param("equals", ("Quote",), "ＱＵＯＴＥ", True, id="equal but for case and width"),
        pytest.param("equals", ("a", "b"), "B", True, id="one of several values"),
        pytest.param("equals", ("x",), None, False, id="no field equals nothing"),
        pytest.param("not-equals", ("見積",), "御見積", True, id="not equal"),
        pytest.param("not-equals", ("a", "b"), "b", False, id="not equal wants none of the values"),
        pytest.param("not-equals", ("a",), None, True, id="no field: the opposite matches"),
        pytest.param("not-equals", ("a",), "", True, id="empty is not equal to something"),
        pytest.param("contains", ("見積",), "【御見積書】", True, id="within"),
        pytest.param("contains", ("ガイシャ",), "ｶﾞｲｼｬ各位", True, id="half-width katakana"),
        pytest.param("contains", ("がいしゃ",), "ガイシャ", False, id="hiragana is not katakana"),
        pytest.param("contains", ("no", "yes"), "oh YES", True, id="second value"),
        pytest.param("contains", ("STRASSE",), "Straße", True, id="case folding, not only lower case"),
        pytest.param("contains", ("x",), "", False, id="empty contains nothing"),
        pytest.param("contains", ("x",), None, False, id="no field contains nothing"),
        pytest.param("not-contains", ("x",), None, True, id="no field: not-contains matches"),
        pytest.param("not-contains", ("x",), "text", False, id="not-contains of what is there"),
        pytest.param("starts-with", ("【社外秘】",), "【社外秘】見積", True, id="beginning"),
        pytest.param("starts-with", ("見積",), "御見積", False, id="not at the beginning"),
        pytest.param("starts-with", ("re:", "fw:"), "FW: x", True, id="one of several beginnings"),
        pytest.param("ends-with", ("の件",), "契約の件", True, id="end"),
        pytest.param("ends-with", ("の件",), "契約の件です", False, id="not at the end"),
        pytest.param("matches-wildcard", ("*見積*",), "御見積書", True, id="wildcard"),
        pytest.param("matches-wildcard", ("見積",), "御見積書", False, id="a wildcard is about the whole text"),
        pytest.param("matches-wildcard", ("第?回*",), "第３回 会議", True, id="one character"),
        pytest.param("matches-wildcard", ("[a]*",), "[a] x", True, id="brackets are themselves"),
        pytest.param("matches-regex", (r"No\.\s*\d{4}",), "no.  1234 見積", True, id="pattern, without regard to case"),
        pytest.param("matches-regex", (r"^\d+$",), "１２３４", True, id="pattern on full-width digits"),
        pytest.param("matches-regex", ("［至急］",), "［至急］見積", True, id="pattern written in full width"),
        pytest.param("matches-regex", (r"\p{Han}{3}",), "御見積", True, id="pattern with a Unicode class"),
        pytest.param("matches-regex", ("a", "(?:b|c)$"), "xyzc", True, id="second pattern"),
        pytest.param("matches-regex", ("x",), None, False, id="no field matches no pattern"),
        pytest.param("matches-regex", ("^$",), "", True, id="an empty subject is text"),
    ],
)
def test_subject(operator: str, values: tuple[str, ...], subject: str | None, matched: bool) -> None:
    condition = Subject(operator=operator, values=values)  # type: ignore[arg-type]  # table
    assert answer(condition, message_facts(subject=subject)).matched == matched


def test_explanation_shows_what_was_wanted_what_is_there_and_what_fitted() -> None:
    told = answer(Subject(operator="contains", values=("契約", "見積")), message_facts(subject="御見積書"))
    assert (told.what, told.wanted, told.value, told.found) == (
        "subject.contains",
        ("契約", "見積"),
        ("御見積書",),
        ("見積",),
    )
    assert told.anchors == (Anchor(AnchorKind.SUBJECT),)


def test_explanation_of_no_field_has_no_value_and_of_an_empty_one_an_empty_value() -> None:
    condition = Subject(operator="contains", values=("x",))
    assert answer(condition, message_facts(subject=None)).value == ()
    assert answer(condition, message_facts(subject="")).value == ("",)
