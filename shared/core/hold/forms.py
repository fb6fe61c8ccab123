"""Which outgoing form each recipient of a message gets, and which transforms make it (stage 4b).

It follows from the decision and from what a partial release took out: no recipient ever gets a form with something in it
that was dropped.
"""

from __future__ import annotations

from shared.core.hold.begin import variant_name
from shared.core.hold.partial_release import REDUCED
from shared.core.hold.record import Fate, MessageRecord
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
    gone = tuple(result.address for result in record.recipients if result.fate is Fate.DROPPED)
    if gone:
        calls.append(DropRecipients(gone))
    if record.dropped_attachments:
        calls.append(DropAttachments(record.dropped_attachments))
    return stored_calls(calls)
