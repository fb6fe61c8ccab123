"""``AlreadyDecided``: somebody was first. Raised by every function that decides a message (stage 6)."""

from __future__ import annotations

from shared.core.hold.record import MessageRecord
from shared.errors import PermanentError


class AlreadyDecided(PermanentError):
    """The message was decided before; ``record`` tells by whom and how."""

    public = "This message was already decided."

    def __init__(self, record: MessageRecord) -> None:
        super().__init__(f"already {record.state}")
        self.record = record
