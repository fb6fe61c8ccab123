"""Which policies match a message: priority, groups, conditions, exclusion, stop. Decide stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.policies import Policy

OnPolicyError = Callable[[Policy, Exception], None]


def in_order(policies: Iterable[Policy]) -> list[Policy]:
    """The order in which policies are asked: lowest priority number first, then as the settings have them."""
    return sorted(policies, key=lambda policy: policy.priority)


def matches(policy: Policy, context: MatchContext) -> bool:
    """Whether a policy that is on applies to the sender and matches the message."""
    return (
        policy.enabled
        and context.in_groups(policy.groups, policy.not_groups)
        and tree.matches(policy.when, context)
        and not (policy.unless is not None and tree.matches(policy.unless, context))
    )


def matching(policies: Iterable[Policy], context: MatchContext, on_error: OnPolicyError) -> tuple[Policy, ...]:
    """The policies that match, in order, up to one that stops. One that cannot be answered is told and passed over."""
    found = []
    for policy in in_order(policies):
        try:
            matched = matches(policy, context)
        except Exception as error:  # one broken policy must not hide what the others ask for
            on_error(policy, error)
            continue
        if matched:
            found.append(policy)
            if policy.stop:
                break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PolicyExplanation:
    """How one policy was answered.

    ``asked`` is false for a policy that is off or comes after one that stopped; ``in_scope`` tells whether it applies to
    the sender's groups. The trees are answered in any case, for whoever wonders.
    """

    id: str
    name: str
    enabled: bool
    asked: bool
    in_scope: bool
    matched: bool
    when: Explanation
    unless: Explanation | None


def explain_policies(policies: Iterable[Policy], context: MatchContext) -> tuple[PolicyExplanation, ...]:
    """The same question as ``matching`` with all answers."""
    told = []
    stopped = False
    for policy in in_order(policies):
        when = tree.explain(policy.when, context)
        unless = None if policy.unless is None else tree.explain(policy.unless, context)
        in_scope = context.in_groups(policy.groups, policy.not_groups)
        asked = policy.enabled and not stopped
        matched = asked and in_scope and when.matched and not (unless is not None and unless.matched)
        told.append(PolicyExplanation(policy.id, policy.name, policy.enabled, asked, in_scope, matched, when, unless))
        stopped = stopped or (matched and policy.stop)
    return tuple(told)
