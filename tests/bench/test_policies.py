"""The benchmark of policies measures what it says: every condition is asked, and no policy matches."""

from __future__ import annotations

import pytest

from bench.policies import _HOSTILE, POLICIES, _message, _settings
from shared.core.message.build_facts import facts_of
from shared.core.message.envelope import Envelope
from shared.core.message.parse import parse
from shared.core.policy.explain_decision import explain_decision
from shared.core.policy.settings_check import check_settings
from shared.usecases.match_context import match_context


@pytest.mark.parametrize("patterns", [(r"\bACC-\d+\b",), _HOSTILE], ids=["ordinary", "hostile"])
def test_two_conditions_of_each_policy_match_and_the_last_does_not(patterns: tuple[str, ...]) -> None:
    settings = _settings(patterns)
    check_settings(settings)
    tree = parse(_message())
    recipients = tuple(f"user{number}@customer{number % 4}.example" for number in range(10))
    facts = facts_of(tree, Envelope("yamada@example.co.jp", recipients), internal_domains=settings.internal_domains)
    context = match_context(facts, tree, known=None, time_zone="UTC", now=None)
    told = explain_decision(settings, context).policies
    assert len(told) == POLICIES
    for policy in told:
        assert [child.matched for child in policy.when.children] == [True, True, False], policy.id
