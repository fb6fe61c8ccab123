"""Which address lists and templates a rule assignment or a policy names. Pure; used by merge and checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.core.policy.actions import InsertText, Zip
from shared.core.policy.conditions.model import Condition
from shared.core.policy.conditions.tree import leaves
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment

_LIST_OPERATORS = frozenset({"in-list", "not-in-list"})


@dataclass(frozen=True, slots=True)
class References:
    """Ids that are named, whether there is such a thing or not."""

    lists: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()


def references(rules: Iterable[RuleAssignment], policies: Iterable[Policy]) -> References:
    """Everything that these name."""
    lists: set[str] = set()
    templates: set[str] = set()
    for rule in rules:
        lists.update(rule.lists, rule.except_lists, _of_tree(rule.when), _of_tree(rule.unless))
    for policy in policies:
        lists.update(_of_tree(policy.when), _of_tree(policy.unless))
        for action in policy.actions:
            if isinstance(action, Zip):
                lists.update(action.exempt_lists)
                templates.update(filter(None, (action.explanation, action.notice_template)))
            elif isinstance(action, InsertText):
                templates.add(action.template)
    return References(frozenset(lists), frozenset(templates))


def _of_tree(condition: Condition | None) -> Iterable[str]:
    if condition is None:
        return ()
    found: list[str] = []
    for leaf in leaves(condition):
        if getattr(leaf, "operator", "") in _LIST_OPERATORS:
            found.extend(getattr(leaf, "values", ()))
    return found
