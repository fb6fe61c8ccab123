"""R7: a recipient is on the forced-alert list; no skip passes this rule. Part of the decide stage."""

from __future__ import annotations

from shared.core.policy.address_patterns import compiled
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.membership import list_with
from shared.core.policy.decision import Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.recipients import anchors_at, distinct
from shared.core.policy.tenant_settings import RuleAssignment


def match(context: MatchContext, assignment: RuleAssignment) -> Reason | None:
    """Holds when a recipient fits an entry of ``addresses`` or of an address list, anchored at each one that does.

    The entry itself is not told: the list may hold what its administrator does not want to show.
    """
    patterns = compiled(assignment.addresses)
    listed = tuple(
        item.facts
        for item in context.recipients
        if patterns.matches(item.facts.address)
        or list_with(context, assignment.lists, item.address, item.facts.address) is not None
    )
    if not listed:
        return None
    return reason(ReasonCode.FORCED_ALERT, assignment, anchors_at(listed), count=len(distinct(listed)))
