"""R6: the subject is blank. Part of the decide stage."""

from __future__ import annotations

from shared.core.message.facts import MessageFacts
from shared.core.policy.blank import is_blank
from shared.core.policy.decision import Anchor, AnchorKind, Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.tenant_settings import RuleAssignment


def match(facts: MessageFacts, assignment: RuleAssignment) -> Reason | None:
    """Holds when the subject is blank, anchored at the subject."""
    if not is_blank(facts.subject):
        return None
    return reason(ReasonCode.SUBJECT_BLANK, assignment, (Anchor(AnchorKind.SUBJECT),))
