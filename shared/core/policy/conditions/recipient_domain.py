"""Conditions on the domains of envelope recipients, and on whether they are internal. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.address_test import NEGATED, domain_fits
from shared.core.policy.conditions.context import ComparedRecipient, MatchContext
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.recipients import OverRecipients, Test


def compile_recipient_domain(condition: RecipientDomain) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    return OverRecipients(
        _test(condition),
        what=f"recipient-domain.{condition.operator}",
        wanted=condition.values,
        quantifier=condition.quantifier,
        scope=condition.scope,
        negated=condition.operator in NEGATED,
    )


def _test(condition: RecipientDomain) -> Test:
    operator = condition.operator
    if operator == "is-internal":
        return lambda recipient, context: None if recipient.facts.external else recipient.domain
    if operator == "is-external":
        return lambda recipient, context: recipient.domain if recipient.facts.external else None
    fits = domain_fits(operator, condition.values, subdomains=condition.subdomains)

    def test(recipient: ComparedRecipient, context: MatchContext) -> str | None:
        return fits(recipient.domain, recipient.spelled_domain, context, lambda: context.groups_of(recipient))

    return test
