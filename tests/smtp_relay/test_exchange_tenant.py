"""Whose mail it is that comes from Exchange Online's shared servers: three things must agree."""

from __future__ import annotations

import pytest

from shared.ports_relay import IngressRule
from smtp_relay.exchange_header import SendingOrganisation
from smtp_relay.exchange_tenant import Claim, Disagreement, ExchangeClaims, settle

A, B = "aaaaaaaa-2222-3333-4444-555555555555", "bbbbbbbb-2222-3333-4444-555555555555"
RULE_A = IngressRule("a", exchange_tenant=A, hosts=("a.relay.example",), domains=("a.example", ".sub.example"))
RULE_B = IngressRule("b", exchange_tenant=B, hosts=("b.relay.example",), domains=("b.example",))
BARE_C = IngressRule("c", exchange_tenant=A, domains=("c.example",))
BARE_D = IngressRule("d", exchange_tenant=B, domains=("c.example",))
TWIN_A = IngressRule("twin", exchange_tenant=A, hosts=("a.relay.example",), domains=("a.example",))
THIEF = IngressRule("thief", exchange_tenant=A, domains=("a.example",))

CASES = [
    # rules, server name, reverse-path, directories, domains -> tenant or reason
    pytest.param([RULE_A, RULE_B], "a.relay.example", "u@a.example", [A], [], "a", id="all agree"),
    pytest.param([RULE_A], "A.Relay.Example.", "u@A.Example", [A], ["a.example"], "a", id="whatever the case"),
    pytest.param([RULE_A], "a.relay.example", "u@x.sub.example", [A], [], "a", id="a subdomain that is the tenant's"),
    pytest.param(
        [RULE_A], "a.relay.example", "bounces+SRS=x=y@a.example", [A], [], "a", id="a rewritten path of a forward"
    ),
    pytest.param([RULE_A], "a.relay.example", "u@a.example", [B], [], Disagreement.OTHER_DIRECTORY, id="other header"),
    pytest.param([RULE_A], "a.relay.example", "u@a.example", [], [], Disagreement.NO_HEADER, id="no header"),
    pytest.param([RULE_A], "a.relay.example", "u@a.example", [A, B], [], Disagreement.NO_HEADER, id="two headers"),
    pytest.param(
        [RULE_A], "a.relay.example", "u@a.example", [A], ["b.example"], Disagreement.OTHER_DOMAIN, id="other domain"
    ),
    pytest.param(
        [RULE_A],
        "a.relay.example",
        "u@a.example",
        [A],
        ["a.example", "b.example"],
        Disagreement.NO_HEADER,
        id="two domains",
    ),
    pytest.param(
        [RULE_A], "a.relay.example", "u@a.example", [A], ["co.onmicrosoft.com"], "a", id="the directory's first domain"
    ),
    pytest.param([RULE_A], "a.relay.example", "u@b.example", [A], [], Disagreement.NO_CLAIM, id="another's sender"),
    pytest.param([RULE_A], "b.relay.example", "u@a.example", [A], [], Disagreement.NO_CLAIM, id="another's host"),
    pytest.param([RULE_A], "", "u@a.example", [A], [], Disagreement.NO_CLAIM, id="hosts are set and none was named"),
    pytest.param([RULE_A], "a.relay.example", "", [A], [], "a", id="a null sender with host and header"),
    pytest.param([RULE_A], "a.relay.example", "", [B], [], Disagreement.OTHER_DIRECTORY, id="a null sender of another"),
    pytest.param([BARE_C], "", "u@c.example", [A], [], "c", id="no hosts set: sender and header"),
    pytest.param([BARE_C], "relay.example", "u@c.example", [A], [], "c", id="no hosts set: the common name"),
    pytest.param([BARE_C, BARE_D], "", "u@c.example", [A], [], "c", id="one domain of two, told apart by the header"),
    pytest.param([BARE_C], "", "", [A], [], Disagreement.OTHER_DOMAIN, id="null sender without host needs the domain"),
    pytest.param([BARE_C], "", "", [A], ["c.example"], "c", id="null sender without host, and the domain is there"),
    pytest.param(
        [BARE_C], "", "", [A], ["co.onmicrosoft.com"], Disagreement.OTHER_DOMAIN, id="the first domain is too little"
    ),
    pytest.param(
        [RULE_A, TWIN_A], "a.relay.example", "u@a.example", [A], [], Disagreement.AMBIGUOUS, id="two claim all of it"
    ),
    pytest.param(
        [RULE_A, THIEF], "a.relay.example", "u@a.example", [A], [], "a", id="a claim without host takes nothing away"
    ),
    pytest.param([IngressRule("x", domains=("a.example",))], "", "u@a.example", [A], [], Disagreement.NO_CLAIM, id="x"),
]


def decide(
    rules: list[IngressRule], host: str, sender: str, directories: list[str], domains: list[str]
) -> str | Disagreement:
    possible = ExchangeClaims(rules).possible(host, sender)
    if not possible:
        return Disagreement.NO_CLAIM
    header = SendingOrganisation(frozenset(directories), frozenset(domains))
    found = settle(possible, header, null_sender=not sender)
    return found.tenant_id if isinstance(found, Claim) else found


@pytest.mark.parametrize(("rules", "host", "sender", "directories", "domains", "expected"), CASES)
def test_whose_it_is(
    rules: list[IngressRule],
    host: str,
    sender: str,
    directories: list[str],
    domains: list[str],
    expected: str | Disagreement,
) -> None:
    assert decide(rules, host, sender, directories, domains) == expected
    assert decide(rules[::-1], host, sender, directories, domains) == expected
