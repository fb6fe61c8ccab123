"""How long Teams wants to be left alone for a tenant (429 with Retry-After): kept for all processes and messages.

Teams counts a bot's requests for each tenant, so one message that is told to wait speaks for all of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.app import App

LONGEST = timedelta(hours=1)
"""A longer pause is cut to this, so that no odd answer closes Teams for good."""


def pause_of(app: App, tenant_id: str, now: datetime) -> datetime:
    """The moment up to which nothing is to be sent; ``now`` where there is none. Raises ``TemporaryError``."""
    return max(app.schedule.read_mark(_name(tenant_id)) or now, now)


def note_pause(app: App, tenant_id: str, until: datetime) -> None:
    """Ask everybody to wait. Raises ``TemporaryError``."""
    app.schedule.write_mark(_name(tenant_id), min(until, app.clock.now() + LONGEST))


def _name(tenant_id: str) -> str:
    return f"teams-pause-{tenant_id}"
