"""Two spellings of one domain are one key."""

from __future__ import annotations

import pytest

from shared.core.policy.domains import domain_key


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        pytest.param("example.com", "example.com", id="plain"),
        pytest.param("Example.COM", "example.com", id="case"),
        pytest.param("example.com.", "example.com", id="final dot"),
        pytest.param("例え.jp", "xn--r8jz45g.jp", id="Japanese"),
        pytest.param("BÜCHER.example", "xn--bcher-kva.example", id="capital umlaut"),
        pytest.param("例え..jp", "例え..jp", id="impossible name stays"),
        pytest.param("例" * 80 + ".jp", "例" * 80 + ".jp", id="too long stays"),
        pytest.param("[192.0.2.1]", "[192.0.2.1]", id="address literal"),
        pytest.param("", "", id="none"),
    ],
)
def test_key_of_domain(domain: str, key: str) -> None:
    assert domain_key(domain) == key
