"""``PasswordNotice``: whether and when recipients learn the password of a ZIP (product.md Z3 to Z7).

Values only; ``password_state.py`` moves them. The password itself is in the variant, sealed. Stages 4b and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeState(StrEnum):
    """Where a password notice stands."""

    WAITING = "waiting"
    PAUSED = "paused"
    SENT = "sent"
    DELETED = "deleted"
    MANUAL = "manual"
    """Goes out only when somebody sends it."""
    NONE = "none"
    """The policy wants none; the sender tells the recipients in another way."""


class NoticeVerb(StrEnum):
    """What its sender may do with one."""

    SEND = "send"
    PAUSE = "pause"
    RESUME = "resume"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class PasswordNotice:
    """The notice of one variant (its ``name``). ``due_at``: when it goes out by itself, ``None`` when it does not (yet).

    ``delivered_at`` is when the first recipient got the variant; the delay counts from there. ``told`` are the
    recipients who have the password; one who gets the variant later is told later. ``template`` is the policy's, empty
    for the built-in text. ``left_seconds`` is what a pause has kept of the delay.
    """

    variant: str
    state: NoticeState
    delay_minutes: int
    template: str = ""
    delivered_at: datetime | None = None
    due_at: datetime | None = None
    told: tuple[str, ...] = ()
    changed_at: datetime | None = None
    left_seconds: int = 0
