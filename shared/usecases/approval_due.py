"""What time does to a message that awaits approval: reminders, escalation, the end (stage 6)."""

from __future__ import annotations

from datetime import datetime

from shared.app import App
from shared.core.hold.approval_state import approval_due, steps_to_escalate
from shared.core.hold.entitlement import sender_of
from shared.core.hold.record import Change, MessageRecord
from shared.usecases.approval_seats import escalation_seats
from shared.usecases.effective_settings import settings_for
from shared.usecases.plans import later


def approval_due_change(app: App, record: MessageRecord, now: datetime) -> Change | None:
    """The change that is due, for the caller to commit; ``None`` when nothing is. Raises ``TemporaryError``.

    Who is asked by an escalation is looked up at this moment: managers change.
    """
    escalation = {index: escalation_seats(app, record, index) for index in steps_to_escalate(record, now)}
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    return approval_due(record, now, later(settings), escalation)
