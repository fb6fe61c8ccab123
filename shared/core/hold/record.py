"""``MessageRecord``: the state of one message from its decision to its end, and the ``Change`` that moves it.

All values are frozen; ``shared/core/hold/state.py`` makes new ones. What is stored is exactly this: a record, the
events that led to it, and the outbox entries whose effects are still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.core.hold.actor import SYSTEM as SYSTEM
from shared.core.hold.actor import Actor as Actor
from shared.core.hold.actor import Channel as Channel
from shared.core.hold.actor import Role as Role
from shared.core.hold.approval import ApprovalRequest
from shared.core.hold.gathered_copy import GatheredCopy
from shared.core.hold.password_notice import PasswordNotice
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.core.message.summary import MessageSummary
from shared.core.policy.decision import Decision


class State(StrEnum):
    """Where a message stands. ``delivered`` and below are ends."""

    HELD = "held"
    DELAYED = "delayed"
    AWAITING_APPROVAL = "awaiting-approval"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    PARTLY_DELIVERED = "partly-delivered"
    BOUNCED = "bounced"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    DENIED = "denied"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to the message."""
        return self not in (State.HELD, State.DELAYED, State.AWAITING_APPROVAL, State.DELIVERING)

    @property
    def is_undecided(self) -> bool:
        """Whether nobody has had the last word: it is held, delayed, or waits for an approval."""
        return self in (State.HELD, State.DELAYED, State.AWAITING_APPROVAL)

    @property
    def awaits_decision(self) -> bool:
        """Whether its sender can still release or discard the message. A delayed one is released by time alone."""
        return self in (State.HELD, State.DELAYED)


class Fate(StrEnum):
    """What became of one recipient so far."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """Taken out by whoever released the message to the others (product.md H10); never sent to."""


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """Delivery state of one envelope recipient.

    ``variant`` names the outgoing bytes that this recipient gets. ``reported_in`` is the number of the event whose DSN
    tells the sender of this recipient's failure, or that the message was handed to a server that reports nothing; -1
    while none does. ``delay_reported_in`` is the same for the one report of a delay. ``reports_on``: the server that
    took the message took along what was asked for about reports (RFC 3461), so it tells the sender of what comes.
    """

    address: str
    variant: str
    fate: Fate = Fate.PENDING
    attempts: int = 0
    code: int = 0
    status: str = ""
    text: str = ""
    server: str = ""
    at: datetime | None = None
    reported_in: int = -1
    delay_reported_in: int = -1
    reports_on: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of the outgoing message: ``head`` (Matta's trace fields) before the bytes of a stored blob.

    ``source`` is ``"spool"`` for what came in, ``"outgoing"`` for a mail that Matta wrote, or ``"variant"`` for what
    transforms made of a message; ``blob`` then tells which making it was. Made once and stored before the first attempt,
    so that every attempt sends the same bytes. ``password`` is the sealed password of its ZIP (``sealed.py``), named
    ``file_name``. ``size`` is the number of bytes of a made variant. ``signature`` are the DKIM and ARC fields that go before
    the head where the next hop does not sign; ``signed`` is whether that was seen to, also where there is none.
    """

    name: str
    source: str
    head: bytes
    blob: str = ""
    password: bytes = b""
    file_name: str = ""
    size: int = 0
    signature: bytes = b""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one decision about a hold: what was decided, by whom, when."""

    verb: str
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """Everything that is stored about one message, but for its bytes and history.

    ``own`` names the purpose of a mail that Matta itself wrote (``hold-notice-0``, ``dsn-1``) and is empty for relayed
    mail; ``about`` is then the message it is about. ``lease_until`` is the time up to which a worker owns the delivery
    (``lease`` is its random token). ``due_at`` is when the record next wants a look; ``None`` when it does not.
    ``delay_notice_at`` is when the sender is to be told that the message is still on its way; ``None`` when not.
    ``event_count`` numbers the next event. ``approval`` is there from the sender's release on where the decision asks
    for one. ``dropped_attachments`` are part numbers that a partial release took out. ``passwords`` has an entry for
    each variant with a generated or fixed ZIP password.

    Copies of one message that came by several transactions are one hold: the ``leader`` of the others has them in its
    ``copies``, and they follow its decision (``follow.py``). ``dropped_elsewhere`` are recipients of other copies that a
    partial release took out. ``after`` is an earlier copy of the message that was decided, or sent, on its own. ``group`` names all
    copies of the message (``core/gathering/copy_group.py``), where the decision changes it: they share its passwords.

    ``ended_at`` is when the message came to its end, ``body_deleted_at`` when retention took its content (``core/retention``).
    """

    ref: MessageRef
    envelope: Envelope
    reception: Reception
    summary: MessageSummary
    decision: Decision
    state: State
    created_at: datetime
    changed_at: datetime
    own: str = ""
    about: MessageRef | None = None
    outcome: Outcome | None = None
    reminders_sent: int = 0
    due_at: datetime | None = None
    lease: str = ""
    lease_until: datetime | None = None
    delivery_started_at: datetime | None = None
    attempts: int = 0
    variants: tuple[Variant, ...] = ()
    recipients: tuple[RecipientResult, ...] = ()
    event_count: int = 0
    approval: ApprovalRequest | None = None
    dropped_attachments: tuple[str, ...] = ()
    passwords: tuple[PasswordNotice, ...] = ()
    delay_notice_at: datetime | None = None
    leader: MessageRef | None = None
    copies: tuple[GatheredCopy, ...] = ()
    dropped_elsewhere: tuple[str, ...] = ()
    after: MessageRef | None = None
    group: str = ""
    ended_at: datetime | None = None
    body_deleted_at: datetime | None = None

    def pending(self) -> tuple[RecipientResult, ...]:
        """The recipients that delivery still owes."""
        return tuple(result for result in self.recipients if result.fate is Fate.PENDING)

    @property
    def next_due(self) -> datetime | None:
        """When the message next wants a look: for its own sake, for a password notice that goes out by itself, or to tell
        of a delay, which waits for the end of an attempt.
        """
        moments = [notice.due_at for notice in self.passwords if notice.due_at is not None]
        if self.due_at is not None:
            moments.append(self.due_at)
        if self.delay_notice_at is not None:
            moments.append(max(self.delay_notice_at, self.lease_until or self.delay_notice_at))
        return min(moments, default=None)


class OutboxKind(StrEnum):
    """Which effect an outbox entry stands for; also which queue its message goes to."""

    DELIVER = "deliver"
    HOLD_NOTICE = "hold-notice"
    DSN = "dsn"
    """The sender is to be told of recipients that failed."""
    DELAY_DSN = "delay-dsn"
    """The sender is to be told of recipients that are still waited for."""
    RELAYED_DSN = "relayed-dsn"
    """The sender asked for success, and a server has the message that will not report any."""
    REFUSAL_NOTICE = "refusal-notice"
    """A policy refused the message, and its client wants no DSN: the sender is told by a letter."""
    APPROVAL_NOTICE = "approval-notice"
    """Approvers are to be told of the request, reminder or escalation of that event."""
    ANSWER_NOTICE = "answer-notice"
    """The sender is to be told how the approval of that event ended."""
    RECEIPT = "receipt"
    """The sender is to be told of an encryption: its password, and the state of the password notice."""
    PASSWORD_NOTICE = "password-notice"  # noqa: S105  # a kind of work, no password
    """Recipients are to be told the password."""
    CARDS = "cards"
    """Every copy of the message's cards is to show how things stand."""
    COPIES = "copies"
    """The other copies of the message are to follow what was decided about this one."""
    GATHER = "gather"
    """The message has waited for other copies and is to be judged. Never in an outbox: it has no state yet."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An effect that a change of state owes. ``number`` is unique within the message, ``at`` the earliest moment."""

    kind: OutboxKind
    number: int
    at: datetime


class EventCode(StrEnum):
    """What can happen to a message; documented in docs/GLOSSARY.md."""

    HELD = "held"
    DELAYED = "delayed"
    PASSED = "passed"
    REJECTED = "rejected"
    REMINDED = "reminded"
    RELEASED = "released"
    DISCARDED = "discarded"
    EXPIRED = "expired"
    LEFT = "left"
    DEFERRED = "deferred"
    DELAY_REPORTED = "delay-reported"
    DELIVERED = "delivered"
    PARTLY_DELIVERED = "partly-delivered"
    BOUNCED = "bounced"
    APPROVAL_REQUESTED = "approval-requested"
    APPROVAL_REMINDED = "approval-reminded"
    ESCALATED = "escalated"
    VOTED = "voted"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    APPROVAL_LAPSED = "approval-lapsed"
    PASSWORD_WAITING = "password-waiting"  # noqa: S105  # a code, no password
    PASSWORD_SENT = "password-sent"  # noqa: S105
    PASSWORD_PAUSED = "password-paused"  # noqa: S105
    PASSWORD_RESUMED = "password-resumed"  # noqa: S105
    PASSWORD_DELETED = "password-deleted"  # noqa: S105
    PASSWORD_KEPT = "password-kept"  # noqa: S105
    PASSWORD_FAILED = "password-failed"  # noqa: S105
    COPY_JOINED = "copy-joined"
    STANDS_ALONE = "stands-alone"
    BODY_DELETED = "body-deleted"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a message's history: what happened, to which state it led, who did it, and when.

    ``args`` fill the code's text.
    """

    number: int
    code: EventCode
    state: State
    actor: Actor
    at: datetime
    args: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The next record together with what must be stored in the same transaction."""

    record: MessageRecord
    events: tuple[Event, ...]
    outbox: tuple[OutboxEntry, ...] = ()
