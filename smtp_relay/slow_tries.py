"""One slow try at a time for each user name, where nobody can tell clients apart by their addresses. Stage receive.

Behind a proxy that hides its clients, shutting somebody out could only mean a name, and with it the device that knows
the password. So tries for a name take turns there, each after a pause that grows with wrong passwords and has an end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from smtp_relay.authenticator import Busy, Guessing

LONGEST_PAUSE_SECONDS = 5.0
MOST_WAITING = 8
"""Tries for one name that wait for their turn. With the longest pause the last of them waits less than a minute."""


@dataclass(slots=True)
class _Turns:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    tries: int = 0


class SlowTries:
    """Whose turn it is, by name. Belongs to one event loop."""

    def __init__(self, guessing: Guessing) -> None:
        self._guessing = guessing
        self._names: dict[str, _Turns] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """The block is one try, the only one for this name meanwhile. Raises ``Busy`` where too many wait already."""
        turns = self._names.setdefault(name, _Turns())
        if turns.tries > MOST_WAITING:
            raise Busy
        turns.tries += 1
        try:
            async with turns.lock:
                await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, self._guessing.pause(name)))
                yield
        finally:
            turns.tries -= 1
            if not turns.tries:
                del self._names[name]
