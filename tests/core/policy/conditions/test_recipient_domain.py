"""Conditions on recipients' domains: internal and external, subdomains, lists."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import RecipientDomain
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts


@pytest.mark.parametrize(
    ("options", "to", "matched"),
    [
        pytest.param({"operator": "is-external"}, ["a@x.example", "b@acme.example"], True, id="some external"),
        pytest.param({"operator": "is-external"}, ["b@acme.example"], False, id="none external"),
        pytest.param(
            {"operator": "is-external", "quantifier": "all"}, ["a@x.example", "b@acme.example"], False, id="not all"
        ),
        pytest.param({"operator": "is-external", "quantifier": "all"}, ["a@x.example"], True, id="all external"),
        pytest.param({"operator": "is-external", "quantifier": "none"}, ["b@acme.example"], True, id="none is"),
        pytest.param({"operator": "is-internal"}, ["a@x.example", "b@acme.example"], True, id="some internal"),
        pytest.param({"operator": "is-internal", "quantifier": "all"}, [], False, id="nobody is not all"),
        pytest.param({"operator": "equals", "values": ("X.example",)}, ["a@x.EXAMPLE"], True, id="equal"),
        pytest.param({"operator": "equals", "values": ("@x.example",)}, ["a@x.example"], True, id="with an at sign"),
        pytest.param({"operator": "equals", "values": ("x.example",)}, ["a@sub.x.example"], False, id="subdomain"),
        pytest.param(
            {"operator": "equals", "values": ("x.example",), "subdomains": True},
            ["a@deep.sub.x.example"],
            True,
            id="subdomains on request",
        ),
        pytest.param(
            {"operator": "equals", "values": ("x.example",), "subdomains": True}, ["a@x.example"], True, id="itself too"
        ),
        pytest.param(
            {"operator": "equals", "values": ("x.example",), "subdomains": True}, ["a@notx.example"], False, id="suffix"
        ),
        pytest.param({"operator": "equals", "values": (".x.example",)}, ["a@sub.x.example"], True, id="leading dot"),
        pytest.param({"operator": "equals", "values": ("例え.jp",)}, ["a@xn--r8jz45g.jp"], True, id="international"),
        pytest.param({"operator": "not-equals", "values": ("x.example",)}, ["a@x.example"], False, id="not other"),
        pytest.param(
            {"operator": "not-equals", "values": ("x.example",)}, ["a@x.example", "a@y.example"], True, id="some other"
        ),
        pytest.param(
            {"operator": "not-equals", "values": ("x.example",), "subdomains": True},
            ["a@sub.x.example"],
            False,
            id="no other with subdomains",
        ),
        pytest.param({"operator": "contains", "values": ("gov",)}, ["a@city.gov.example"], True, id="contains"),
        pytest.param(
            {"operator": "contains", "values": ("a@",)}, ["a@x.example"], False, id="the address is not asked"
        ),
        pytest.param({"operator": "starts-with", "values": ("mail.",)}, ["a@mail.x.example"], True, id="starts"),
        pytest.param({"operator": "ends-with", "values": (".jp",)}, ["a@x.co.jp"], True, id="ends"),
        pytest.param({"operator": "matches-wildcard", "values": ("*.co.??",)}, ["a@x.co.jp"], True, id="wildcard"),
        pytest.param({"operator": "matches-regex", "values": (r"^x\d+\.",)}, ["a@x12.example"], True, id="pattern"),
        pytest.param({"operator": "in-list", "values": ("partners",)}, ["z@partner.example"], True, id="in a list"),
        pytest.param(
            {"operator": "in-list", "values": ("partners",)}, ["taro@single.example"], False, id="a list's address"
        ),
        pytest.param(
            {"operator": "in-list", "values": ("partners",)},
            ["z@sub.partner.example"],
            False,
            id="below a list's domain",
        ),
        pytest.param(
            {"operator": "in-list", "values": ("partners",), "subdomains": True},
            ["z@sub.partner.example"],
            True,
            id="below a list's domain on request",
        ),
        pytest.param(
            {"operator": "in-list", "values": ("partners",)}, ["z@a.wild.example"], True, id="list's wildcard"
        ),
        pytest.param(
            {"operator": "not-in-list", "values": ("partners",)}, ["z@partner.example"], False, id="all are in"
        ),
        pytest.param({"operator": "not-in-list", "values": ("partners",)}, ["z@x.example"], True, id="not in it"),
        pytest.param({"operator": "in-group", "values": ("sales",)}, ["b@acme.example"], True, id="in a group"),
    ],
)
def test_domain(options: dict[str, object], to: list[str], matched: bool) -> None:
    groups = {"b@acme.example": frozenset({"sales"})}
    condition = RecipientDomain(**options)  # type: ignore[arg-type]  # table
    assert matches(condition, message_facts(to), recipient_groups=groups) == matched


def test_external_recipients_are_marked() -> None:
    told = answer(RecipientDomain(operator="is-external"), message_facts(["a@x.example", "b@acme.example"]))
    assert [anchor.value for anchor in told.anchors] == ["a@x.example"]
    assert told.what == "recipient-domain.is-external"
