"""Reasons are made with the arguments of their code, no more and no fewer."""

from __future__ import annotations

from typing import get_args

import pytest

from shared.core.policy.reason_codes import ARGUMENTS, ReasonCode, reason, rule_code
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind


def test_every_code_has_its_arguments() -> None:
    assert set(ARGUMENTS) == set(ReasonCode)


@pytest.mark.parametrize("kind", get_args(RuleKind))
def test_every_kind_of_rule_has_a_code(kind: RuleKind) -> None:
    assert rule_code(kind).value == f"rule.{kind}"


@pytest.mark.parametrize(
    "args",
    [
        pytest.param({}, id="too few"),
        pytest.param({"count": 1, "more": 2}, id="too many"),
        pytest.param({"number": 1}, id="another name"),
    ],
)
def test_other_arguments_are_refused(args: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"rule\.recipient-external takes \['count'\]"):
        reason(ReasonCode.RECIPIENT_EXTERNAL, None, (), **args)


def test_reason_carries_a_plain_code_and_the_names_of_the_assignment() -> None:
    assignment = RuleAssignment(id="i", rule="subject-blank", name="n", description="d")
    made = reason(ReasonCode.SUBJECT_BLANK, assignment)
    assert type(made.code) is str
    assert (made.code, made.rule_id, made.name, made.description) == ("rule.subject-blank", "i", "n", "d")
