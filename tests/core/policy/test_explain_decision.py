"""How policies and rules were answered: all of them, asked or not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core.policy.actions import Hold
from shared.core.policy.conditions.context import MatchContext, compiled_lists
from shared.core.policy.conditions.model import AddressList, AnyOf, Not, RecipientDomain, Subject
from shared.core.policy.explain_decision import explain_decision
from shared.core.policy.policies import Policy
from shared.core.policy.policy_match import matching
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.decisions import EXTERNAL, policy, tenant
from tests.support.message_facts import message_facts

FACTS = message_facts(["a@out.example"], subject="見積")
QUOTE = Subject(operator="contains", values=("見積",))
LISTS = (AddressList(id="partners", entries=("out.example",)),)


def test_every_policy_is_told_in_the_order_in_which_they_are_asked() -> None:
    settings = tenant(
        policy("late", Hold()),
        policy("off", Hold(), enabled=False, priority=1),
        policy("stops", Hold(), priority=2, stop=True, when=QUOTE, unless=Not(of=QUOTE)),
        policy("others", Hold(), priority=1, groups=("hr",)),
    )
    told = explain_decision(settings, MatchContext(FACTS)).policies
    assert [(item.id, item.asked, item.in_scope, item.matched) for item in told] == [
        ("off", False, True, False),
        ("others", True, False, False),
        ("stops", True, True, True),
        ("late", False, True, False),
    ]
    assert told[2].when.found == ("見積",)
    assert told[2].unless is not None
    assert not told[2].unless.matched
    assert told[2].unless.children[0].matched


def test_every_rule_is_told_with_what_it_matches_by() -> None:
    settings = tenant(
        rules=(
            EXTERNAL,
            RuleAssignment(id="off", rule="recipient-external", enabled=False),
            RuleAssignment(id="partners", rule="recipient-external", except_lists=("partners",)),
            RuleAssignment(id="excluded", rule="recipient-external", unless=QUOTE),
            RuleAssignment(id="hr", rule="recipient-external", groups=("hr",)),
            RuleAssignment(id="tree", rule="condition", when=RecipientDomain(operator="in-list", values=("partners",))),
        ),
        lists=LISTS,
    )
    told = explain_decision(settings, MatchContext(FACTS)).rules
    assert [(item.id, item.enabled, item.in_scope, item.matched) for item in told] == [
        ("external", True, True, True),
        ("off", False, True, False),
        ("partners", True, True, False),
        ("excluded", True, True, False),
        ("hr", True, False, False),
        ("tree", True, True, True),
    ]
    assert [anchor.value for anchor in told[0].anchors] == ["a@out.example"]
    assert told[5].when is not None
    assert told[5].when.found == ("partners",)


CONDITIONS = st.sampled_from([QUOTE, Not(of=QUOTE), AnyOf(of=()), RecipientDomain(operator="is-external")])
POLICIES = st.lists(
    st.builds(
        Policy,
        id=st.uuids().map(str),
        actions=st.just((Hold(),)),
        enabled=st.booleans(),
        priority=st.integers(0, 2),
        groups=st.sampled_from([(), ("sales",), ("hr",)]),
        not_groups=st.sampled_from([(), ("sales",)]),
        when=CONDITIONS,
        unless=st.none() | CONDITIONS,
        stop=st.booleans(),
    ),
    max_size=5,
)


@given(POLICIES)
def test_explanation_says_of_each_policy_what_the_decision_found(policies: list[Policy]) -> None:
    context = MatchContext(FACTS, sender_groups=frozenset({"sales"}), lists=compiled_lists(LISTS))
    asked: list[Exception] = []
    found = matching(policies, context, lambda _, error: asked.append(error))
    told = explain_decision(tenant(*policies, lists=LISTS), context).policies
    assert [item.id for item in told if item.matched] == [item.id for item in found]
    assert asked == []
