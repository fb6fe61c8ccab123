"""Note that the messages of an hour changed, so that they are counted again (stages 3 to 6; ``recount_hours.py``)."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.app import App
from shared.core.message.identity import MessageRef
from shared.core.reports.hour_count import hour_of
from shared.ports_reports import DirtyHour

SLOT = timedelta(minutes=5)
"""One note for each changed hour and process is written in each such stretch of time."""


def note_row(app: App, ref: MessageRef) -> None:
    """Note that a row of the message is about to change. Before the row is written, so that no crash comes between.

    Raises ``TemporaryError``.
    """
    app.counters.mark(DirtyHour(ref.tenant_id, hour_of(ref.received_at), slot_of(app.clock.now())))


def slot_of(moment: datetime) -> datetime:
    """The beginning of its slot."""
    begin = hour_of(moment)
    return begin + (moment - begin) // SLOT * SLOT
