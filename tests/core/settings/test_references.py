"""Which lists and templates rules and policies name: everywhere where one can be named."""

from __future__ import annotations

import re
from pathlib import Path

from shared.core.policy.actions import InsertText, Zip
from shared.core.policy.conditions.model import AllOf, AnyOf, Not, RecipientDomain, Sender
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.references import References, references

POLICY_ROOM = Path(__file__).parents[3] / "shared" / "core" / "policy"


def in_list(*names: str) -> RecipientDomain:
    return RecipientDomain(operator="in-list", values=names)


def test_every_place_where_a_list_or_template_is_named() -> None:
    rule = RuleAssignment(
        id="r",
        rule="condition",
        lists=("1",),
        except_lists=("2",),
        when=AllOf(of=(in_list("3"),)),
        unless=Not(of=in_list("4")),
    )
    policy = Policy(
        id="p",
        when=AnyOf(of=(AllOf(of=(Sender(operator="not-in-list", values=("5",)),)),)),
        unless=in_list("6", "7"),
        actions=(Zip(exempt_lists=("8",), explanation="a", notice_template="b"), InsertText(template="c")),
    )
    assert references([rule], [policy]) == References(frozenset("12345678"), frozenset("abc"))


def test_values_that_are_no_names_are_left_alone() -> None:
    plain = RecipientDomain(operator="equals", values=("x.example",))
    group = Sender(aspect="group", operator="in-group", values=("sales",))
    rule = RuleAssignment(id="r", rule="condition", when=AllOf(of=(plain, group)))
    assert references([rule], [Policy(id="p", actions=(Zip(),))]) == References()


def test_no_check_of_names_is_forgotten_here() -> None:
    """Every check that a list or template exists stands for a place that references must know of."""
    checks = [
        line.strip()
        for name in ("settings_check.py", "policies_check.py", "conditions/check.py")
        for line in (POLICY_ROOM / name).read_text("utf-8").splitlines()
        if re.search(r"\bcheck_known\(|_check_template\(", line) and not line.startswith(("from", "def"))
    ]
    assert len(checks) == 6, checks
