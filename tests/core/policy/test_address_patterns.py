"""Lists of addresses, domains and wildcards: what fits, and that no pattern can stall the service."""

from __future__ import annotations

import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.policy.address_patterns import AddressPatterns, Glob


@pytest.mark.parametrize(
    ("pattern", "address", "fits"),
    [
        pytest.param("taro@example.com", "taro@example.com", True, id="address"),
        pytest.param("taro@example.com", "TARO@Example.COM", True, id="address in another case"),
        pytest.param("Taro@EXAMPLE.com", "taro@example.com", True, id="entry in another case"),
        pytest.param("taro@example.com", "jiro@example.com", False, id="another person"),
        pytest.param("taro@example.com", "taro@sub.example.com", False, id="same person of a subdomain"),
        pytest.param("taro@example.com", "xtaro@example.com", False, id="address that only ends alike"),
        pytest.param(" taro@example.com ", "taro@example.com", True, id="spaces around the entry"),
        pytest.param("taro@example.com", "taro@example.com.", True, id="final dot"),
        pytest.param("example.com", "a@example.com", True, id="domain"),
        pytest.param("@example.com", "a@example.com", True, id="domain with @"),
        pytest.param("example.com", "a@sub.example.com", False, id="domain is not its subdomains"),
        pytest.param("example.com", "a@badexample.com", False, id="domain that only ends alike"),
        pytest.param("example.com", "example.com@other.example", False, id="domain in the local part"),
        pytest.param(".example.com", "a@example.com", True, id="tree takes the domain"),
        pytest.param(".example.com", "a@x.y.example.com", True, id="tree takes deep subdomains"),
        pytest.param("@.example.com", "a@x.example.com", True, id="tree with @"),
        pytest.param(".example.com", "a@badexample.com", False, id="tree ends at dots"),
        pytest.param("*@example.com", "a@example.com", True, id="any address of a domain"),
        pytest.param("*@example.com", "a@sub.example.com", False, id="any address, not of subdomains"),
        pytest.param("*.example.com", "a@sub.example.com", True, id="wildcard subdomain"),
        pytest.param("*.example.com", "a@example.com", False, id="wildcard subdomain is not the domain"),
        pytest.param("*@*.example.com", "a@sub.example.com", True, id="any address of any subdomain"),
        pytest.param("*.co.jp", "a@x.co.jp", True, id="second level"),
        pytest.param("sales-*@example.com", "sales-east@example.com", True, id="wildcard in the local part"),
        pytest.param("sales-*@example.com", "sales-@example.com", True, id="star may be nothing"),
        pytest.param("sales-*@example.com", "presales-a@example.com", False, id="wildcard is not found in the middle"),
        pytest.param("sales-*@example.com", "sales-x@example.com.evil.example", False, id="wildcard ends at the end"),
        pytest.param("a?@example.com", "ab@example.com", True, id="one character"),
        pytest.param("a?@example.com", "a@example.com", False, id="one character is not none"),
        pytest.param("a?@example.com", "abc@example.com", False, id="one character is not two"),
        pytest.param("*ta?o*@example.com", "x-tatapo-taro-y@example.com", True, id="question mark between stars"),
        pytest.param("*ta?o*@example.com", "x-tatap-tar-y@example.com", False, id="question mark finds nothing"),
        pytest.param("*", "anybody@anywhere.example", True, id="everybody"),
        pytest.param("*", "nobody", True, id="everybody, also without a domain"),
        pytest.param("*@*", "anybody@anywhere.example", True, id="every address"),
        pytest.param("[a-z]@example.com", "a@example.com", False, id="brackets are not special"),
        pytest.param("[a-z]@example.com", "[a-z]@example.com", True, id="brackets are themselves"),
        pytest.param("a.c@example.com", "abc@example.com", False, id="dot is not special"),
        pytest.param("例え.jp", "a@xn--r8jz45g.jp", True, id="international domain, A-label written"),
        pytest.param("xn--r8jz45g.jp", "a@例え.jp", True, id="international domain, U-label written"),
        pytest.param("*.例え.jp", "a@x.例え.jp", True, id="wildcard and international domain"),
        pytest.param("*.例え.jp", "a@x.xn--r8jz45g.jp", True, id="wildcard and A-label written"),
        pytest.param("例*.jp", "a@例え.jp", True, id="wildcard within an international label"),
        pytest.param("*.xn--r8jz45g.jp", "a@x.例え.jp", True, id="wildcard on the A-label"),
        pytest.param("太郎@example.com", "太郎@example.com", True, id="international local part"),
        pytest.param('"a b"@example.com', '"a b"@example.com', True, id="quoted local part"),
        pytest.param("ab@example.com", '"ab"@example.com', True, id="needless quotes in the address"),
        pytest.param("a*@example.com", '"a\\b"@example.com', True, id="needless quotes around what a wildcard fits"),
        pytest.param('"ab"@example.com', "ab@example.com", True, id="needless quotes in the entry"),
        pytest.param("a@b@example.com", "a@b@example.com", True, id="two @"),
        pytest.param("", "a@example.com", False, id="empty entry"),
        pytest.param("a@", "a@", False, id="entry without a domain"),
        pytest.param("example.com", "", False, id="empty address"),
    ],
)
def test_entry_fits_address(pattern: str, address: str, fits: bool) -> None:
    assert AddressPatterns([pattern]).matches(address) is fits


def test_list_fits_when_any_entry_does() -> None:
    patterns = AddressPatterns(["x.example", "*.y.example", "a@z.example"])
    found = [patterns.matches(address) for address in ("q@x.example", "q@b.y.example", "a@z.example", "b@z.example")]
    assert found == [True, True, True, False]


@given(st.text("ab?*", max_size=12), st.text("ab", max_size=12))
def test_wildcards_mean_what_they_mean_in_file_names(pattern: str, text: str) -> None:
    assert Glob(pattern).matches(text) is bool(re.fullmatch(fnmatch.translate(pattern), text))


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("*a" * 150 + "b", id="many stars"),
        pytest.param("*" + "?" * 100 + "a" * 50 + "*b", id="many question marks"),
        pytest.param("*" + "a?" * 75 + "*b*", id="mixed"),
    ],
)
def test_hostile_wildcards_take_time_in_proportion_to_the_text(pattern: str) -> None:
    """A ratio and not a time: ten times the text may take some thirty times as long, never a hundred or more."""
    glob = Glob(pattern)

    def seconds(length: int) -> float:
        text = "a" * length + "c"
        best = 1e9
        for _ in range(5):
            started = time.perf_counter()
            assert not glob.matches(text)
            best = min(best, time.perf_counter() - started)
        return best

    assert seconds(40_000) < 30 * seconds(4_000) + 1e-4
