"""Forget which activities of Teams were seen, once nobody can send them again (stage 6)."""

from __future__ import annotations

from datetime import timedelta

from shared.app import App

KEPT_FOR = timedelta(days=2)
"""Teams repeats an activity within minutes, and the token of one that somebody else repeats has ended long before."""
MOST_AT_ONCE = 500
"""Activities that one run forgets: what one is, two requests each, is done before the next begins."""


def forget_activities(app: App) -> int:
    """Forget what is older; how many that were. A second run goes on. Raises ``TemporaryError``."""
    return app.conversations.forget_seen(app.clock.now() - KEPT_FOR, MOST_AT_ONCE)
