"""R4: all recipients are external, the sender's own address apart. Part of the decide stage."""

from __future__ import annotations

from shared.core.message.domains import normal_address
from shared.core.message.facts import MessageFacts
from shared.core.policy.decision import Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.recipients import anchors_at, distinct, sender_keys
from shared.core.policy.tenant_settings import RuleAssignment


def match(facts: MessageFacts, assignment: RuleAssignment) -> Reason | None:
    """Holds when no colleague is among the recipients, anchored at each recipient but the sender.

    A copy to oneself is no colleague: the sender's own addresses are left out. A message to oneself alone never matches.
    """
    own = sender_keys(facts)
    others = tuple(recipient for recipient in facts.recipients if normal_address(recipient.address) not in own)
    if not others or not all(recipient.external for recipient in others):
        return None
    return reason(ReasonCode.ALL_RECIPIENTS_EXTERNAL, assignment, anchors_at(others), count=len(distinct(others)))
