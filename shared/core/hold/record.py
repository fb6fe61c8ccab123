"""``MessageRecord``: the state of one message from its decision to its end, and the ``Change`` that moves it.

All values are frozen; ``shared/core/hold/state.py`` makes new ones. What is stored is exactly this: a record, the
events that led to it, and the outbox entries whose effects are still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.core.message.summary import MessageSummary
from shared.core.policy.decision import Decision


class State(StrEnum):
    """Where a message stands. ``delivered`` and below are ends."""

    HELD = "held"
    DELAYED = "delayed"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    PARTLY_DELIVERED = "partly-delivered"
    BOUNCED = "bounced"
    DISCARDED = "discarded"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to the message."""
        return self not in (State.HELD, State.DELAYED, State.DELIVERING)

    @property
    def awaits_decision(self) -> bool:
        """Whether somebody can still release or discard the message. A delayed one is released by time alone."""
        return self in (State.HELD, State.DELAYED)


class Role(StrEnum):
    """As what somebody acts."""

    SENDER = "sender"
    PROXY = "proxy"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Channel(StrEnum):
    """By which way a request came."""

    LINK = "link"
    PORTAL = "portal"
    TEAMS = "teams"
    TIMER = "timer"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as what, through which channel, and from where (``peer`` is a network address or empty)."""

    role: Role
    name: str
    channel: Channel
    peer: str = ""
    on_behalf_of: str = ""


SYSTEM = Actor(Role.SYSTEM, "matta", Channel.TIMER)


class Fate(StrEnum):
    """What became of one recipient so far."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """Delivery state of one envelope recipient.

    ``variant`` names the outgoing bytes that this recipient gets. ``reported_in`` is the number of the event whose DSN
    tells the sender of this recipient's failure, -1 while none does.
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


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of the outgoing message: ``head`` (Matta's trace fields) before the bytes of a stored blob.

    ``source`` is ``"spool"`` for what came in, ``"outgoing"`` for a mail that Matta wrote, or ``"variant"`` for what
    transforms made of a message; ``blob`` then tells which making it was. Made once and stored before the first attempt,
    so that every attempt sends the same bytes. ``password`` is the sealed password of its ZIP (``sealed.py``), named
    ``file_name``. ``size`` is the number of bytes of a made variant.
    """

    name: str
    source: str
    head: bytes
    blob: str = ""
    password: bytes = b""
    file_name: str = ""
    size: int = 0


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
    ``event_count`` numbers the next event.
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

    def pending(self) -> tuple[RecipientResult, ...]:
        """The recipients that delivery still owes."""
        return tuple(result for result in self.recipients if result.fate is Fate.PENDING)


class OutboxKind(StrEnum):
    """Which effect an outbox entry stands for; also which queue its message goes to."""

    DELIVER = "deliver"
    HOLD_NOTICE = "hold-notice"
    DSN = "dsn"


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
    DELIVERED = "delivered"
    PARTLY_DELIVERED = "partly-delivered"
    BOUNCED = "bounced"


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
