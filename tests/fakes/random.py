"""``FakeRandom``: the ``Random`` port, the same for the same seed."""

from __future__ import annotations

from random import Random as Generator


class FakeRandom:
    """Different bytes for every call, and the same ones again for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._generator = Generator(seed)

    def token(self, length: int) -> bytes:
        """See the port."""
        return self._generator.randbytes(length)
