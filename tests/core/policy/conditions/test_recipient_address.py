"""Conditions on recipients' addresses: operators, quantifiers, scopes, lists and groups."""

from __future__ import annotations

import pytest

from shared.core.message.facts import MessageFacts
from shared.core.policy.conditions.model import RecipientAddress
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts

MIXED = message_facts(["a@x.example", "Hanako@acme.example"], ["c@y.example"], ["d@acme.example"])
NOBODY = message_facts()


@pytest.mark.parametrize(
    ("operator", "values", "matched"),
    [
        pytest.param("equals", ("HANAKO@ACME.example",), True, id="equal without regard to case"),
        pytest.param("equals", ("hanako@acme",), False, id="a part is not equal"),
        pytest.param("equals", ("nobody@x.example", "c@y.example"), True, id="one of several"),
        pytest.param("not-equals", ("a@x.example",), True, id="somebody else is among them"),
        pytest.param("contains", ("nak",), True, id="within"),
        pytest.param("contains", ("acme.example",), True, id="domain within"),
        pytest.param("contains", ("zzz",), False, id="within nobody's"),
        pytest.param("not-contains", ("example",), False, id="all contain it"),
        pytest.param("not-contains", ("acme",), True, id="some do not"),
        pytest.param("starts-with", ("hana",), True, id="beginning"),
        pytest.param("starts-with", ("@",), False, id="no beginning"),
        pytest.param("ends-with", ("@y.example",), True, id="end"),
        pytest.param("matches-wildcard", ("?@*.example",), True, id="wildcard"),
        pytest.param("matches-wildcard", ("?@acme.example", "zz*"), True, id="wildcard of one letter"),
        pytest.param("matches-wildcard", ("a@x",), False, id="wildcard is about the whole address"),
        pytest.param("matches-regex", (r"^[abc]@[xy]\.example$",), True, id="pattern"),
        pytest.param("matches-regex", (r"^z",), False, id="pattern of nobody"),
    ],
)
def test_operator(operator: str, values: tuple[str, ...], matched: bool) -> None:
    assert matches(RecipientAddress(operator=operator, values=values), MIXED) == matched  # type: ignore[arg-type]  # table


@pytest.mark.parametrize(
    ("quantifier", "scope", "values", "facts", "matched"),
    [
        pytest.param("any", "all", ("acme",), MIXED, True, id="some of all"),
        pytest.param("all", "all", ("acme",), MIXED, False, id="not all"),
        pytest.param("all", "all", ("example",), MIXED, True, id="all"),
        pytest.param("none", "all", ("acme",), MIXED, False, id="none is not so"),
        pytest.param("none", "all", ("zzz",), MIXED, True, id="none"),
        pytest.param("any", "to-cc", ("d@",), MIXED, False, id="a Bcc is not in To or Cc"),
        pytest.param("any", "bcc", ("d@",), MIXED, True, id="Bcc"),
        pytest.param("any", "to", ("c@",), MIXED, False, id="a Cc is not in To"),
        pytest.param("any", "cc", ("c@",), MIXED, True, id="Cc"),
        pytest.param("all", "to-cc", ("example",), MIXED, True, id="all in To and Cc"),
        pytest.param("all", "internal", ("acme",), MIXED, True, id="all internal ones"),
        pytest.param("all", "external", ("acme",), MIXED, False, id="all external ones"),
        pytest.param("none", "external", ("acme",), MIXED, True, id="no external one"),
        pytest.param("any", "internal", ("x.example",), MIXED, False, id="no internal one"),
        pytest.param("any", "all", ("a",), NOBODY, False, id="nobody: any"),
        pytest.param("all", "all", ("a",), NOBODY, False, id="nobody: all"),
        pytest.param("none", "all", ("a",), NOBODY, True, id="nobody: none"),
        pytest.param("all", "bcc", ("a",), message_facts(["a@x.example"]), False, id="nobody in scope: all"),
        pytest.param("none", "bcc", ("a",), message_facts(["a@x.example"]), True, id="nobody in scope: none"),
    ],
)
def test_quantifier_and_scope(
    quantifier: str, scope: str, values: tuple[str, ...], facts: MessageFacts, matched: bool
) -> None:
    condition = RecipientAddress(operator="contains", values=values, quantifier=quantifier, scope=scope)  # type: ignore[arg-type]  # table
    assert matches(condition, facts) == matched


@pytest.mark.parametrize(
    ("operator", "quantifier", "values", "to", "matched"),
    [
        pytest.param("in-list", "any", ("partners",), ["a@partner.example"], True, id="domain of a list"),
        pytest.param("in-list", "any", ("partners",), ["TARO@single.example"], True, id="address of a list"),
        pytest.param("in-list", "any", ("partners",), ["jiro@single.example"], False, id="another address"),
        pytest.param("in-list", "any", ("partners",), ["x@a.wild.example"], True, id="wildcard of a list"),
        pytest.param("in-list", "all", ("partners",), ["a@partner.example", "b@x.example"], False, id="not all"),
        pytest.param("in-list", "any", ("empty", "partners"), ["a@partner.example"], True, id="one of two lists"),
        pytest.param("in-list", "any", ("empty",), ["a@partner.example"], False, id="empty list"),
        pytest.param("in-list", "any", ("gone",), ["a@partner.example"], False, id="list that there is not"),
        pytest.param("not-in-list", "any", ("partners",), ["a@partner.example", "b@x.example"], True, id="some not"),
        pytest.param(
            "not-in-list", "all", ("partners",), ["a@partner.example", "b@x.example"], False, id="not all not"
        ),
        pytest.param("in-group", "any", ("Sales",), ["b@acme.example"], True, id="in a group"),
        pytest.param("in-group", "any", ("営業本部",), ["b@acme.example"], True, id="in a group above"),
        pytest.param("in-group", "any", ("hr",), ["b@acme.example"], False, id="in no such group"),
        pytest.param("in-group", "any", ("sales",), ["x@x.example"], False, id="unknown people are in no group"),
        pytest.param("not-in-group", "any", ("sales",), ["x@x.example"], True, id="nor not in it"),
        pytest.param("not-in-group", "any", ("sales",), ["B@ACME.example"], False, id="member in other case"),
    ],
)
def test_lists_and_groups(
    operator: str, quantifier: str, values: tuple[str, ...], to: list[str], matched: bool
) -> None:
    condition = RecipientAddress(operator=operator, quantifier=quantifier, values=values)  # type: ignore[arg-type]  # table
    groups = {"b@acme.example": frozenset({"sales", "営業本部"})}
    assert matches(condition, message_facts(to), recipient_groups=groups) == matched


@pytest.mark.parametrize(
    ("operator", "value", "written"),
    [
        pytest.param("equals", "a@例え.jp", "A@XN--R8JZ45G.jp", id="characters look for A-labels"),
        pytest.param("equals", "a@xn--r8jz45g.jp", "a@例え.jp", id="A-labels look for characters"),
        pytest.param("contains", "例え", "a@例え.jp", id="characters within characters"),
        pytest.param("ends-with", "xn--r8jz45g.jp", "a@例え.jp", id="end in A-labels"),
    ],
)
def test_international_domain_is_found_in_either_spelling(operator: str, value: str, written: str) -> None:
    condition = RecipientAddress(operator=operator, values=(value,))  # type: ignore[arg-type]  # table
    assert matches(condition, message_facts([written]))


def test_explanation_is_anchored_at_those_who_fit() -> None:
    told = answer(RecipientAddress(operator="ends-with", values=("acme.example",)), MIXED)
    assert [anchor.value for anchor in told.anchors] == ["Hanako@acme.example", "d@acme.example"]
    assert told.value == ("Hanako@acme.example", "d@acme.example")
    assert told.found == ("acme.example",)
