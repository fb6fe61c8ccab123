"""How every policy and rule of a tenant was answered for one message, for whoever asks why. Decide stage."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext, compiled_lists
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.decision import Anchor
from shared.core.policy.evaluate import rule_matches
from shared.core.policy.policy_match import PolicyExplanation, explain_policies
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """How one rule assignment was answered. ``anchors`` are what it matches by; trees where the assignment has them."""

    id: str
    rule: str
    name: str
    enabled: bool
    in_scope: bool
    matched: bool
    anchors: tuple[Anchor, ...]
    when: Explanation | None
    unless: Explanation | None


@dataclass(frozen=True, slots=True)
class DecisionExplanation:
    """Every policy in the order in which they are asked, and every rule in the order of the settings."""

    policies: tuple[PolicyExplanation, ...]
    rules: tuple[RuleExplanation, ...]


def explain_decision(settings: TenantSettings, context: MatchContext) -> DecisionExplanation:
    """The answers; they say what was found, not what came of it: that is the decision."""
    known = replace(context, lists=compiled_lists(settings.lists))
    return DecisionExplanation(
        explain_policies(settings.policies, known), tuple(_explain_rule(rule, known) for rule in settings.rules)
    )


def _explain_rule(rule: RuleAssignment, context: MatchContext) -> RuleExplanation:
    matched = rule_matches(rule, context) if rule.enabled else None
    return RuleExplanation(
        rule.id,
        rule.rule,
        rule.name,
        rule.enabled,
        context.in_groups(rule.groups, rule.not_groups),
        matched is not None,
        matched.anchors if matched is not None else (),
        None if rule.when is None else tree.explain(rule.when, context),
        None if rule.unless is None else tree.explain(rule.unless, context),
    )
