"""``Needs``: what rules and policies of a tenant ask beyond the message, so that nobody looks it up in vain. Decide stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from shared.core.policy.actions import BossCopy
from shared.core.policy.conditions.model import (
    Condition,
    Header,
    RecipientAddress,
    RecipientCount,
    RecipientDomain,
    Sender,
)
from shared.core.policy.conditions.tree import leaves
from shared.core.policy.group_tree import MOST_MANAGERS
from shared.core.policy.policies import Policy
from shared.core.policy.same import Same
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings

_GROUP_OPERATORS = frozenset({"in-group", "not-in-group"})


@dataclass(frozen=True, slots=True)
class Needs:
    """Which directory answers are asked for. ``managers`` is how far up the sender's chain of managers is followed.

    ``fields`` are the names, in lower case, of the header fields that conditions are about.
    """

    sender_groups: bool = False
    recipient_groups: bool = False
    members: bool = False
    managers: int = 0
    fields: frozenset[str] = frozenset()


def needs_of(settings: TenantSettings) -> Needs:
    """The needs of what is switched on; found once as long as the policies and rules live."""
    return _needs(Same(settings.policies), Same(settings.rules))


@lru_cache(maxsize=256)
def _needs(of_policies: Same[tuple[Policy, ...]], of_rules: Same[tuple[RuleAssignment, ...]]) -> Needs:
    policies = [policy for policy in of_policies.of if policy.enabled]
    rules = [rule for rule in of_rules.of if rule.enabled]
    conditions = [leaf for tree in _trees(policies, rules) for leaf in leaves(tree)]
    senders = [leaf for leaf in conditions if isinstance(leaf, Sender)]
    boss = any(
        isinstance(action, BossCopy) and action.who == "manager" for policy in policies for action in policy.actions
    )
    chain = any(leaf.aspect == "manager-chain" for leaf in senders)
    return Needs(
        sender_groups=any(policy.groups or policy.not_groups for policy in policies)
        or any(rule.groups or rule.not_groups for rule in rules)
        or any(leaf.aspect == "group" for leaf in senders),
        recipient_groups=any(
            isinstance(leaf, RecipientAddress | RecipientDomain) and leaf.operator in _GROUP_OPERATORS
            for leaf in conditions
        ),
        members=any(rule.count_lists_by == "members" for rule in rules)
        or any(isinstance(leaf, RecipientCount) and leaf.lists_by == "members" for leaf in conditions),
        managers=MOST_MANAGERS if chain else int(boss),
        fields=frozenset(leaf.name.lower() for leaf in conditions if isinstance(leaf, Header)),
    )


def _trees(policies: Iterable[Policy], rules: Iterable[RuleAssignment]) -> Iterator[Condition]:
    for policy in policies:
        yield policy.when
        if policy.unless is not None:
            yield policy.unless
    for rule in rules:
        for tree in (rule.when, rule.unless):
            if tree is not None:
                yield tree
