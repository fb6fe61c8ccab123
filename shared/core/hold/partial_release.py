"""Release to some recipients only, or without some attachments (product.md H10). Pure; ``state.release`` calls it. Stage 6.

A decision is never changed. What was taken out stands in the record: a dropped recipient by its fate, dropped attachments
by their part numbers. Outgoing forms follow from both (``forms.py``); a form that is already there was made from the whole
message, so it is forgotten with the first thing that is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from shared.core.hold.record import Fate, MessageRecord
from shared.core.message.domains import normal_address
from shared.core.policy.transform_calls import CopyToBoss, read_call
from shared.errors import PermanentError

ORIGINAL = "original"
"""Name of the outgoing form that no transform touches."""
REDUCED = "reduced"
"""Name of the form that its recipients get instead where something was dropped and nothing else changes it."""
_SHOWN = 20
_LONGEST_SHOWN = 1000


class CannotDrop(PermanentError):
    """A partial release asks for something that cannot be left out. ``why`` is a stable word that pages have a text for:
    ``nobody-left``, ``unknown-recipient``, ``required-recipient``, ``unknown-attachment``, ``protected``, ``unreadable``.
    """

    public = "The message cannot be released in this way."

    def __init__(self, why: str) -> None:
        super().__init__(f"partial release: {why}")
        self.why = why


def required_recipients(record: MessageRecord) -> frozenset[str]:
    """Normal addresses of recipients whom a policy wants to have the message: its sender cannot leave them out."""
    calls = (
        read_call(call) for part in record.decision.parts for call in part.transforms if call.name == CopyToBoss.NAME
    )
    return frozenset(
        normal_address(address)
        for call in calls
        if isinstance(call, CopyToBoss)
        for address in (*call.addresses, *call.envelope)
    )


def droppable_recipients(record: MessageRecord) -> tuple[str, ...]:
    """Envelope recipients that a release may leave out, as the record spells them."""
    required = required_recipients(record)
    own = {normal_address(address) for address in record.envelope.recipients}
    here = tuple(
        result.address
        for result in record.recipients
        if result.fate is Fate.PENDING and (key := normal_address(result.address)) in own and key not in required
    )
    return tuple(dict.fromkeys((*here, *(there for there in _elsewhere(record) if there not in here))))


def _elsewhere(record: MessageRecord) -> tuple[str, ...]:
    """The recipients of the other copies of the message that follow this one and were not left out."""
    gone = frozenset(map(normal_address, record.dropped_elsewhere))
    required = required_recipients(record)
    return tuple(
        facts.address
        for copy in record.copies
        if copy.joined
        for facts in copy.recipients
        if (key := normal_address(facts.address)) not in gone and key not in required
    )


def may_drop_attachments(record: MessageRecord) -> bool:
    """Whether attachments may be left out: not where that would break a seal, or where parts are not known for sure."""
    summary = record.summary
    return not summary.protections and not summary.unreadable


def drop(
    record: MessageRecord,
    recipients: Sequence[str],
    attachments: Sequence[str],
    now: datetime,
    *,
    elsewhere: Sequence[str] = (),
) -> tuple[MessageRecord, tuple[tuple[str, str], ...]]:
    """The record without them, and what the history says of it. Raises ``CannotDrop``; nothing is half done then.

    ``recipients`` may be those of copies that follow this message, too. ``elsewhere`` are recipients of a copy that this
    one follows: the forms that go out do not name them. Of all copies together somebody must be left.
    """
    if not recipients and not attachments and not elsewhere:
        return record, ()
    gone = _recipients_to_go(record, recipients)
    parts = _parts_to_go(record, attachments)
    results = tuple(
        replace(
            result,
            variant=REDUCED if result.variant == ORIGINAL else result.variant,
            fate=Fate.DROPPED if normal_address(result.address) in gone else result.fate,
            at=now if normal_address(result.address) in gone else result.at,
        )
        for result in record.recipients
    )
    envelope = {normal_address(address) for address in record.envelope.recipients}
    there = tuple(address for address in _elsewhere(record) if normal_address(address) in gone)
    is_left = any(result.fate is Fate.PENDING and normal_address(result.address) in envelope for result in results)
    if not is_left and len(there) == len(_elsewhere(record)):
        raise CannotDrop("nobody-left")
    args: list[tuple[str, str]] = []
    if gone:
        here = (result.address for result in results if result.fate is Fate.DROPPED)
        args.append(("recipients", _shown(dict.fromkeys((*here, *there)))))
    if parts:
        names = (item.name for item in record.summary.attachments if item.part in parts)
        args.append(("attachments", _shown(names)))
    changed = replace(
        record,
        recipients=results,
        dropped_attachments=(
            *record.dropped_attachments,
            *(part for part in parts if part not in record.dropped_attachments),
        ),
        dropped_elsewhere=tuple(dict.fromkeys((*record.dropped_elsewhere, *there, *elsewhere))),
        variants=(),
    )
    return changed, tuple(args)


def _recipients_to_go(record: MessageRecord, recipients: Sequence[str]) -> frozenset[str]:
    wanted = frozenset(map(normal_address, recipients))
    required = required_recipients(record)
    if wanted & required:
        raise CannotDrop("required-recipient")
    if wanted - frozenset(map(normal_address, droppable_recipients(record))):
        raise CannotDrop("unknown-recipient")
    return wanted


def _parts_to_go(record: MessageRecord, attachments: Sequence[str]) -> tuple[str, ...]:
    if not attachments:
        return ()
    if record.summary.unreadable:
        raise CannotDrop("unreadable")
    if record.summary.protections:
        raise CannotDrop("protected")
    known = {item.part for item in record.summary.attachments}
    if not set(attachments) <= known:
        raise CannotDrop("unknown-attachment")
    return tuple(dict.fromkeys(attachments))


def _shown(names: Iterable[str]) -> str:
    """A list for the history, which stays short whatever was dropped."""
    listed = list(names)
    text = ", ".join(listed[:_SHOWN])[:_LONGEST_SHOWN]
    return f"{text} … (+{len(listed) - _SHOWN})" if len(listed) > _SHOWN else text
