"""What several policies, rules and marks together mean: the conflict table of docs/POLICY.md, row by row."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.evaluate import decide
from tests.support.decisions import notes, summary
from tests.support.policy_conflicts import CONFLICTS, Conflict


@pytest.mark.parametrize("case", CONFLICTS, ids=[f"{number}-{case.id}" for number, case in enumerate(CONFLICTS)])
def test_conflict(case: Conflict) -> None:
    decision = decide(case.facts, case.settings, context=MatchContext(case.facts, **case.context))
    assert summary(decision) == case.told
    if case.notes is not None:
        assert notes(decision) == list(case.notes)
