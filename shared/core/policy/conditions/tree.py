"""Condition trees: AND, OR and NOT over the families, compiled once and asked for every message. Decide stage.

Depth is bounded by ``LIMIT`` when settings are read, so that following a tree by calls cannot exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from shared.core.policy.conditions.attachment import compile_attachment
from shared.core.policy.conditions.body import compile_body
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation
from shared.core.policy.conditions.header import compile_header
from shared.core.policy.conditions.kind import compile_kind
from shared.core.policy.conditions.label import compile_label
from shared.core.policy.conditions.model import (
    AllOf,
    AnyOf,
    Attachment,
    Body,
    Condition,
    Header,
    Kind,
    Label,
    Not,
    RecipientAddress,
    RecipientCount,
    RecipientDomain,
    Sender,
    Size,
    Subject,
    Time,
)
from shared.core.policy.conditions.node import Node
from shared.core.policy.conditions.recipient_address import compile_recipient_address
from shared.core.policy.conditions.recipient_count import compile_recipient_count
from shared.core.policy.conditions.recipient_domain import compile_recipient_domain
from shared.core.policy.conditions.sender import compile_sender
from shared.core.policy.conditions.size import compile_size
from shared.core.policy.conditions.subject import compile_subject
from shared.core.policy.conditions.time_of_day import compile_time
from shared.core.policy.same import Same

LIMIT = 20
"""Levels of a tree; a single condition has one."""

FAMILIES: dict[type[Condition], Callable[[Any], Node]] = {
    RecipientAddress: compile_recipient_address,
    RecipientDomain: compile_recipient_domain,
    RecipientCount: compile_recipient_count,
    Subject: compile_subject,
    Attachment: compile_attachment,
    Header: compile_header,
    Kind: compile_kind,
    Sender: compile_sender,
    Body: compile_body,
    Size: compile_size,
    Time: compile_time,
    Label: compile_label,
}
"""Which function compiles which kind of leaf."""


class TooDeep(ValueError):
    """A tree with more levels than ``LIMIT``."""


def matches(condition: Condition, context: MatchContext) -> bool:
    """Whether a tree matches. Raises ``TooDeep`` and ``BadPattern`` for a tree that settings would refuse."""
    return compiled(condition).matches(context)


def explain(condition: Condition, context: MatchContext) -> Explanation:
    """The same with the answer of every node."""
    return compiled(condition).explain(context)


def compiled(condition: Condition) -> Node:
    """The compiled tree; made once as long as the settings that hold it live."""
    return _compiled(Same(condition))


@lru_cache(maxsize=4096)
def _compiled(key: Same[Condition]) -> Node:
    return compile_condition(key.of)


def compile_condition(condition: Condition, level: int = 1) -> Node:
    """Raises ``TooDeep`` and ``BadPattern``."""
    if level > LIMIT:
        raise TooDeep(f"conditions nest at most {LIMIT} levels deep")
    if isinstance(condition, AllOf | AnyOf):
        below = tuple(compile_condition(item, level + 1) for item in condition.of)
        return _All(below) if isinstance(condition, AllOf) else _Any(below)
    if isinstance(condition, Not):
        return _Not(compile_condition(condition.of, level + 1))
    return _leaf(condition)


@lru_cache(maxsize=8192)
def _leaf(condition: Condition) -> Node:
    """Equal leaves are one, in whatever tree they stand, so that a message answers each question once."""
    return _Remembered(FAMILIES[type(condition)](condition))


def leaves(condition: Condition) -> Iterator[Condition]:
    """The leaves of a tree, however deep it is."""
    waiting = [condition]
    while waiting:
        item = waiting.pop()
        if isinstance(item, AllOf | AnyOf):
            waiting.extend(reversed(item.of))
        elif isinstance(item, Not):
            waiting.append(item.of)
        else:
            yield item


class _Remembered:
    """A leaf whose answer about a message is kept as long as the message is judged: policies often ask the same."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        answer = context.answers.get(self)
        if answer is None:
            answer = context.answers[self] = self._node.matches(context)
        return answer

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        return self._node.explain(context)


class _All:
    def __init__(self, below: tuple[Node, ...]) -> None:
        self._below = below

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        for node in self._below:  # noqa: SIM110  # a generator costs more than most answers
            if not node.matches(context):
                return False
        return True

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        children = tuple(node.explain(context) for node in self._below)
        return Explanation(all(child.matched for child in children), "all", children=children)


class _Any:
    def __init__(self, below: tuple[Node, ...]) -> None:
        self._below = below

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        for node in self._below:  # noqa: SIM110  # see above
            if node.matches(context):
                return True
        return False

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        children = tuple(node.explain(context) for node in self._below)
        return Explanation(any(child.matched for child in children), "any", children=children)


class _Not:
    def __init__(self, below: Node) -> None:
        self._below = below

    def matches(self, context: MatchContext) -> bool:
        """See ``Node``."""
        return not self._below.matches(context)

    def explain(self, context: MatchContext) -> Explanation:
        """See ``Node``."""
        child = self._below.explain(context)
        return Explanation(not child.matched, "not", children=(child,))
