"""What time does to password notices (stage 6): those whose delay is over go out. Asked by the due timer."""

from __future__ import annotations

from datetime import datetime

from shared.app import App
from shared.core.hold import password_state
from shared.core.hold.record import Change
from shared.ports import Stored


def password_due(app: App, stored: Stored, now: datetime) -> Change | None:
    """The change that is due now, or ``None``."""
    return password_state.password_due(stored.record, now)
