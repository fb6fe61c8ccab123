"""Random bytes that are the same for all copies of one message, so that its recipients get one password (stage 4b). Pure.

Copies are changed by different workers at different times. What they share is a key that nobody else has: HMAC-SHA-256
in counter mode (NIST SP 800-108 section 4.1) over the name of their group gives each of them the same stream.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from itertools import count


def shared_random(secret: bytes, *names: str) -> Callable[[int], bytes]:
    """A source of random bytes that follows from ``secret`` and ``names``; each call gives the stream's next bytes."""
    label = b"".join(b"%d:" % len(name.encode()) + name.encode() for name in ("matta-copies-password-1", *names))
    numbers = count()
    left = b""

    def take(length: int) -> bytes:
        nonlocal left
        while len(left) < length:
            left += hmac.digest(secret, b"%d:" % next(numbers) + label, "sha256")
        taken, left = left[:length], left[length:]
        return taken

    return take
