"""Conditions on the number of envelope recipients. Decide stage."""

from __future__ import annotations

from shared.core.policy.conditions.context import ComparedRecipient, MatchContext
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.conditions.model import RecipientCount, Scope
from shared.core.policy.conditions.node import COMPARE, Node
from shared.core.policy.conditions.recipients import in_scope
from shared.core.policy.decision import Anchor, AnchorKind

_SCOPES: dict[str, Scope] = {"domains": "all", "external-domains": "external"}


def compile_recipient_count(condition: RecipientCount) -> Node:
    """The condition ready to be asked."""
    return _Count(condition)


class _Count:
    """A mailbox counts once, whatever case it is written in; so does a domain."""

    def __init__(self, condition: RecipientCount) -> None:
        self._condition = condition
        self._compare = COMPARE[condition.comparison]
        self._scope: Scope = _SCOPES.get(condition.count) or condition.count  # type: ignore[assignment]  # the rest of the names are scopes

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return self._compare(self._count(context), self._condition.number)

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        count = self._count(context)
        return Explanation(
            self._compare(count, self._condition.number),
            f"recipient-count.{self._condition.count}",
            (f"{self._condition.comparison} {self._condition.number}",),
            (str(count),),
            anchors=(Anchor(AnchorKind.MESSAGE),),
        )

    def _count(self, context: MatchContext) -> int:
        recipients = in_scope(context, self._scope)
        if self._condition.count in _SCOPES:
            return len({recipient.domain for recipient in recipients})
        distinct: dict[str, ComparedRecipient] = {}
        for recipient in recipients:
            distinct.setdefault(recipient.address, recipient)
        if self._condition.lists_by == "members":
            return sum(max(recipient.facts.members, 1) for recipient in distinct.values())
        return len(distinct)
