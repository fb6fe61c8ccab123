"""``MessageRow``: one message as lists show it, made from its record alone, so that it can be rebuilt (stage 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.core.hold.actor import Actor
from shared.core.hold.password_notice import NoticeState
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef


class Shelf(StrEnum):
    """Where rows are filed; a list reads one shelf of one owner, the newest message first."""

    SENT = "sent"
    """What a person has sent; the owner is the sender."""
    TO_APPROVE = "to-approve"
    """What an approver was asked about; the owner is the approver's seat."""
    HELD = "held"
    """What awaits a decision or an approval: one shelf of each sender, and one of the whole tenant, without owner. A row
    leaves when it is decided.
    """
    DAY = "day"
    """All of a tenant's messages of one day (UTC); the owner is ``YYYYMMDD``."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """What a list shows of a message. Strangers' texts in it were made safe and short.

    ``decided_by`` with ``verb`` and ``decided_at`` tell the outcome. ``seats`` are the approvers asked, ``approval`` is
    ``open``, ``approved``, ``denied`` or empty (none asked for, withdrawn, or nobody answered in time). ``requester`` is
    who released the message for approval. ``password`` is the state of its password notice. ``leader`` is the queue
    id of the copy of the same message that this one follows, empty for every other message. ``body_deleted``: retention
    has taken its content.
    """

    ref: MessageRef
    sender: str
    from_address: str
    subject: str
    sent_at: datetime
    received_at: datetime
    size: int
    recipients: int
    external: int
    first_recipients: tuple[str, ...]
    attachments: int
    state: State
    reason_codes: tuple[str, ...]
    rule_names: tuple[str, ...]
    event_count: int
    changed_at: datetime
    due_at: datetime | None = None
    verb: str = ""
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    seats: tuple[str, ...] = ()
    approval: str = ""
    requester: str = ""
    password: NoticeState | None = None
    leader: str = ""
    body_deleted: bool = False
