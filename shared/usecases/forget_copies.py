"""Forget which copies of messages were seen, once no further copy counts (stage 3)."""

from __future__ import annotations

from datetime import timedelta

from shared.app import App

KEPT_FOR = timedelta(days=2)
"""A copy takes over a decision for a day at most (``Gathering.late_minutes``)."""


def forget_copies(app: App) -> int:
    """Forget the days that are over for good; how many that were. A second run finds none. Raises ``TemporaryError``."""
    return app.copies.forget(app.clock.now() - KEPT_FOR)
