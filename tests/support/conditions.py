"""Ask one condition about one message, in tables: whether it matches, and that its explanation agrees."""

from __future__ import annotations

from typing import Any

from shared.core.message.facts import MessageFacts
from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext, compiled_lists
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.conditions.model import AddressList, Condition

LISTS = (
    AddressList(id="partners", entries=("partner.example", "taro@single.example", "*@*.wild.example")),
    AddressList(id="empty"),
)


def answer(condition: Condition, facts: MessageFacts, **context: Any) -> Explanation:
    """The explanation of the condition; ``matches`` must say the same."""
    known = MatchContext(facts, lists=compiled_lists(LISTS), **context)
    told = tree.explain(condition, known)
    assert tree.matches(condition, known) == told.matched
    assert tree.compile_condition(condition).matches(known) == told.matched
    return told


def matches(condition: Condition, facts: MessageFacts, **context: Any) -> bool:
    """Only whether it matches."""
    return answer(condition, facts, **context).matched
