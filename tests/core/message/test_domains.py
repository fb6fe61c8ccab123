"""Domains and addresses in the form that is compared."""

from __future__ import annotations

import pytest

from shared.core.message.domains import DomainSet, domain_of, normal_address, normal_domain, spellings, untagged_address

DOMAINS = {
    "lower case": ("Example.COM", "example.com"),
    "final dot": ("example.com.", "example.com"),
    "U-label": ("日本語.jp", "xn--wgv71a119e.jp"),
    "A-label": ("XN--WGV71A119E.jp", "xn--wgv71a119e.jp"),
    "full-width dot and letters": ("ｅｘａｍｐｌｅ。ｃｏｍ", "example.com"),
    "invalid IDN stays": ("日本 語.jp", "日本 語.jp"),
    "too long": ("あ" * 300, "あ" * 300),
    "literal": ("[192.0.2.1]", "[192.0.2.1]"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("domain", "expected"), DOMAINS.values(), ids=DOMAINS.keys())
def test_normal_domain(domain: str, expected: str) -> None:
    assert normal_domain(domain) == expected


def test_an_address_is_compared_without_case_and_by_a_label() -> None:
    assert normal_address(" Taro@日本語.JP") == normal_address("taro@XN--wgv71a119e.jp")
    assert normal_address("Postmaster") == "postmaster"


QUOTED = {
    "quotes that are not needed": ('"Taro.Y"@example.com', "taro.y@example.com"),
    "backslash that is not needed": ('"t\\aro"@example.com', "taro@example.com"),
    "a space needs them": ('"ta ro"@example.com', '"ta ro"@example.com'),
    "an at sign needs them": ('"a@b"@example.com', '"a@b"@example.com'),
    "dots at the end need them": ('"taro."@example.com', '"taro."@example.com'),
    "nothing needs them": ('""@example.com', '""@example.com'),
}


@pytest.mark.parametrize(("address", "expected"), QUOTED.values(), ids=QUOTED.keys())
def test_a_mailbox_in_needless_quotes_is_the_same(address: str, expected: str) -> None:
    assert normal_address(address) == expected


@pytest.mark.parametrize(("address", "expected"), [("a@b@Example.com", "example.com"), ("postmaster", ""), ("a@", "")])
def test_domain_of(address: str, expected: str) -> None:
    assert domain_of(address) == expected


MEMBERSHIP = [
    ("example.com", True),
    ("sub.example.com", False),
    ("example.org", True),
    ("a.b.example.org", True),
    ("notexample.org", False),
    ("org", False),
    ("xn--wgv71a119e.jp", True),
    ("", False),
]


@pytest.mark.parametrize(("domain", "expected"), MEMBERSHIP)
def test_a_leading_dot_takes_subdomains_in(domain: str, expected: bool) -> None:
    assert (domain in DomainSet(["Example.com", ".example.org", "日本語.jp", "", "."])) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("Taro+News@Example.com", "taro@example.com", id="a tag"),
        pytest.param("taro+a+b@example.com", "taro@example.com", id="two tags"),
        pytest.param('"taro+a"@example.com', "taro@example.com", id="a tag in quotes that it could do without"),
        pytest.param('"ta ro+a"@example.com', '"ta ro+a"@example.com', id="a name that needs its quotes"),
        pytest.param("taro@example.com", "taro@example.com", id="no tag"),
        pytest.param("+81901234@example.com", "+81901234@example.com", id="nothing before the plus"),
        pytest.param("matta", "matta", id="no address"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_an_address_without_its_tag(address: str, expected: str) -> None:
    assert untagged_address(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Taro@Aozora.example", ("taro@aozora.example",)),
        ('"Taro"@aozora.example', ('"taro"@aozora.example', "taro@aozora.example")),
        ("taro@xn--r8jz45g.jp", ("taro@xn--r8jz45g.jp", "taro@例え.jp")),
        ("taro@例え.jp", ("taro@例え.jp", "taro@xn--r8jz45g.jp")),
        ("taro@xn--\u00e9.jp", ("taro@xn--é.jp",)),
        ("taro@xn--a.jp", ("taro@xn--a.jp",)),
        ("xn--r8jz45g", ("xn--r8jz45g",)),
        ("", ("",)),
    ],
)
def test_what_an_address_may_be_kept_as(address: str, expected: tuple[str, ...]) -> None:
    assert spellings(address) == expected
