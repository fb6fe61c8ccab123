"""R1: the message has attachments. Part of the decide stage."""

from __future__ import annotations

from shared.core.message.facts import MessageFacts
from shared.core.policy.conditions.attachment import is_shown_picture
from shared.core.policy.decision import Anchor, AnchorKind, Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.tenant_settings import RuleAssignment


def match(facts: MessageFacts, assignment: RuleAssignment) -> Reason | None:
    """Holds for every attachment, anchored at each one.

    An image that the body shows (a logo in a signature) is no attachment to the person who sends it, so it counts only
    where ``count_inline_images`` says so. Any other inline part counts: Apple Mail sends documents that way.
    """
    found = [item for item in facts.attachments if assignment.count_inline_images or not is_shown_picture(item)]
    if not found:
        return None
    anchors = tuple(Anchor(AnchorKind.ATTACHMENT, item.part) for item in found)
    return reason(
        ReasonCode.HAS_ATTACHMENTS, assignment, anchors, count=len(found), bytes=sum(item.size for item in found)
    )
