"""``MessageSummary``: the bounded extract of the facts that is stored with a message and shown to people.

Whatever a message holds, its summary stays small enough for a Table row; totals tell what was left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.message.domains import normal_address
from shared.core.message.facts import AttachmentFacts, Mailbox, MailKind, MessageFacts, Protection, RecipientFacts

LONGEST_TEXT = 1000
LONGEST_PERSON = 120
"""Characters of a recipient's display name: there may be a thousand of them in one row."""
LONGEST_FILE = 250
"""Characters of an attachment's name, and of its type."""
MOST_ATTACHMENTS = 200
MOST_OTHERS = 50
"""Addresses that To and Cc name and the envelope does not."""
LONGEST_ADDRESS = 320


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """What a page or a notice shows of a message. ``*_total`` count also what the bounds left out.

    ``recipients`` are the envelope's, all of them. ``attachments_size`` is in decoded bytes. ``others`` are the addresses
    that To and Cc name and the envelope does not (they get the message by another transaction of the same sending);
    ``None`` where they are not known, since there were too many or the summary is older than this field.
    """

    header_from: tuple[Mailbox, ...] = ()
    subject: str | None = None
    date: datetime | None = None
    message_id: str = ""
    recipients: tuple[RecipientFacts, ...] = ()
    attachments: tuple[AttachmentFacts, ...] = ()
    attachments_total: int = 0
    attachments_size: int = 0
    kind: MailKind = MailKind.ORDINARY
    protections: tuple[Protection, ...] = ()
    size: int = 0
    unreadable: str = ""
    others: tuple[str, ...] | None = None


def summarise(facts: MessageFacts) -> MessageSummary:
    """The summary of a message's facts."""
    return MessageSummary(
        header_from=tuple(_mailbox(mailbox) for mailbox in facts.header_from[:10]),
        subject=None if facts.subject is None else facts.subject[:LONGEST_TEXT],
        date=facts.date,
        message_id=facts.message_id[:LONGEST_TEXT],
        recipients=tuple(_recipient(recipient) for recipient in facts.recipients),
        attachments=tuple(_attachment(attachment) for attachment in facts.attachments[:MOST_ATTACHMENTS]),
        attachments_total=len(facts.attachments),
        attachments_size=sum(attachment.size for attachment in facts.attachments),
        kind=facts.kind,
        protections=tuple(sorted(facts.protections)),
        size=facts.size,
        unreadable=facts.unreadable,
        others=_others(facts),
    )


def _others(facts: MessageFacts) -> tuple[str, ...] | None:
    recipients = {normal_address(recipient.address) for recipient in facts.recipients}
    named = {normal_address(mailbox.address): mailbox.address for mailbox in (*facts.header_to, *facts.header_cc)}
    found = tuple(address for normal, address in named.items() if normal not in recipients)
    if len(found) > MOST_OTHERS or any(len(address) > LONGEST_ADDRESS for address in found):
        return None
    return found


def _mailbox(mailbox: Mailbox) -> Mailbox:
    return Mailbox(mailbox.address[:LONGEST_TEXT], mailbox.display_name[:LONGEST_TEXT])


def _recipient(recipient: RecipientFacts) -> RecipientFacts:
    if len(recipient.display_name) <= LONGEST_PERSON:
        return recipient
    return replace(recipient, display_name=recipient.display_name[:LONGEST_PERSON])


def _attachment(attachment: AttachmentFacts) -> AttachmentFacts:
    return AttachmentFacts(
        attachment.name[:LONGEST_FILE],
        attachment.size,
        attachment.content_type[:LONGEST_FILE],
        attachment.part,
        attachment.inline,
    )
