"""R2: some recipient is external. Part of the decide stage."""

from __future__ import annotations

from shared.core.message.facts import MessageFacts
from shared.core.policy.decision import Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.recipients import anchors_at, distinct
from shared.core.policy.tenant_settings import RuleAssignment


def match(facts: MessageFacts, assignment: RuleAssignment) -> Reason | None:
    """Holds when at least one recipient is outside the tenant's domains, anchored at each of them."""
    external = facts.external
    if not external:
        return None
    return reason(ReasonCode.RECIPIENT_EXTERNAL, assignment, anchors_at(external), count=len(distinct(external)))
