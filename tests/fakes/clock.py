"""``FakeClock``: the ``Clock`` port with hands that tests set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 4, 1, 9, 30, 15, 123456, tzinfo=UTC)


class FakeClock:
    """Stands still until it is told otherwise."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """See the port."""
        return self._now

    def set(self, now: datetime) -> None:
        """Go to a moment, also to an earlier one."""
        assert now.tzinfo is not None
        self._now = now.astimezone(UTC)

    def advance(self, **duration: float) -> datetime:
        """Go on by ``timedelta(**duration)``; returns the new present."""
        self._now += timedelta(**duration)
        return self._now
