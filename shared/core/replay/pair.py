"""``Pair``: two numbers being counted, before and after. Replay (S5)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.replay.figures import BeforeAfter


@dataclass(slots=True)
class Pair:
    """Mutable; ``frozen`` gives what was counted."""

    before: int = 0
    after: int = 0

    def add(self, before: bool, after: bool) -> None:
        """Count one that is so before, after, both or neither."""
        self.before += before
        self.after += after

    def frozen(self) -> BeforeAfter:
        """The numbers now."""
        return BeforeAfter(self.before, self.after)
