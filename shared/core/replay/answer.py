"""Ask conditions, rules and policies about a message of which some facts are not known. Replay (S5).

The logic has three values (Kleene): what is answered yes or no is so whatever the missing facts are, and what depends on
them is answered by their names. A missing fact is thus never taken for an empty one.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.model import (
    AllOf,
    AnyOf,
    Attachment,
    Body,
    Condition,
    Header,
    Label,
    Not,
    Subject,
)
from shared.core.policy.evaluate import rule_matches
from shared.core.policy.policies import Policy
from shared.core.policy.same import Same
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.replay.gap import Answer, Gap, both, either, opposite

_NONE: frozenset[Gap] = frozenset()
_KEYWORD_GAPS = {"subject": Gap.SUBJECT, "body": Gap.BODY, "attachment-names": Gap.ATTACHMENTS}
_SURE_IF_TRUE = frozenset({"contains", "starts-with", "is-not-blank", "exists", "size"})
"""Found in a part of a text or of the attachments, it is found in the whole."""
_SURE_IF_FALSE = frozenset({"not-contains", "is-blank", "does-not-exist"})


def answer(condition: Condition, context: MatchContext, gaps: frozenset[Gap]) -> Answer:
    """Whether a tree matches. Raises what ``tree.matches`` raises."""
    if not asks(condition) & gaps:
        return tree.matches(condition, context)
    if isinstance(condition, AllOf):
        found: Answer = True
        for item in condition.of:
            found = both(found, answer(item, context, gaps))
            if found is False:
                break
        return found
    if isinstance(condition, AnyOf):
        found = False
        for item in condition.of:
            found = either(found, answer(item, context, gaps))
            if found is True:
                break
        return found
    if isinstance(condition, Not):
        return opposite(answer(condition.of, context, gaps))
    return _leaf(condition, context, gaps)


def _leaf(condition: Condition, context: MatchContext, gaps: frozenset[Gap]) -> Answer:
    missing = asks(condition) & gaps
    if not missing <= {Gap.SUBJECT, Gap.ATTACHMENTS}:
        return missing
    # A part of it is there, which may be enough.
    matched = tree.matches(condition, context)
    if isinstance(condition, Attachment) and condition.test not in ("extension", "name"):
        how: str = condition.test
    elif isinstance(condition, Attachment | Subject):
        how = condition.operator
    else:
        return missing
    if isinstance(condition, Attachment) and condition.test == "extension":
        return missing
    if matched and how in _SURE_IF_TRUE:
        return True
    if not matched and how in _SURE_IF_FALSE:
        return False
    return missing


def asks(condition: Condition) -> frozenset[Gap]:
    """Which facts that may be missing a tree asks for; found once as long as the settings that hold it live."""
    return _asks(Same(condition))


@lru_cache(maxsize=8192)
def _asks(key: Same[Condition]) -> frozenset[Gap]:
    return frozenset().union(*(_asked(leaf) for leaf in tree.leaves(key.of)))


def _asked(leaf: Condition) -> frozenset[Gap]:
    if isinstance(leaf, Body):
        return frozenset({Gap.BODY})
    if isinstance(leaf, Header | Label):
        return frozenset({Gap.HEADERS})
    if isinstance(leaf, Subject):
        return frozenset({Gap.SUBJECT})
    if isinstance(leaf, Attachment):
        looks_in = leaf.test in ("encrypted-zip", "no-encrypted-zip")
        return frozenset({Gap.ATTACHMENTS, Gap.ARCHIVES} if looks_in else {Gap.ATTACHMENTS})
    return _NONE


def asks_policy(policy: Policy) -> frozenset[Gap]:
    """The same for a policy."""
    return asks(policy.when) | (_NONE if policy.unless is None else asks(policy.unless))


def asks_rule(assignment: RuleAssignment) -> frozenset[Gap]:
    """The same for a rule assignment."""
    found = _NONE if assignment.unless is None else asks(assignment.unless)
    if assignment.rule == "has-attachments":
        return found | {Gap.ATTACHMENTS}
    if assignment.rule != "condition":
        return found
    if assignment.when is not None:
        return found | asks(assignment.when)
    return found | {_KEYWORD_GAPS[place] for place in assignment.keyword_places}


def answer_policy(policy: Policy, context: MatchContext, gaps: frozenset[Gap]) -> Answer:
    """Whether a policy matches. Raises what ``tree.matches`` raises."""
    if not policy.enabled or not context.in_groups(policy.groups, policy.not_groups):
        return False
    found = answer(policy.when, context, gaps)
    return found if policy.unless is None else both(found, opposite(answer(policy.unless, context, gaps)))


class RuleQuestion:
    """A rule assignment, ready to be asked of many messages."""

    def __init__(self, assignment: RuleAssignment) -> None:
        self.assignment = assignment
        self.asks = asks_rule(assignment)
        self._itself = msgspec.structs.replace(assignment, unless=None)
        self._itself_asks = asks_rule(self._itself)

    def answer(self, context: MatchContext, gaps: frozenset[Gap]) -> Answer:
        """Whether it matches. Raises what ``rule_matches`` raises."""
        if not self.asks & gaps:
            return rule_matches(self.assignment, context) is not None
        found = self._answer_itself(context, gaps)
        unless = self.assignment.unless
        return found if unless is None else both(found, opposite(answer(unless, context, gaps)))

    def _answer_itself(self, context: MatchContext, gaps: frozenset[Gap]) -> Answer:
        rule = self._itself
        missing = self._itself_asks & gaps
        if not rule.enabled or not context.in_groups(rule.groups, rule.not_groups):
            return False
        if missing and rule.when is not None:
            return answer(rule.when, context, gaps)
        # A keyword, or an attachment, that is found in what is there is found.
        return True if rule_matches(rule, context) is not None else missing or False
