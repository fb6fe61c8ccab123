"""Tokens for the egress proxy: good for one host and port, by a key that both sides have, for a short time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.egress_token import WINDOW, check_egress_token, egress_token
from shared.core.message.keys import SigningKey

KEY = SigningKey("a", b"0123456789abcdef")
OLD = SigningKey("b", b"fedcba9876543210")
NOW = 1_800_000_000
NONCE = bytes(range(12))


def token(key: SigningKey = KEY, host: str = "mx.partner.example", port: int = 25, now: int = NOW) -> str:
    return egress_token(key, host, port, now, NONCE)


@pytest.mark.parametrize(
    ("shown", "keys", "host", "port", "holds"),
    [
        pytest.param(token(), (KEY,), "mx.partner.example", 25, True, id="as it was made"),
        pytest.param(token(), (KEY,), "MX.partner.EXAMPLE", 25, True, id="names know no case"),
        pytest.param(token(OLD), (KEY, OLD), "mx.partner.example", 25, True, id="an older key"),
        pytest.param(token(OLD), (SigningKey("x", OLD.secret),), "mx.partner.example", 25, True, id="named otherwise"),
        pytest.param(token(now=NOW - WINDOW), (KEY,), "mx.partner.example", 25, True, id="just in time"),
        pytest.param(token(now=NOW - WINDOW - 1), (KEY,), "mx.partner.example", 25, False, id="too late"),
        pytest.param(token(now=NOW + WINDOW + 1), (KEY,), "mx.partner.example", 25, False, id="too early"),
        pytest.param(token(), (OLD,), "mx.partner.example", 25, False, id="another key"),
        pytest.param(token(), (), "mx.partner.example", 25, False, id="no key"),
        pytest.param(token(), (KEY,), "mx.other.example", 25, False, id="another host"),
        pytest.param(token(), (KEY,), "mx.partner.example", 587, False, id="another port"),
        pytest.param(token() + "0", (KEY,), "mx.partner.example", 25, False, id="longer"),
        pytest.param("", (KEY,), "mx.partner.example", 25, False, id="nothing"),
    ],
)
def test_what_a_token_holds_for(shown: str, keys: tuple[SigningKey, ...], host: str, port: int, holds: bool) -> None:
    assert check_egress_token(shown, keys, host, port, NOW) == (NONCE.hex() if holds else "")


@given(st.integers(0, len(token()) - 1), st.characters(codec="ascii"))
def test_no_changed_token_holds(place: int, character: str) -> None:
    changed = token()[:place] + character + token()[place + 1 :]
    if changed != token():
        assert check_egress_token(changed, (KEY,), "mx.partner.example", 25, NOW) == ""
