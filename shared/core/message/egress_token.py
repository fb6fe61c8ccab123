"""The token that opens one connection through the egress proxy: made where mail is delivered, checked at the relay. Pure.

It names the host and port, the moment and a number used once, and is worth something for ``WINDOW`` seconds. Whoever
sees one can therefore open nothing else with it, and nothing at all a second time.

``Proxy-Authorization: Matta v1.{seconds}.{nonce}.{mac}``
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from shared.core.message.keys import SigningKey

PURPOSE = "egress"
"""Name of the keys among all signing keys."""
SCHEME = "Matta"
WINDOW = 60
"""Seconds that the two machines' clocks and the way between them may take."""
NONCE_BYTES = 12
_FORM = re.compile(r"v1\.([0-9]{1,12})\.([0-9a-f]{24})\.([0-9a-f]{64})")


def egress_token(key: SigningKey, host: str, port: int, now: int, nonce: bytes) -> str:
    """The token for one connection. ``now`` is in seconds since 1970; ``nonce`` are ``NONCE_BYTES`` random bytes."""
    return f"v1.{now}.{nonce.hex()}.{_mac(key, host, port, now, nonce.hex())}"


def check_egress_token(token: str, keys: Sequence[SigningKey], host: str, port: int, now: int) -> str:
    """The nonce of a token that holds for this connection now, else ``""``. That it is new is for the caller to see."""
    found = _FORM.fullmatch(token)
    if found is None:
        return ""
    told, nonce, mac = found.groups()
    if abs(int(told) - now) > WINDOW:
        return ""
    # Keys have no names here: the two sides may keep them in different places, which name them differently.
    fits = any(hmac.compare_digest(_mac(key, host, port, int(told), nonce), mac) for key in keys)
    return nonce if fits else ""


def _mac(key: SigningKey, host: str, port: int, now: int, nonce: str) -> str:
    text = "\0".join(("matta-egress-v1", host.lower(), str(port), str(now), nonce))
    return hmac.new(key.secret, text.encode(), hashlib.sha256).hexdigest()
