"""``PastMessage``: what is stored about a message that was judged, without its bytes and what became of it. Replay (S5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.core.message.summary import MessageSummary
from shared.core.policy.decision import Decision


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A relayed message as it was judged at ``judged_at`` (aware, UTC)."""

    ref: MessageRef
    envelope: Envelope
    reception: Reception
    summary: MessageSummary
    decision: Decision
    judged_at: datetime
