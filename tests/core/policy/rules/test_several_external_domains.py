"""R3: recipients of several different external domains."""

from __future__ import annotations

import pytest

from shared.core.policy.rules.several_external_domains import NAMED_DOMAINS, match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import message_facts


@pytest.mark.parametrize(
    ("to", "minimum", "domains"),
    [
        pytest.param([], 2, None, id="no recipient"),
        pytest.param(["a@x.example", "b@x.example"], 2, None, id="one company"),
        pytest.param(["a@x.example", "b@acme.example"], 2, None, id="one company and a colleague"),
        pytest.param(["a@x.example", "b@X.EXAMPLE"], 2, None, id="one domain in two cases"),
        pytest.param(["a@x.example", "b@y.example"], 2, ("x.example", "y.example"), id="two companies"),
        pytest.param(["a@x.example", "b@y.example"], 3, None, id="two where three are needed"),
        pytest.param(
            ["a@x.example", "b@y.example", "c@z.example"],
            3,
            ("x.example", "y.example", "z.example"),
            id="three of three",
        ),
        pytest.param(["a@x.example", "b@s.x.example"], 2, ("x.example", "s.x.example"), id="a subdomain is another"),
        pytest.param(["a@例え.jp", "b@xn--r8jz45g.jp"], 2, None, id="one international domain in two spellings"),
    ],
)
def test_domains_are_counted(to: list[str], minimum: int, domains: tuple[str, ...] | None) -> None:
    reason = match(message_facts(to), RuleAssignment(id="r", rule="several-external-domains", minimum=minimum))
    if domains is None:
        assert reason is None
    else:
        assert reason is not None
        assert dict(reason.args) == {"count": len(domains), "minimum": minimum, "domains": domains}


def test_only_external_recipients_are_marked() -> None:
    facts = message_facts(["a@x.example", "b@acme.example"], ["c@y.example"])
    reason = match(facts, RuleAssignment(id="r", rule="several-external-domains"))
    assert reason is not None
    assert [anchor.value for anchor in reason.anchors] == ["a@x.example", "c@y.example"]


def test_a_thousand_domains_are_counted_but_not_all_named() -> None:
    facts = message_facts([f"a@{number}.example" for number in range(1000)])
    reason = match(facts, RuleAssignment(id="r", rule="several-external-domains"))
    assert reason is not None
    args = dict(reason.args)
    assert args["count"] == 1000
    assert args["domains"] == tuple(f"{number}.example" for number in range(NAMED_DOMAINS))
