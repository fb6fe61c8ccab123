"""Tests of one address or one domain, shared by conditions on recipients and on the sender. Decide stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shared.core.message.domains import normal_address, normal_domain
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.membership import domain_and_above, folded_names, group_with, list_with
from shared.core.policy.conditions.model import ListOperator, TextOperator
from shared.core.policy.conditions.spelled import Spelled
from shared.core.policy.conditions.text_test import NEGATIVE, text_fit

NEGATED = NEGATIVE | {"not-in-list", "not-in-group"}
"""Operators whose test is that of their opposite, turned around."""

Groups = Callable[[], frozenset[str]]
Fits = Callable[[str, Sequence[Spelled], MatchContext, Groups], str | None]
"""Of a normal form, the spellings, the context, and the groups of whose address it is: the value that fits."""


def address_fits(operator: TextOperator | ListOperator, values: Sequence[str]) -> Fits:
    """The test for an address. For a negative operator it is that of its opposite. Raises ``BadPattern``."""
    if operator in ("equals", "not-equals"):
        wanted = {normal_address(value): value for value in values}
        return lambda normal, spelled, context, groups: wanted.get(normal)
    return _fits(operator, values) or _spelled_fits(operator, values)


def domain_fits(operator: TextOperator | ListOperator, values: Sequence[str], *, subdomains: bool) -> Fits:
    """The test for a domain. Values may begin with ``@``; one that begins with a dot always takes in subdomains.

    Raises ``BadPattern``.
    """
    if operator in ("equals", "not-equals"):
        return _same_domain(values, subdomains=subdomains)
    if operator in ("in-list", "not-in-list"):

        def listed(normal: str, spelled: Sequence[Spelled], context: MatchContext, groups: Groups) -> str | None:
            for domain in domain_and_above(normal, subdomains=subdomains):
                if (found := list_with(context, values, f"@{domain}", f"@{domain}")) is not None:
                    return found
            return None

        return listed
    return _fits(operator, values) or _spelled_fits(operator, values)


def _same_domain(values: Sequence[str], *, subdomains: bool) -> Fits:
    exact: dict[str, str] = {}
    below: dict[str, str] = {}
    for value in values:
        bare = value.strip().removeprefix("@")
        (below if subdomains or bare.startswith(".") else exact)[normal_domain(bare.lstrip("."))] = value

    def fits(normal: str, spelled: Sequence[Spelled], context: MatchContext, groups: Groups) -> str | None:
        if (found := exact.get(normal)) is not None:
            return found
        for domain in domain_and_above(normal, subdomains=bool(below)):
            if (found := below.get(domain)) is not None:
                return found
        return None

    return fits


def _fits(operator: str, values: Sequence[str]) -> Fits | None:
    """The test of an operator on lists or groups."""
    if operator in ("in-list", "not-in-list"):
        return lambda normal, spelled, context, groups: list_with(context, values, normal, spelled[-1].raw)
    if operator in ("in-group", "not-in-group"):
        wanted = folded_names(values)
        return lambda normal, spelled, context, groups: group_with(groups(), wanted)
    return None


def _spelled_fits(operator: TextOperator | ListOperator, values: Sequence[str]) -> Fits:
    fit = text_fit(operator, values)  # type: ignore[arg-type]  # the operators on lists are answered before

    def fits(normal: str, spelled: Sequence[Spelled], context: MatchContext, groups: Groups) -> str | None:
        for spelling in spelled:
            if (found := fit(spelling)) is not None:
                return found
        return None

    return fits
