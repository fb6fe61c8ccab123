"""What time does to a message that awaits approval: reminders, escalation, the end (stage 6)."""

from __future__ import annotations

from datetime import datetime

from shared.app import App
from shared.core.hold.approval_standing import can_be_answered
from shared.core.hold.approval_state import approval_due, steps_due, steps_to_escalate
from shared.core.hold.entitlement import sender_of
from shared.core.hold.record import Change, MessageRecord
from shared.usecases.answer_approval import approval_people
from shared.usecases.approval_seats import administrator_seat, escalation_seats
from shared.usecases.effective_settings import settings_for
from shared.usecases.plans import later


def approval_due_change(app: App, record: MessageRecord, now: datetime) -> Change | None:
    """The change that is due, for the caller to commit; ``None`` when nothing is. Raises ``TemporaryError``.

    Who is asked by an escalation is looked up at this moment: managers change. So is who can still answer: where
    nobody can, because all were removed for example, the administrator is asked, and no request is ever nobody's.
    """
    due = steps_due(record, now)
    if not due or record.approval is None:
        return None
    people = approval_people(app, record)
    silent = [index for index in due if not can_be_answered(record, index, people, now)]
    stand_ins = {index: administrator_seat(app, record, index) for index in silent}
    escalation = {index: escalation_seats(app, record, index) for index in steps_to_escalate(record, now)}
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    return approval_due(record, now, later(settings), escalation, stand_ins)
