"""What a tenant's rules and policies need to have looked up."""

from __future__ import annotations

import pytest

from shared.core.policy.actions import BossCopy, Hold
from shared.core.policy.conditions.model import AllOf, Condition, Not, RecipientAddress, RecipientCount, Sender
from shared.core.policy.needs import Needs, needs_of
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from tests.support.decisions import policy, tenant

CHAIN = Sender(aspect="manager-chain", values=("a@x",))
IN_GROUP = Sender(aspect="group", operator="in-group", values=("a",))
RECIPIENT_GROUP = RecipientAddress(operator="not-in-group", values=("a",))
MEMBERS = RecipientCount(number=1, lists_by="members")


def when(condition: Condition) -> TenantSettings:
    return tenant(policy("p", Hold(), when=AllOf(of=(Not(of=condition),))))


@pytest.mark.parametrize(
    ("settings", "needs"),
    [
        pytest.param(tenant(), Needs(), id="nothing"),
        pytest.param(when(Sender(values=("a@x",))), Needs(), id="the sender's address needs no directory"),
        pytest.param(when(IN_GROUP), Needs(sender_groups=True), id="sender's group"),
        pytest.param(when(CHAIN), Needs(managers=10), id="manager chain"),
        pytest.param(when(RECIPIENT_GROUP), Needs(recipient_groups=True), id="recipients' groups"),
        pytest.param(when(MEMBERS), Needs(members=True), id="members of lists"),
        pytest.param(tenant(policy("p", Hold(), unless=IN_GROUP)), Needs(sender_groups=True), id="exclusion"),
        pytest.param(tenant(policy("p", Hold(), groups=("a",))), Needs(sender_groups=True), id="policy for groups"),
        pytest.param(tenant(policy("p", Hold(), not_groups=("a",))), Needs(sender_groups=True), id="but not for some"),
        pytest.param(tenant(policy("p", BossCopy())), Needs(managers=1), id="the manager alone"),
        pytest.param(tenant(policy("p", BossCopy(who="addresses", addresses=("a@x",)))), Needs(), id="given addresses"),
        pytest.param(tenant(policy("p", BossCopy(), when=IN_GROUP, enabled=False)), Needs(), id="policy that is off"),
        pytest.param(
            tenant(rules=[RuleAssignment(id="r", rule="recipient-external", groups=("a",))]),
            Needs(sender_groups=True),
            id="rule for groups",
        ),
        pytest.param(
            tenant(rules=[RuleAssignment(id="r", rule="recipient-external", unless=RECIPIENT_GROUP)]),
            Needs(recipient_groups=True),
            id="exclusion of a rule",
        ),
        pytest.param(tenant(rules=[RuleAssignment(id="r", rule="condition", when=CHAIN)]), Needs(managers=10), id="R8"),
        pytest.param(
            tenant(rules=[RuleAssignment(id="r", rule="recipient-count", total_from=5, count_lists_by="members")]),
            Needs(members=True),
            id="R5 by members",
        ),
        pytest.param(
            tenant(rules=[RuleAssignment(id="r", rule="condition", when=CHAIN, enabled=False)]), Needs(), id="rule off"
        ),
    ],
)
def test_needs(settings: TenantSettings, needs: Needs) -> None:
    assert needs_of(settings) == needs
