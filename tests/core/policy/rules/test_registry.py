"""Every kind of rule that settings can name has its function."""

from __future__ import annotations

from typing import get_args

import pytest

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.model import AllOf
from shared.core.policy.rules.registry import RULES, check_complete
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind
from tests.support.message_facts import attachment, message_facts

EVERYTHING_MATCHES = message_facts(["a@x.example", "b@y.example"], subject=None, attachments=[attachment()])


def test_missing_function_is_an_error_that_names_the_rule() -> None:
    rules = {kind: rule for kind, rule in RULES.items() if kind != "subject-blank"}
    with pytest.raises(LookupError, match="subject-blank"):
        check_complete(rules)  # type: ignore[arg-type]  # on purpose


def test_function_for_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(LookupError, match="unknown"):
        check_complete({**RULES, "unknown": RULES["subject-blank"]})  # type: ignore[dict-item]  # on purpose


@pytest.mark.parametrize("kind", get_args(RuleKind))
def test_each_kind_gives_reasons_with_its_own_code(kind: RuleKind) -> None:
    options = {
        "recipient-count": {"total_from": 1},
        "forced-alert": {"addresses": ("x.example",)},
        "condition": {"when": AllOf(of=())},
    }
    assignment = RuleAssignment(id="r", rule=kind, **options.get(kind, {}))  # type: ignore[arg-type]  # table
    reason = RULES[kind](MatchContext(EVERYTHING_MATCHES), assignment)
    assert reason is not None
    assert reason.code == f"rule.{kind}"
    assert reason.rule_id == "r"
