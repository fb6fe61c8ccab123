"""On what terms a message can be released now: whose approval it needs (stage 6)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.record import MessageRecord


def steps_for(app: App, record: MessageRecord, *requesters: str) -> tuple[ApprovalStep, ...]:
    """The approvals that the decision asks for, with those who have to give them.

    ``requesters`` are who releases, and for whom; nobody where time itself does. Raises ``NobodyToApprove`` and ``TemporaryError``.
    """
    if not record.decision.approvals:
        return ()
    from shared.usecases.approval_seats import settle_steps  # most mail needs nobody's approval

    return settle_steps(app, record, *requesters)
