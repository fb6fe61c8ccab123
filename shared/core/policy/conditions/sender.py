"""Conditions on the sender: address, domain, groups, and who is above them. Decide stage."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.message.domains import domain_of, normal_address
from shared.core.policy.conditions.address_test import NEGATED, address_fits, domain_fits
from shared.core.policy.conditions.context import MatchContext, spellings
from shared.core.policy.conditions.explanation import Explanation, shown
from shared.core.policy.conditions.membership import folded_names, group_with
from shared.core.policy.conditions.model import Sender
from shared.core.policy.conditions.node import Node
from shared.core.policy.decision import Anchor, AnchorKind

_WHOLE = (Anchor(AnchorKind.MESSAGE),)


def compile_sender(condition: Sender) -> Node:
    """The condition ready to be asked. Raises ``BadPattern``."""
    return _Sender(condition)


class _Sender:
    """Some address that the aspect names fits; negated: none does, also where there is none."""

    def __init__(self, condition: Sender) -> None:
        self._condition = condition
        self._negated = condition.operator in NEGATED
        self._groups = folded_names(condition.values)
        if condition.aspect == "domain":
            self._fits = domain_fits(condition.operator, condition.values, subdomains=condition.subdomains)
        else:
            self._fits = address_fits(condition.operator, condition.values)

    def _values(self, context: MatchContext) -> Sequence[str]:
        """What is compared, as written; nothing where it is not known."""
        written = context.facts.envelope.reverse_path
        if self._condition.aspect == "manager-chain":
            return context.managers
        if self._condition.aspect == "domain":
            written = written.rpartition("@")[2]
        return (written,) if written else ()

    def _found(self, context: MatchContext) -> str | None:
        if self._condition.aspect == "group":
            return group_with(context.sender_groups, self._groups)
        to_normal = domain_of_written if self._condition.aspect == "domain" else normal_address
        for written in self._values(context):
            normal = to_normal(written)
            found = self._fits(normal, spellings(written, normal), context, lambda: context.sender_groups)
            if found is not None:
                return found
        return None

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return (self._found(context) is None) == self._negated

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        found = self._found(context)
        value = sorted(context.sender_groups) if self._condition.aspect == "group" else list(self._values(context))
        return Explanation(
            (found is None) == self._negated,
            f"sender.{self._condition.aspect}.{self._condition.operator}",
            shown(self._condition.values),
            shown(value),
            () if found is None else shown([found]),
            _WHOLE,
        )


def domain_of_written(domain: str) -> str:
    """The normal form of a domain that stands alone."""
    return domain_of(f"@{domain}")
