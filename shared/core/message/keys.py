"""Signing keys, as values: trace marks and links take them as arguments, nothing in core fetches one."""

from __future__ import annotations

from dataclasses import dataclass

PURPOSES = ("link", "trace", "seal", "egress")
"""What keys are for; each purpose has keys of its own. An installation needs a key for every one of them."""
SHORTEST_KEY = 16
"""Bytes below which a key is refused."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One HMAC key. ``kid`` names it in what it signed, so that keys rotate without breaking older marks."""

    kid: str
    secret: bytes

    def __repr__(self) -> str:
        """Never shows the secret."""
        return f"SigningKey(kid={self.kid!r})"
