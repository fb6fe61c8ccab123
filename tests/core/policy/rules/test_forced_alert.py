"""R7: a recipient is on the forced-alert list. The forms of entries are tested in test_address_patterns."""

from __future__ import annotations

from shared.core.policy.conditions.context import MatchContext, compiled_lists
from shared.core.policy.conditions.model import AddressList
from shared.core.policy.rules.forced_alert import match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import message_facts

RULE = RuleAssignment(id="r", rule="forced-alert", addresses=("*@rival.example", "president@acme.example"))


def test_only_the_listed_recipients_are_marked() -> None:
    facts = message_facts(["a@rival.example", "b@x.example"], ["President@acme.example"], ["c@sub.rival.example"])
    reason = match(MatchContext(facts), RULE)
    assert reason is not None
    assert [anchor.value for anchor in reason.anchors] == ["a@rival.example", "President@acme.example"]
    assert dict(reason.args) == {"count": 2}


def test_nobody_listed_is_no_match() -> None:
    assert match(MatchContext(message_facts(["b@x.example"])), RULE) is None


def test_empty_list_matches_nobody() -> None:
    assert match(MatchContext(message_facts(["a@rival.example"])), RuleAssignment(id="r", rule="forced-alert")) is None


def test_reason_does_not_show_the_entries_of_the_list() -> None:
    reason = match(MatchContext(message_facts(["a@rival.example"])), RULE)
    assert "*" not in repr(reason)


def test_address_lists_count_beside_the_rules_own_entries() -> None:
    rule = RuleAssignment(id="r", rule="forced-alert", addresses=("a@x.example",), lists=("rivals",))
    lists = compiled_lists([AddressList(id="rivals", entries=("rival.example",))])
    facts = message_facts(["a@x.example", "b@rival.example", "c@y.example"])
    reason = match(MatchContext(facts, lists=lists), rule)
    assert reason is not None
    assert [anchor.value for anchor in reason.anchors] == ["a@x.example", "b@rival.example"]
