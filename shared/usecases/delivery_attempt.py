"""One worker's claim on one message that is being delivered (stage 4b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.app import App
from shared.core.hold import state
from shared.core.hold.record import Change, MessageRecord, State
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import Conflict
from shared.ports import Content, Stored
from shared.ports_next_hop import RecipientReply
from shared.usecases.commit import commit


@dataclass(slots=True)
class Attempt:
    """One worker's claim on one message."""

    app: App
    stored: Stored
    settings: TenantSettings
    token: str
    length: timedelta
    body: Content | None = None
    """The bytes below the head where they are at hand; else they are read from storage."""
    unwritten: tuple[RecipientReply, ...] = ()
    """Answers of next hops that storage has not taken yet. Forgetting one would send the message twice."""

    @property
    def record(self) -> MessageRecord:
        """The message as this worker knows it."""
        return self.stored.record

    @property
    def is_ours(self) -> bool:
        """Whether the claim is still this worker's."""
        return self.record.lease == self.token and self.record.state is State.DELIVERING


def keep_claim(attempt: Attempt) -> bool:
    """Count the claim anew: a server that says nothing may take nearly as long as a claim lasts.

    ``False`` where it is somebody else's by now, who sends the message, too. Raises ``TemporaryError``.
    """
    app, record = attempt.app, attempt.record
    try:
        kept = state.prolong(record, app.clock.now(), attempt.length)
        attempt.stored = commit(app, attempt.stored, Change(kept, ()))
    except Conflict:
        attempt.stored = app.messages.load(record.ref) or attempt.stored
        return False
    return attempt.is_ours


def fraction(app: App) -> float:
    """A random number in [0, 1)."""
    return int.from_bytes(app.random.token(4), "big") / 2**32
