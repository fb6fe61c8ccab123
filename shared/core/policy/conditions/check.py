"""What a condition tree must fulfil beyond its types: depth, values that fit the operator, patterns. Decide stage."""

from __future__ import annotations

from typing import get_args

from shared.core.policy.address_patterns import plain_mistake
from shared.core.policy.conditions.model import (
    AddressList,
    AllOf,
    AnyOf,
    Attachment,
    Condition,
    Header,
    Label,
    ListOperator,
    Not,
    RecipientCount,
    RecipientDomain,
    Sender,
    Subject,
    Time,
)
from shared.core.policy.conditions.tree import LIMIT
from shared.core.policy.refusal import check_known, named, refuse
from shared.core.policy.regular_expression import BadPattern, compile_pattern

MOST_CONDITIONS = 2000
"""Nodes of one tree."""
MOST_STARS = 20
"""``*`` in one wildcard."""
_LIST_OPERATORS = frozenset({"in-list", "not-in-list"})
_GROUP_OPERATORS = frozenset({"in-group", "not-in-group"})
_WITHOUT_VALUES = frozenset({"is-blank", "is-not-blank", "exists", "does-not-exist", "is-internal", "is-external"})


def check_tree(condition: Condition, place: str, lists: frozenset[str]) -> None:
    """Raises ``InvalidSettings`` that names the first place that is wrong. ``lists`` are the ids of address lists."""
    waiting: list[tuple[Condition, str, int]] = [(condition, place, 1)]
    count = 0
    while waiting:
        item, where, level = waiting.pop()
        count += 1
        if level > LIMIT:
            refuse(where, f"conditions nest at most {LIMIT} levels deep")
        if count > MOST_CONDITIONS:
            refuse(place, f"a tree holds at most {MOST_CONDITIONS} conditions")
        if isinstance(item, AllOf | AnyOf):
            below = [(child, f"{where}.of[{index}]", level + 1) for index, child in enumerate(item.of)]
            waiting.extend(reversed(below))
        elif isinstance(item, Not):
            waiting.append((item.of, f"{where}.of", level + 1))
        else:
            _check_leaf(item, where, lists)


def check_list(item: AddressList, place: str) -> None:
    """Raises ``InvalidSettings`` for an entry that could never fit anything."""
    check_entries(item.entries, f"{place}.entries")


def check_entries(entries: tuple[str, ...], place: str) -> None:
    """The same for entries that stand elsewhere."""
    for index, entry in enumerate(entries):
        if plain_mistake(entry):
            refuse(
                f"{place}[{index}]",
                "must be one address, domain (example.com, .example.com with subdomains) or wildcard (*@*.example.com)",
            )


def _check_leaf(item: Condition, where: str, lists: frozenset[str]) -> None:
    if isinstance(item, Attachment):
        _check_attachment(item, where)
        return
    if isinstance(item, Time):
        if len(set(item.weekdays)) != len(item.weekdays):
            refuse(f"{where}.weekdays", "each weekday stands once at most")
        return
    operator = getattr(item, "operator", None)
    if operator is None or isinstance(item, RecipientCount):
        return
    if isinstance(item, Sender):
        _check_sender(item, where)
    if isinstance(item, RecipientDomain) and item.subdomains and operator not in _takes_subdomains():
        refuse(f"{where}.subdomains", f"belongs to {named(_takes_subdomains())}, not to {operator}")
    values: tuple[str, ...] = getattr(item, "values", ())
    if operator in _WITHOUT_VALUES and isinstance(item, Subject | Header | Label | RecipientDomain):
        if values:
            refuse(f"{where}.values", f"{operator} takes no values")
        return
    _check_values(operator, values, where, lists)


def _takes_subdomains() -> frozenset[str]:
    return _LIST_OPERATORS | {"equals", "not-equals"}


def _check_values(operator: str, values: tuple[str, ...], where: str, lists: frozenset[str]) -> None:
    if not values:
        refuse(f"{where}.values", f"{operator} needs at least one value")
    if operator in _LIST_OPERATORS:
        check_known(values, lists, f"{where}.values", "address list")
    for index, value in enumerate(values):
        if not value.strip():
            refuse(f"{where}.values[{index}]", "must hold something other than white space")
        if operator == "matches-wildcard" and value.count("*") > MOST_STARS:
            refuse(f"{where}.values[{index}]", f"a wildcard holds at most {MOST_STARS} *")
        if operator == "matches-regex":
            try:
                compile_pattern(value)
            except BadPattern as error:
                refuse(f"{where}.values[{index}]", str(error))


def _check_sender(item: Sender, where: str) -> None:
    if item.aspect == "group" and item.operator not in _GROUP_OPERATORS:
        refuse(f"{where}.operator", f"the sender's group takes {named(_GROUP_OPERATORS)}, not {item.operator}")
    if item.aspect != "group" and item.operator in _GROUP_OPERATORS:
        refuse(f"{where}.operator", f"{item.operator} belongs to the aspect group, not to {item.aspect}")
    if item.subdomains and (item.aspect != "domain" or item.operator not in _takes_subdomains()):
        refuse(f"{where}.subdomains", f"belongs to the aspect domain with {named(_takes_subdomains())}")


def _check_attachment(item: Attachment, where: str) -> None:
    if item.test in ("extension", "name"):
        if item.operator in get_args(ListOperator):
            refuse(f"{where}.operator", f"{item.operator} does not belong to {item.test}")
        _check_values(item.operator, item.values, where, frozenset())
    elif item.values:
        refuse(f"{where}.values", f"{item.test} takes no values")
