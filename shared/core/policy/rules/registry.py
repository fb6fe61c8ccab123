"""Which function judges which kind of rule. Part of the decide stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from shared.core.message.facts import MessageFacts
from shared.core.policy.decision import Reason
from shared.core.policy.rules import (
    all_recipients_external,
    forced_alert,
    has_attachments,
    recipient_count,
    recipient_external,
    several_external_domains,
    subject_blank,
)
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind

Rule = Callable[[MessageFacts, RuleAssignment], Reason | None]
"""A rule: a pure function that gives the reason to hold, or ``None`` where it does not match."""


def check_complete(rules: Mapping[RuleKind, Rule]) -> None:
    """Raises ``LookupError`` unless exactly the kinds that settings can name have a function."""
    if differing := set(get_args(RuleKind)) ^ set(rules):
        raise LookupError(f"rules and functions do not fit together: {', '.join(sorted(differing))}")


RULES: Mapping[RuleKind, Rule] = {
    "has-attachments": has_attachments.match,
    "recipient-external": recipient_external.match,
    "several-external-domains": several_external_domains.match,
    "all-recipients-external": all_recipients_external.match,
    "recipient-count": recipient_count.match,
    "subject-blank": subject_blank.match,
    "forced-alert": forced_alert.match,
}
check_complete(RULES)
