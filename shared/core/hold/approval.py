"""``ApprovalRequest``: what a third person is asked about a released message, and what they said (product.md P).

Values only; ``approval_state.py`` moves them. Stage 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.hold.actor import Actor
from shared.core.policy.decision import ApprovalCall


@dataclass(frozen=True, slots=True)
class Vote:
    """One answer. ``seat`` is the approver whose vote it is; ``actor`` gave it, for themselves or as the seat's proxy."""

    seat: str
    actor: Actor
    allow: bool
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalStep:
    """What one policy asks for. ``seats`` are normal addresses of those whose votes count.

    They are settled when the sender releases; an escalation adds to them (``escalated``). With ``fallback`` nobody whom
    the policy names could be asked, and the tenant's administrator is asked in their place. ``stand_in`` is the
    administrator's seat where nobody could answer any more, among ``escalated``; their answer alone settles the step.
    """

    call: ApprovalCall
    seats: tuple[str, ...]
    votes: tuple[Vote, ...] = ()
    escalated: tuple[str, ...] = ()
    reminders_sent: int = 0
    due_at: datetime | None = None
    allowed: bool | None = None
    """How the step ended; ``None`` while it is open."""
    fallback: bool = False
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """The steps of one message; all of them must allow it, one denial ends it. Asked all at once.

    ``requester`` released the message, with ``comment``.
    """

    requester: Actor
    comment: str
    requested_at: datetime
    steps: tuple[ApprovalStep, ...]
