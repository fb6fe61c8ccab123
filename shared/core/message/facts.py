"""``MessageFacts``: everything about a message that a policy may ask, and nothing else. Stage between parse and decide.

Facts are plain frozen values. Conditions are pure functions of them; nobody passes a parsed tree to a policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.core.message.envelope import Envelope


class RecipientField(StrEnum):
    """Where the sender put a recipient. An envelope recipient that no header names is a Bcc."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


class MailKind(StrEnum):
    """What sort of mail this is, as far as its structure proves it."""

    ORDINARY = "ordinary"
    CALENDAR = "calendar"
    CALENDAR_REPLY = "calendar-reply"
    AUTOMATIC_REPLY = "automatic-reply"
    AUTOMATIC_FORWARD = "automatic-forward"
    READ_RECEIPT = "read-receipt"
    DSN = "dsn"
    OWN = "own"


class Protection(StrEnum):
    """A seal or wrapping that a change of the message would break."""

    SMIME_SIGNED = "smime-signed"
    SMIME_ENCRYPTED = "smime-encrypted"
    PGP_SIGNED = "pgp-signed"
    PGP_ENCRYPTED = "pgp-encrypted"
    TNEF = "tnef"
    RIGHTS_MANAGED = "rights-managed"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with its display name, decoded for people. ``address`` keeps the case it was written in."""

    address: str
    display_name: str = ""

    @property
    def domain(self) -> str:
        """The part after the last ``@``, lower case, ``""`` where there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """One envelope recipient.

    ``members`` is how many people a distribution list stands for, as the directory says; 1 for a person or an unknown
    address.
    """

    address: str
    domain: str
    field: RecipientField
    external: bool
    display_name: str = ""
    members: int = 1


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """One attachment. ``size`` is in decoded bytes; ``part`` is its place in the tree, such as ``"2.1"`` (IMAP style)."""

    name: str
    size: int
    content_type: str
    part: str
    inline: bool = False

    @property
    def extension(self) -> str:
        """Lower-case ending without the dot, ``""`` where there is none."""
        stem, dot, ending = self.name.rpartition(".")
        return ending.lower() if dot and stem else ""


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What is known about one message.

    ``unreadable`` is ``""`` for a message that could be read, else a stable word for what was in the way (for example
    ``too-deep``); then header facts hold what could still be found. ``subject`` is ``None`` where there is no Subject
    field and ``""`` where it is empty: unset is not empty. ``headers`` are (name, decoded value) in the order of the
    message, bounded in number and length. ``loop`` is ``""`` or the stable word for why this is a loop.
    """

    envelope: Envelope
    recipients: tuple[RecipientFacts, ...]
    size: int
    unreadable: str = ""
    header_from: tuple[Mailbox, ...] = ()
    header_to: tuple[Mailbox, ...] = ()
    header_cc: tuple[Mailbox, ...] = ()
    subject: str | None = None
    date: datetime | None = None
    message_id: str = ""
    attachments: tuple[AttachmentFacts, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    kind: MailKind = MailKind.ORDINARY
    protections: frozenset[Protection] = field(default_factory=frozenset)
    received_count: int = 0
    loop: str = ""

    def of_field(self, wanted: RecipientField) -> tuple[RecipientFacts, ...]:
        """The envelope recipients that stand in one header field."""
        return tuple(recipient for recipient in self.recipients if recipient.field is wanted)

    @property
    def external(self) -> tuple[RecipientFacts, ...]:
        """The recipients outside the tenant's domains."""
        return tuple(recipient for recipient in self.recipients if recipient.external)
