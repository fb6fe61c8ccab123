"""What an ``approval`` action must fulfil beyond its types. Decide stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.policy.actions import Approval
from shared.core.policy.policies import Policy
from shared.core.policy.refusal import refuse

MOST_APPROVERS = 100
"""Addresses that an action can name, before and by its escalation together: each is asked, reminded and remembered."""


def check_approval(action: Approval, place: str) -> None:
    """Raises ``InvalidSettings`` for an action that could never be allowed, or whose fields contradict each other."""
    if bool(action.group) != (action.approvers == "group"):
        refuse(f"{place}.group", "must be set with approvers group, and with nothing else")
    if action.quorum != "count" and action.needed != 1:
        refuse(f"{place}.needed", f"goes with quorum count, not with {action.quorum}")
    if action.quorum == "count":
        if action.approvers == "manager" and action.needed > 1:
            refuse(f"{place}.needed", "must be 1: a sender has one manager")
        if action.approvers == "addresses" and action.needed > len(action.addresses):
            refuse(f"{place}.needed", f"must be at most {len(action.addresses)}, the number of addresses")
    if len(action.addresses) + len(action.escalate_to) > MOST_APPROVERS:
        refuse(place, f"names at most {MOST_APPROVERS} people in addresses and escalate_to")
    seen: set[str] = set()
    for field, address in _named(action):
        key = normal_address(address)
        if key in seen:
            refuse(f"{place}.{field}", f"{address} is named before; everybody is asked once")
        seen.add(key)


def check_approvers(policies: Iterable[Policy], internal: DomainSet) -> None:
    """Raises ``InvalidSettings`` for an approver outside: approvers see the message and let it out of the tenant."""
    for index, policy in enumerate(policies):
        for number, action in enumerate(policy.actions):
            if not isinstance(action, Approval):
                continue
            for field, address in _named(action):
                if domain_of(address) not in internal:
                    place = f"$.policies[{index}].actions[{number}].{field}"
                    refuse(place, f"{address} is in none of the tenant's domains; approvers are people of the tenant")


def _named(action: Approval) -> Iterator[tuple[str, str]]:
    """Every address with the field where it stands."""
    for field, addresses in (("addresses", action.addresses), ("escalate_to", action.escalate_to)):
        for index, address in enumerate(addresses):
            yield f"{field}[{index}]", address
