"""What a policy must fulfil beyond its types: actions that go together, and names that exist. Decide stage."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.protected_fields import PROTECTED, is_protected
from shared.core.policy.actions import (
    Action,
    AddHeader,
    Approval,
    BccConversion,
    BossCopy,
    Delay,
    DeliverAtOnce,
    Discard,
    Hold,
    InsertText,
    Link,
    Redirect,
    Reject,
    RemoveHeader,
    Zip,
    action_name,
)
from shared.core.policy.approval_check import check_approval
from shared.core.policy.conditions.check import check_tree
from shared.core.policy.model import Model
from shared.core.policy.policies import Policy
from shared.core.policy.refusal import check_known, named, refuse

_ONCE = (Zip, BccConversion, Approval, Link, Redirect)
_FATES = (Hold, DeliverAtOnce, Discard, Reject, Delay)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a policy can refer to."""

    lists: frozenset[str]
    templates: frozenset[str]
    routes: frozenset[str]


def check_policy(policy: Policy, place: str, known: Known) -> None:
    """Raises ``InvalidSettings`` that names the first place that is wrong and what is allowed there."""
    check_tree(policy.when, f"{place}.when", known.lists)
    if policy.unless is not None:
        check_tree(policy.unless, f"{place}.unless", known.lists)
    _check_together(policy.actions, f"{place}.actions")
    for index, action in enumerate(policy.actions):
        _check_action(action, f"{place}.actions[{index}]", known)


def _check_together(actions: tuple[Action, ...], place: str) -> None:
    seen: set[type[Action]] = set()
    fate = ""
    for index, action in enumerate(actions):
        kind = type(action)
        if kind in _ONCE and kind in seen:
            refuse(f"{place}[{index}]", f"a policy has at most one action {action_name(action)}")
        seen.add(kind)
        if isinstance(action, _FATES):
            if fate:
                refuse(
                    f"{place}[{index}]",
                    f"a policy has at most one of {named(map(_name, _FATES))}; it has {fate} already",
                )
            fate = action_name(action)


def _name(kind: type[Model]) -> str:
    return str(kind.__struct_config__.tag)


def _check_action(action: Action, place: str, known: Known) -> None:
    if isinstance(action, Zip):
        _check_zip(action, place, known)
    elif isinstance(action, InsertText):
        _check_template(action.template, f"{place}.template", known)
    elif isinstance(action, BossCopy):
        _check_who(action.who, action.addresses, place)
    elif isinstance(action, Approval):
        _check_who(action.approvers, action.addresses, place)
        check_approval(action, place)
    elif isinstance(action, AddHeader | RemoveHeader):
        if is_protected(action.name):
            others = named(PROTECTED - {action.name.lower()})
            refuse(f"{place}.name", f"{action.name} cannot be changed; nor can {others}")
    elif isinstance(action, Redirect) and action.route not in known.routes:
        refuse(f"{place}.route", f"there is no route {action.route!r}; there are: {named(known.routes)}")


def _check_who(who: str, addresses: tuple[str, ...], place: str) -> None:
    if who == "addresses" and not addresses:
        refuse(f"{place}.addresses", "must name at least one address")
    if who != "addresses" and addresses:
        refuse(f"{place}.addresses", f"goes with addresses alone, not with {who}")


def _check_template(template: str, place: str, known: Known) -> None:
    if template not in known.templates:
        refuse(place, f"there is no template {template!r}; there are: {named(known.templates)}")


def _check_zip(action: Zip, place: str, known: Known) -> None:
    check_known(action.exempt_lists, known.lists, f"{place}.exempt_lists", "address list")
    for field in ("explanation", "notice_template"):
        if template := getattr(action, field):
            _check_template(template, f"{place}.{field}", known)
    if any(character in '/\\:*?"<>|' or not character.isprintable() for character in action.file_name):
        refuse(f"{place}.file_name", 'must be the name of a file: no / \\ : * ? " < > | and no control characters')
    if action.password and (len(action.password) < 4 or not _typeable(action.password)):
        refuse(f"{place}.password", "must have at least 4 characters, all of them ASCII and visible")
    if not action.password_classes:
        refuse(f"{place}.password_classes", "must name at least one of lower, upper, digit, symbol")


def _typeable(password: str) -> bool:
    """Every ZIP program reads ASCII alike; what it makes of other characters depends on its system."""
    return all("!" <= character <= "~" for character in password)
