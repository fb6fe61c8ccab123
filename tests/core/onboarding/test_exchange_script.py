"""The scripts for Exchange Online, read by a grammar of PowerShell, and their commands one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from shared.core.message.keys import SigningKey
from shared.core.message.pass_mark import pass_words
from shared.core.onboarding.exchange_script import ExchangePlan, NotReady, install_script, remove_script
from shared.core.onboarding.powershell import BadValue

WORDS = pass_words("aozora", [SigningKey("2", b"2" * 32), SigningKey("1", b"1" * 32)])
PLAN = ExchangePlan(
    "aozora", "5f0d6c3a-2b1e-4c57-9a43-7d1e0b9c2a10", "aozora.relay.matta.example", "sales@aozora.example", WORDS
)
BACK = replace(PLAN, returns=True, certificate="out.matta.example")
PARSER = Parser(Language(tree_sitter_powershell.language()))


def text_of(script: bytes) -> str:
    assert script.startswith(b"\xef\xbb\xbf")
    text = script.decode("utf-8-sig")
    assert "\n" not in text.replace("\r\n", "")
    return text.replace("\r\n", "\n")


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def commands(text: str) -> list[str]:
    """The names of the commands that a script has."""
    tree = PARSER.parse(text.encode())
    wrong = [node for node in nodes(tree.root_node) if node.is_error or node.is_missing]
    assert not wrong, [(node.start_point, node.text) for node in wrong]
    return [node.text.decode() for node in nodes(tree.root_node) if node.type == "command_name" and node.text]


@pytest.mark.parametrize(
    "plan", [PLAN, BACK, replace(BACK, certificate="", addresses=("203.0.113.0/28",)), replace(PLAN, group="")]
)
@pytest.mark.parametrize("make", [install_script, remove_script])
def test_scripts_are_powershell(plan: ExchangePlan, make: object) -> None:
    assert commands(text_of(make(plan)))  # type: ignore[operator]  # one of two functions


def test_the_grammar_sees_what_is_wrong() -> None:
    with pytest.raises(AssertionError):
        commands(text_of(install_script(PLAN)).replace("'@{", "@{").replace("}", "", 1))


def test_mail_of_the_group_to_outside_goes_to_the_tenants_relay_and_not_twice() -> None:
    text = text_of(install_script(PLAN))
    for line in (
        "    SmartHosts = @('aozora.relay.matta.example')",
        "    TlsSettings = 'DomainValidation'",
        "    TlsDomain = 'aozora.relay.matta.example'",
        "    IsTransportRuleScoped = $true",
        "    FromMemberOf = @('sales@aozora.example')",
        "    SentToScope = 'NotInOrganization'",
        "    ExceptIfHeaderContainsMessageHeader = 'X-Matta-Passed'",
        f"    ExceptIfHeaderContainsWords = @('{WORDS[0]}', '{WORDS[1]}')",
        "    RouteMessageOutboundConnector = 'Matta out aozora'",
    ):
        assert line in text.splitlines()
    assert "InboundConnector" not in "".join(commands(text)).replace("Get-InboundConnector", "")


def test_everybody_takes_the_group_off_the_rule_that_is_there() -> None:
    text = text_of(install_script(replace(PLAN, group="")))
    assert "FromMemberOf = " not in text
    assert "Set-TransportRule -Identity 'Matta send aozora' @rule -FromMemberOf $null -WhatIf:$WhatIf" in text


def test_what_comes_back_is_known_by_its_certificate_and_loses_its_word() -> None:
    text = text_of(install_script(BACK))
    assert "New-InboundConnector" in commands(text)
    assert "    TlsSenderCertificateName = 'out.matta.example'" in text.splitlines()
    assert "    RemoveHeader = 'X-Matta-Passed'" in text.splitlines()
    by_address = text_of(install_script(replace(BACK, certificate="", addresses=("203.0.113.0/28",))))
    assert "    SenderIPAddresses = @('203.0.113.0/28')" in by_address.splitlines()


@pytest.mark.parametrize("plan", [PLAN, BACK])
def test_every_change_can_be_tried_and_is_made_only_in_the_right_organisation(plan: ExchangePlan) -> None:
    for script in (install_script(plan), remove_script(plan)):
        text = text_of(script)
        changes = [line for line in text.splitlines() if re.search(r"\b(New|Set|Remove)-(?!StrictMode)[A-Z]", line)]
        assert changes
        assert all("-WhatIf:$WhatIf" in line for line in changes)
        before = text.split("function Find-Own")[0]
        assert "Get-ConnectionInformation" in before
        assert before.count("throw") == 2
        assert f"$directory = '{plan.directory}'" in before


def test_the_way_back_removes_what_the_way_there_made_and_nothing_else() -> None:
    made = re.findall(r"New-(\w+) -Name ('[^']+')", text_of(install_script(BACK)))
    removing = text_of(remove_script(BACK))
    removed = re.findall(r"Find-Own '(\w+)' ('[^']+')", removing)
    assert sorted(made) == sorted(removed)
    assert len(re.findall(r"Remove-\w+ ", removing)) == len(removed)
    first_rule, first_connector = removing.index("Remove-TransportRule"), removing.index("Remove-OutboundConnector")
    assert first_rule < first_connector  # a connector that a rule names cannot be removed


@pytest.mark.parametrize(
    "name",
    ["a'; Remove-Mailbox *; '@x.example", "a\u2019; calc; \u2018@x.example", "$(calc)@x.example", '`"@x.example'],
)
def test_a_hostile_group_stays_a_value(name: str) -> None:
    plan = replace(PLAN, group=name)
    usual = commands(text_of(install_script(PLAN)))
    # The grammar knows the plain quote only; that the others are doubled, too, is asked in test_powershell.py.
    assert commands(text_of(install_script(plan)).replace("\u2018", "x").replace("\u2019", "x")) == usual


@pytest.mark.parametrize(
    "plan",
    [replace(PLAN, directory=""), replace(PLAN, relay=""), replace(PLAN, returns=True)],
    ids=["no directory", "no relay", "no way to know what comes back"],
)
def test_a_script_is_not_made_before_everything_is_known(plan: ExchangePlan) -> None:
    with pytest.raises(NotReady):
        install_script(plan)
    if plan.directory:
        assert remove_script(plan)
    else:
        with pytest.raises(NotReady):
            remove_script(plan)


def test_line_ends_in_a_value_are_refused() -> None:
    with pytest.raises(BadValue):
        install_script(replace(PLAN, group="a\r\nRemove-Mailbox x"))


def test_names_are_short_enough_for_connectors() -> None:
    plan = replace(PLAN, tenant_id="a" * 63)
    assert max(len(plan.named(what)) for what in ("out", "in", "send", "clean")) <= 64
