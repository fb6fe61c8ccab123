"""Look-ups in address lists and directory groups, shared by conditions on recipients and on the sender. Decide stage."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.spelled import fold


def list_with(context: MatchContext, lists: Sequence[str], normal: str, written: str) -> str | None:
    """The first of the lists that holds an address, given in normal form and as written.

    A list that there is not holds nobody.
    """
    for name in lists:
        patterns = context.lists.get(name)
        if patterns is not None and patterns.holds(normal, written):
            return name
    return None


def group_with(groups: frozenset[str], wanted: Sequence[tuple[str, str]]) -> str | None:
    """The first of the wanted groups, given as (folded, as written), that is among ``groups``."""
    for folded, written in wanted:
        if folded in groups:
            return written
    return None


def folded_names(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Names for ``group_with``."""
    return tuple((fold(name), name) for name in names)


def domain_and_above(domain: str, *, subdomains: bool) -> list[str]:
    """The domain, and with ``subdomains`` every domain that it is below."""
    if not subdomains:
        return [domain]
    labels = domain.split(".")
    return [".".join(labels[index:]) for index in range(len(labels))]
