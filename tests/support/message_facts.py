"""Facts of a message in one line, for tests of decisions: domains ``acme.example`` and ``acme-sales.example`` are internal."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.message.envelope import Envelope
from shared.core.message.facts import (
    AttachmentFacts,
    Mailbox,
    MailKind,
    MessageFacts,
    RecipientFacts,
    RecipientField,
)

INTERNAL = frozenset({"acme.example", "acme-sales.example"})
SENDER = "sato@acme.example"


def recipient(address: str, field: RecipientField = RecipientField.TO, members: int = 1) -> RecipientFacts:
    """One recipient; internal when its domain is one of ``INTERNAL``."""
    domain = address.rpartition("@")[2].lower()
    return RecipientFacts(address, domain, field, domain not in INTERNAL, members=members)


def attachment(
    name: str = "見積書.xlsx", *, part: str = "2", size: int = 10, content_type: str = "", inline: bool = False
) -> AttachmentFacts:
    """One attachment, by default an Excel file."""
    return AttachmentFacts(name, size, content_type or "application/octet-stream", part, inline)


def message_facts(
    to: Sequence[str] = (),
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    *,
    lists: Sequence[RecipientFacts] = (),
    sender: str = SENDER,
    header_from: Sequence[str] = (SENDER,),
    subject: str | None = "ご連絡",
    attachments: Sequence[AttachmentFacts] = (),
    kind: MailKind = MailKind.ORDINARY,
    unreadable: str = "",
    loop: str = "",
) -> MessageFacts:
    """A message from ``SENDER`` with a subject and no attachment, unless told otherwise."""
    recipients = (
        *(recipient(address, RecipientField.TO) for address in to),
        *(recipient(address, RecipientField.CC) for address in cc),
        *(recipient(address, RecipientField.BCC) for address in bcc),
        *lists,
    )
    return MessageFacts(
        envelope=Envelope(sender, tuple(item.address for item in recipients)),
        recipients=recipients,
        size=1000,
        unreadable=unreadable,
        header_from=tuple(Mailbox(address) for address in header_from),
        header_to=tuple(Mailbox(address) for address in to),
        header_cc=tuple(Mailbox(address) for address in cc),
        subject=subject,
        attachments=tuple(attachments),
        kind=kind,
        loop=loop,
    )
