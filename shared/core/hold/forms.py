"""Which outgoing form each recipient of a message gets, and which transforms make it (stage 4b).

It follows from the decision and from what a partial release took out: no recipient ever gets a form with something in it
that was dropped, and no words that name it.
"""

from __future__ import annotations

from dataclasses import replace

from shared.core.hold.begin import variant_name
from shared.core.hold.partial_release import REDUCED
from shared.core.hold.record import Fate, MessageRecord
from shared.core.message.domains import normal_address
from shared.core.policy.decision import TransformCall
from shared.core.policy.transform_calls import DropAttachments, DropRecipients, stored_calls


def recipients_of(record: MessageRecord, variant: str) -> tuple[str, ...]:
    """Who gets the form of that name; nobody who was dropped."""
    return tuple(
        result.address for result in record.recipients if result.variant == variant and result.fate is not Fate.DROPPED
    )


def transforms_of(record: MessageRecord, variant: str) -> tuple[TransformCall, ...]:
    """The transforms that make the form of that name, in their order. Raises ``LookupError`` for a name that is none."""
    dropping = dropping_calls(record)
    if variant == REDUCED and dropping:
        return dropping
    for index, part in enumerate(record.decision.parts):
        if variant_name(record.decision, index) == variant:
            return (*dropping, *part.transforms)
    raise LookupError(f"the decision has no part for {variant}")


def dropping_calls(record: MessageRecord) -> tuple[TransformCall, ...]:
    """The calls that take out what a partial release dropped; they come before all others."""
    calls: list[DropRecipients | DropAttachments] = []
    here = (result.address for result in record.recipients if result.fate is Fate.DROPPED)
    gone = tuple(dict.fromkeys((*here, *record.dropped_elsewhere)))
    if gone:
        calls.append(DropRecipients(gone))
    if record.dropped_attachments:
        calls.append(DropAttachments(record.dropped_attachments))
    return stored_calls(calls)


def as_sent(record: MessageRecord) -> MessageRecord:
    """The record without recipients and attachments that a partial release took out, as far as words need it: what a
    recipient reads names and counts nothing that was dropped. Not for storing.
    """
    gone = {normal_address(result.address) for result in record.recipients if result.fate is Fate.DROPPED}
    parts = frozenset(record.dropped_attachments)
    if not gone and not parts:
        return record
    summary, envelope = record.summary, record.envelope
    files = tuple(item for item in summary.attachments if item.part in parts)
    summary = replace(
        summary,
        recipients=tuple(facts for facts in summary.recipients if normal_address(facts.address) not in gone),
        attachments=tuple(item for item in summary.attachments if item.part not in parts),
        attachments_total=summary.attachments_total - len(files),
        attachments_size=summary.attachments_size - sum(item.size for item in files),
    )
    left = tuple(address for address in envelope.recipients if normal_address(address) not in gone)
    return replace(record, summary=summary, envelope=envelope.for_recipients(left))
