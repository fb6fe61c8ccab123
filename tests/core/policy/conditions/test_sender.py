"""Conditions on the sender: address, domain, groups and managers."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import Sender
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts


@pytest.mark.parametrize(
    ("options", "sender", "matched"),
    [
        pytest.param({"values": ("SATO@acme.example",)}, "sato@ACME.example", True, id="address"),
        pytest.param({"values": ("x@acme.example",)}, "sato@acme.example", False, id="another address"),
        pytest.param({"operator": "not-equals", "values": ("x@acme.example",)}, "sato@acme.example", True, id="not"),
        pytest.param({"operator": "not-equals", "values": ("x@acme.example",)}, "", True, id="null sender is not"),
        pytest.param({"operator": "contains", "values": ("sat",)}, "sato@acme.example", True, id="contains"),
        pytest.param({"operator": "contains", "values": ("a",)}, "", False, id="null sender contains nothing"),
        pytest.param({"operator": "matches-wildcard", "values": ("s*@*",)}, "sato@acme.example", True, id="wildcard"),
        pytest.param({"operator": "matches-regex", "values": ("^s.t",)}, "sato@acme.example", True, id="pattern"),
        pytest.param({"operator": "in-list", "values": ("partners",)}, "a@partner.example", True, id="in list"),
        pytest.param({"operator": "not-in-list", "values": ("partners",)}, "sato@acme.example", True, id="not in list"),
        pytest.param({"aspect": "domain", "values": ("acme.example",)}, "sato@ACME.example", True, id="domain"),
        pytest.param({"aspect": "domain", "values": ("acme.example",)}, "a@s.acme.example", False, id="subdomain"),
        pytest.param(
            {"aspect": "domain", "values": ("acme.example",), "subdomains": True}, "a@s.acme.example", True, id="below"
        ),
        pytest.param(
            {"aspect": "domain", "operator": "ends-with", "values": (".example",)}, "a@acme.example", True, id="ends"
        ),
        pytest.param(
            {"aspect": "domain", "operator": "in-list", "values": ("partners",)}, "z@partner.example", True, id="list"
        ),
        pytest.param({"aspect": "domain", "values": ("acme.example",)}, "", False, id="null sender has no domain"),
        pytest.param({"aspect": "domain", "values": ("xn--r8jz45g.jp",)}, "a@例え.jp", True, id="international"),
        pytest.param({"aspect": "group", "operator": "in-group", "values": ("Sales",)}, "s@a.b", True, id="group"),
        pytest.param({"aspect": "group", "operator": "in-group", "values": ("x", "本社")}, "s@a.b", True, id="above"),
        pytest.param({"aspect": "group", "operator": "in-group", "values": ("hr",)}, "s@a.b", False, id="no group"),
        pytest.param({"aspect": "group", "operator": "not-in-group", "values": ("hr",)}, "s@a.b", True, id="not in it"),
        pytest.param({"aspect": "group", "operator": "not-in-group", "values": ("sales",)}, "s@a.b", False, id="is in"),
        pytest.param({"aspect": "manager-chain", "values": ("boss@acme.example",)}, "s@a.b", True, id="manager"),
        pytest.param({"aspect": "manager-chain", "values": ("TOP@acme.example",)}, "s@a.b", True, id="manager above"),
        pytest.param(
            {"aspect": "manager-chain", "values": ("s@a.b",)}, "s@a.b", False, id="nobody is above themselves"
        ),
        pytest.param(
            {"aspect": "manager-chain", "operator": "contains", "values": ("top",)}, "s@a.b", True, id="chain contains"
        ),
        pytest.param(
            {"aspect": "manager-chain", "operator": "not-equals", "values": ("boss@acme.example",)},
            "s@a.b",
            False,
            id="opposite wants nobody of the chain",
        ),
    ],
)
def test_sender(options: dict[str, object], sender: str, matched: bool) -> None:
    condition = Sender(**options)  # type: ignore[arg-type]  # table
    context = {"sender_groups": frozenset({"sales", "本社"}), "managers": ("boss@acme.example", "top@acme.example")}
    assert matches(condition, message_facts(sender=sender), **context) == matched


def test_nothing_is_known_without_a_directory() -> None:
    facts = message_facts()
    assert not matches(Sender(aspect="group", operator="in-group", values=("sales",)), facts)
    assert matches(Sender(aspect="group", operator="not-in-group", values=("sales",)), facts)
    assert not matches(Sender(aspect="manager-chain", operator="matches-wildcard", values=("*",)), facts)


def test_explanation_shows_the_groups() -> None:
    condition = Sender(aspect="group", operator="in-group", values=("Sales",))
    told = answer(condition, message_facts(), sender_groups=frozenset({"sales", "b"}))
    assert (told.value, told.found, told.what) == (("b", "sales"), ("Sales",), "sender.group.in-group")
