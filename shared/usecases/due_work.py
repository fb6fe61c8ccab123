"""What time does to one message, family by family: its hold, its approval, its password notices, its delay (stages 4 to 6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.app import App
from shared.core.hold import reports, state
from shared.core.hold.record import Change, State
from shared.core.hold.release_terms import ReleaseTerms
from shared.ports import Stored
from shared.usecases.approval_due import approval_due_change
from shared.usecases.approval_seats import NobodyToApprove
from shared.usecases.effective_settings import settings_for
from shared.usecases.password_due import password_due
from shared.usecases.plans import hold_plan
from shared.usecases.release_terms import steps_for

Due = Callable[[App, Stored, datetime], Change | None]
"""What one family's time has come for; ``None`` when nothing. Raises ``TemporaryError``."""


def hold_due(app: App, stored: Stored, now: datetime) -> Change | None:
    """A reminder, or the end of a hold or a delay. A message that nobody could approve is not released: it stays held."""
    record = stored.record
    if record.leader is not None or not record.state.awaits_decision or record.due_at is None or record.due_at > now:
        return None  # before settings are read: most looks are about something else
    plan = hold_plan(settings_for(app, record.ref.tenant_id, record.envelope.reverse_path))
    try:
        return state.hold_due(record, plan, now, lambda: ReleaseTerms(steps=steps_for(app, record)))
    except NobodyToApprove:
        return state.leave(record, now)


def approval_due(app: App, stored: Stored, now: datetime) -> Change | None:
    """Reminders, the escalation and the end of an approval."""
    record = stored.record
    if record.state is not State.AWAITING_APPROVAL or record.due_at is None or record.due_at > now:
        return None
    return approval_due_change(app, record, now)


def delay_due(app: App, stored: Stored, now: datetime) -> Change | None:
    """The sender is told that the message is still on its way."""
    return reports.delay_due(stored.record, now)


FAMILIES: tuple[Due, ...] = (hold_due, approval_due, password_due, delay_due)
"""Asked in this order. Each looks at its own fields of the record, so that what one does leaves the others as they were."""


def first_due(app: App, stored: Stored, now: datetime) -> Change | None:
    """The first change that is due. Raises ``TemporaryError``."""
    for due in FAMILIES:
        change = due(app, stored, now)
        if change is not None:
            return change
    return None
