"""What is told of a mistake: place, words that are allowed, bounds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.core.policy.conditions.model import Condition
from shared.core.policy.policies import Policy
from shared.core.settings.problem import MOST_PROBLEMS, ImportRefused, Problem, allowed_words, problem_of
from shared.errors import InvalidSettings


@pytest.mark.parametrize(
    ("place", "value", "first"),
    [
        pytest.param("if_protected", {}, ("hold", "deliver-unchanged"), id="a field"),
        pytest.param("actions[0].type", {"actions": [{"type": "x"}]}, ("zip", "boss-copy"), id="the kind of an action"),
        pytest.param(
            "actions[1].field",
            {"actions": [{"type": "hold"}, {"type": "boss-copy"}]},
            ("cc", "bcc"),
            id="a field of an action",
        ),
        pytest.param(
            "when.of[0].of.kinds[0]",
            {"when": {"type": "any", "of": [{"type": "not", "of": {"type": "kind"}}]}},
            ("ordinary", "calendar"),
            id="deep in a tree",
        ),
        pytest.param("name", {}, (), id="any text"),
        pytest.param("nothing.like[0].this", {}, (), id="no such place"),
        pytest.param("when.operator", {"when": 3}, (), id="a value of another shape"),
    ],
)
def test_words_that_are_allowed_at_a_place(place: str, value: Any, first: tuple[str, ...]) -> None:
    assert allowed_words(Policy, place, value)[:2] == first


def test_words_of_a_union_itself() -> None:
    assert "subject" in allowed_words(Condition, "type", {"type": "x"})
    assert allowed_words(Condition, "type", {}) == allowed_words(Policy, "when.type", {"when": {"type": "y"}})


@pytest.mark.parametrize(
    ("error", "field", "told"),
    [
        pytest.param(
            InvalidSettings("$.rules[0].id: is there twice"), "", "line 2, rules[0].id: is there twice", id="a check"
        ),
        pytest.param(InvalidSettings("$: needs more"), "", "line 2: needs more", id="a check of the whole"),
        pytest.param(
            msgspec.ValidationError("Expected `int` >= 2 - at `$.minimum`"),
            "",
            "line 2, minimum: expected `int` >= 2",
            id="a decoder",
        ),
        pytest.param(
            msgspec.ValidationError("Expected `str` - at `$[3]`"),
            "groups",
            "line 2, groups[3]: expected `str`",
            id="an item of a column",
        ),
        pytest.param(
            msgspec.ValidationError("Object contains unknown field `x` - at `$.a`"),
            "c",
            "line 2, c.a.x: there is no such field",
            id="an unknown field",
        ),
        pytest.param(
            msgspec.ValidationError("Object missing required field `x`"),
            "",
            "line 2, x: is required",
            id="a missing field",
        ),
        pytest.param(
            msgspec.DecodeError("JSON is malformed: invalid character (byte 0)"),
            "when",
            "line 2, when: JSON is malformed: invalid character (byte 0)",
            id="no JSON",
        ),
    ],
)
def test_place_and_text(error: Exception, field: str, told: str) -> None:
    assert str(problem_of(error, 2, field)) == told


def test_problems_are_told_in_the_order_of_the_file_and_bounded() -> None:
    problems = [Problem(number, "", "x") for number in range(MOST_PROBLEMS + 7, 0, -1)]
    refused = ImportRefused(problems)
    assert [problem.line for problem in refused.problems] == list(range(1, MOST_PROBLEMS + 1))
    assert refused.count == MOST_PROBLEMS + 7
    assert str(Problem(0, "", "of the whole")) == "of the whole"
