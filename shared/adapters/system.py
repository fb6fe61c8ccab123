"""The machine's clock and randomness: the ports ``Clock`` and ``Random``."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


class SystemClock:
    """``Clock`` of this machine."""

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)


class SystemRandom:
    """``Random`` of the operating system."""

    def token(self, length: int) -> bytes:
        """See the port."""
        return secrets.token_bytes(length)
