"""Whose connection it is, by address and by certificate; overlapping claims."""

from __future__ import annotations

import pytest

from shared.ports_relay import IngressRule, IngressUser
from smtp_relay.attribution import RuleBook

FINGERPRINT = "ab" * 32

PEERS = [
    pytest.param({"a": ["192.0.2.0/24"]}, "192.0.2.7", "a", id="inside a range"),
    pytest.param({"a": ["192.0.2.0/24"]}, "192.0.3.7", None, id="outside"),
    pytest.param({"a": ["192.0.2.7"]}, "192.0.2.7", "a", id="one address"),
    pytest.param({"a": ["192.0.2.9/24"]}, "192.0.2.7", "a", id="a range written with host bits"),
    pytest.param({"a": [" 192.0.2.0/24 "]}, "192.0.2.7", "a", id="spaces around"),
    pytest.param({"a": ["192.0.2.0/24"], "b": ["192.0.2.0/25"]}, "192.0.2.7", "b", id="the more specific range wins"),
    pytest.param({"b": ["192.0.2.0/25"], "a": ["192.0.2.0/24"]}, "192.0.2.7", "b", id="in whatever order"),
    pytest.param({"a": ["192.0.2.0/24"], "b": ["192.0.2.0/25"]}, "192.0.2.200", "a", id="the wider one outside of it"),
    pytest.param({"a": ["192.0.2.0/24"], "b": ["192.0.2.0/24"]}, "192.0.2.7", None, id="equal claims are nobody's"),
    pytest.param(
        {"a": ["192.0.2.0/24"], "b": ["192.0.2.9/24"], "c": ["192.0.0.0/16"]},
        "192.0.2.7",
        None,
        id="not the next wider's",
    ),
    pytest.param({"a": ["192.0.2.0/24", "192.0.2.0/24"]}, "192.0.2.7", "a", id="claimed twice by one tenant"),
    pytest.param({"a": ["0.0.0.0/0"]}, "203.0.113.1", "a", id="everybody"),
    pytest.param({"a": ["2001:db8::/32"]}, "2001:db8::1", "a", id="IPv6"),
    pytest.param({"a": ["::/0"]}, "192.0.2.1", None, id="an IPv6 range has no IPv4 address in it"),
    pytest.param({"a": ["192.0.2.0/24"]}, "::ffff:192.0.2.7", "a", id="IPv4 inside IPv6"),
    pytest.param({"a": ["fe80::/10"]}, "fe80::1%eth0", "a", id="an address with a zone"),
    pytest.param({"a": ["nonsense", "192.0.2.0/24"]}, "192.0.2.7", "a", id="beside nonsense"),
    pytest.param({"a": ["nonsense"]}, "nonsense", None, id="nonsense matches nothing"),
    pytest.param({"a": ["0.0.0.0/0"]}, "", None, id="no address"),
    pytest.param({}, "192.0.2.7", None, id="no rules"),
]


@pytest.mark.parametrize(("peers", "address", "tenant"), PEERS)
def test_tenant_of_an_address(peers: dict[str, list[str]], address: str, tenant: str | None) -> None:
    book = RuleBook(IngressRule(name, peers=tuple(ranges)) for name, ranges in peers.items())
    assert book.tenant_of_peer(address) == tenant


def test_tenant_of_a_certificate_whatever_the_case_of_its_fingerprint() -> None:
    book = RuleBook(
        [IngressRule("a", certificates=(FINGERPRINT.upper(),)), IngressRule("b", certificates=("cd" * 32,))]
    )
    assert book.tenant_of_certificate(FINGERPRINT) == "a"
    assert book.tenant_of_certificate("ef" * 32) is None


def test_certificate_that_two_tenants_claim_is_nobodys_and_is_reported() -> None:
    book = RuleBook([IngressRule("a", certificates=(FINGERPRINT,)), IngressRule("b", certificates=(FINGERPRINT,))])
    assert book.tenant_of_certificate(FINGERPRINT) is None
    assert any("several tenants" in problem for problem in book.problems)


def test_user_names_of_two_tenants_stay_apart() -> None:
    book = RuleBook(
        [IngressRule("a", users=(IngressUser("mailer", "1"),)), IngressRule("b", users=(IngressUser("mailer", "2"),))]
    )
    assert [(found.tenant_id, found.password_hash) for found in book.credentials("mailer")] == [("a", "1"), ("b", "2")]
    assert book.credentials("Mailer") == ()


def test_what_cannot_be_used_is_reported_with_its_tenant() -> None:
    [problem] = RuleBook([IngressRule("a", peers=("10.0.0.0/33",))]).problems
    assert "tenant a" in problem
