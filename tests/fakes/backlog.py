"""``FakeBacklog``: both sides of the backlog, ``BacklogBoard`` and ``BacklogSource``, in memory."""

from __future__ import annotations

from shared.ports_relay import Backlog
from tests.fakes.trouble import Trouble


class FakeBacklog:
    """Methods for ``trouble``: ``write``, ``read``. ``written`` is everything that was written, in order."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.written: list[Backlog] = []

    def write(self, backlog: Backlog) -> None:
        """See ``BacklogBoard``."""
        with self.trouble.around("write"):
            self.written.append(backlog)

    async def read(self) -> Backlog | None:
        """See ``BacklogSource``."""
        with self.trouble.around("read"):
            return self.written[-1] if self.written else None
