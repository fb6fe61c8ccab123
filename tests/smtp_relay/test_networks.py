"""Ranges that the operator names."""

from __future__ import annotations

import pytest

from shared.settings import MisconfiguredProcess
from smtp_relay.networks import Networks


@pytest.mark.parametrize(
    ("text", "address", "within"),
    [
        pytest.param("192.0.2.0/24, 2001:db8::/32", "192.0.2.7", True, id="a range"),
        pytest.param("192.0.2.0/24, 2001:db8::/32", "2001:db8::1", True, id="a range of IPv6"),
        pytest.param("192.0.2.7", "192.0.2.7", True, id="one address"),
        pytest.param("192.0.2.0/24", "::ffff:192.0.2.7", True, id="IPv4 inside IPv6"),
        pytest.param("192.0.2.0/24", "192.0.3.7", False, id="outside"),
        pytest.param("::/0", "192.0.2.7", False, id="the other version"),
        pytest.param("", "192.0.2.7", False, id="none"),
        pytest.param("0.0.0.0/0", "", False, id="no address"),
    ],
)
def test_within(text: str, address: str, within: bool) -> None:
    assert (address in Networks(text, "X")) is within


def test_a_mistake_names_the_variable() -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_RELAY_PROXY_PEERS"):
        Networks("192.0.2.0/24,nonsense", "MATTA_RELAY_PROXY_PEERS")
