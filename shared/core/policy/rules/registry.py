"""Which function judges which kind of rule. Part of the decide stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from shared.core.message.facts import MessageFacts
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Reason
from shared.core.policy.rules import (
    all_recipients_external,
    condition,
    forced_alert,
    has_attachments,
    recipient_count,
    recipient_external,
    several_external_domains,
    subject_blank,
)
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind

Rule = Callable[[MatchContext, RuleAssignment], Reason | None]
"""A rule: a pure function that gives the reason to hold, or ``None`` where it does not match."""


def of_facts(match: Callable[[MessageFacts, RuleAssignment], Reason | None]) -> Rule:
    """A rule that asks for nothing but facts."""

    def rule(context: MatchContext, assignment: RuleAssignment) -> Reason | None:
        return match(context.facts, assignment)

    return rule


def check_complete(rules: Mapping[RuleKind, Rule]) -> None:
    """Raises ``LookupError`` unless exactly the kinds that settings can name have a function."""
    if differing := set(get_args(RuleKind)) ^ set(rules):
        raise LookupError(f"rules and functions do not fit together: {', '.join(sorted(differing))}")


RULES: Mapping[RuleKind, Rule] = {
    "has-attachments": of_facts(has_attachments.match),
    "recipient-external": of_facts(recipient_external.match),
    "several-external-domains": of_facts(several_external_domains.match),
    "all-recipients-external": of_facts(all_recipients_external.match),
    "recipient-count": of_facts(recipient_count.match),
    "subject-blank": of_facts(subject_blank.match),
    "forced-alert": forced_alert.match,
    "condition": condition.match,
}
check_complete(RULES)
