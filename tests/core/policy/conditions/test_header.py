"""Conditions on header fields by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.policy.conditions.model import Header
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts

FACTS = replace(
    message_facts(), headers=(("X-Class", " 社外秘 "), ("x-class", "Second"), ("X-Empty", ""), ("Importance", "High"))
)


@pytest.mark.parametrize(
    ("name", "operator", "values", "matched"),
    [
        pytest.param("X-CLASS", "exists", (), True, id="exists, without regard to case"),
        pytest.param("X-Empty", "exists", (), True, id="an empty field exists"),
        pytest.param("X-None", "exists", (), False, id="there is none"),
        pytest.param("X-None", "does-not-exist", (), True, id="does not exist"),
        pytest.param("X-Empty", "does-not-exist", (), False, id="an empty field does"),
        pytest.param("X-Class", "equals", ("社外秘",), True, id="equal, spaces aside"),
        pytest.param("X-Class", "equals", ("second",), True, id="another field of the name"),
        pytest.param("X-Class", "equals", ("x",), False, id="none is equal"),
        pytest.param("X-Class", "not-equals", ("second",), False, id="one is equal"),
        pytest.param("X-None", "not-equals", ("x",), True, id="no field is equal to nothing"),
        pytest.param("X-Class", "contains", ("外",), True, id="contains"),
        pytest.param("X-Empty", "contains", ("x",), False, id="empty contains nothing"),
        pytest.param("X-None", "contains", ("x",), False, id="no field contains nothing"),
        pytest.param("X-None", "not-contains", ("x",), True, id="no field: not-contains"),
        pytest.param("X-Class", "not-contains", ("con",), False, id="one contains it"),
        pytest.param("Importance", "starts-with", ("HI",), True, id="starts"),
        pytest.param("Importance", "ends-with", ("gh",), True, id="ends"),
        pytest.param("Importance", "matches-wildcard", ("h??h",), True, id="wildcard"),
        pytest.param("X-Empty", "matches-wildcard", ("*",), True, id="an empty field fits everything"),
        pytest.param("X-None", "matches-wildcard", ("*",), False, id="no field fits nothing"),
        pytest.param("Importance", "matches-regex", ("^high$",), True, id="pattern"),
    ],
)
def test_header(name: str, operator: str, values: tuple[str, ...], matched: bool) -> None:
    assert matches(Header(name=name, operator=operator, values=values), FACTS) == matched  # type: ignore[arg-type]  # table


def test_explanation_shows_all_fields_of_the_name() -> None:
    told = answer(Header(name="X-Class", operator="contains", values=("sec",)), FACTS)
    assert told.value == ("社外秘", "Second")
    assert told.wanted == ("X-Class", "sec")
