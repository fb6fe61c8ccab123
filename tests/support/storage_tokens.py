"""Bearer tokens for storage that a test hands out itself, and such as Azurite takes."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence


class GivenTokens:
    """Storage's ``TokenSource``: the first of ``values`` until it is refused, then the next; the last one stays."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = list(values)
        self.refusals: list[str] = []

    def current(self) -> str:
        """See ``TokenSource``."""
        return self.values[0]

    def value(self) -> str:
        """See ``TokenSource``."""
        return self.values[0]

    def refused(self, token: str) -> None:
        """See ``TokenSource``."""
        self.refusals.append(token)
        if token == self.values[0] and len(self.values) > 1:
            del self.values[0]


def unsigned_token(audience: str, *, seconds: float = 3600.0, number: int = 1) -> str:
    """A token as Entra makes them but for its signature, which Azurite's ``--oauth basic`` does not check.

    ``number`` tells it from others.
    """
    now = int(time.time())
    claims = {
        "aud": audience,
        "iss": "https://sts.windows.net/11111111-1111-1111-1111-111111111111/",
        "iat": now - 60,
        "nbf": now - 60,
        "exp": int(now + seconds),
        "sub": "matta",
        "uti": f"number-{number}",
    }
    head = _encoded({"alg": "RS256", "typ": "JWT"})
    return f"{head}.{_encoded(claims)}.{base64.urlsafe_b64encode(b'no signature').rstrip(b'=').decode()}"


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
