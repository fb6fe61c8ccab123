"""Conditions on the addresses of envelope recipients. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.address_test import NEGATED, address_fits
from shared.core.policy.conditions.context import ComparedRecipient, MatchContext
from shared.core.policy.conditions.model import RecipientAddress
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.recipients import OverRecipients


def compile_recipient_address(condition: RecipientAddress) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    fits = address_fits(condition.operator, condition.values)

    def test(recipient: ComparedRecipient, context: MatchContext) -> str | None:
        return fits(recipient.address, recipient.spelled, context, lambda: context.groups_of(recipient))

    return OverRecipients(
        test,
        what=f"recipient-address.{condition.operator}",
        wanted=condition.values,
        quantifier=condition.quantifier,
        scope=condition.scope,
        negated=condition.operator in NEGATED,
    )
