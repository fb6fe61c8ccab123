"""``Standing``: what retention must know of one message. Made from its record; after the last stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.core.hold.record import MessageRecord
from shared.core.message.domains import normal_address, untagged_address


@dataclass(frozen=True, slots=True)
class Standing:
    """``ended_at`` is ``None`` while anything is still to come. ``addresses`` are all that the message names, in normal
    form; ``times`` the moments that count as its own: when it was received, and what its Date field says.
    """

    ended_at: datetime | None
    addresses: frozenset[str]
    times: tuple[datetime, ...]


def standing_of(record: MessageRecord, owed: bool = False) -> Standing:
    """How a message stands; ``owed``: somebody is still to be told of something."""
    times = [record.reception.received_at]
    if record.summary.date is not None and record.summary.date.tzinfo is not None:
        times.append(record.summary.date)
    return Standing(None if owed else ended_at(record), frozenset(_addresses(record)), tuple(times))


def ended_at(record: MessageRecord) -> datetime | None:
    """When the message came to its end; ``None`` while it has none, or a password notice or a report goes out by itself.

    Of records that were stored before their end was written down, their last change.
    """
    if not record.state.is_final or record.next_due is not None:
        return None
    return record.ended_at or record.changed_at


def _addresses(record: MessageRecord) -> Iterator[str]:
    named = [record.envelope.reverse_path, *record.envelope.recipients]
    named += [mailbox.address for mailbox in record.summary.header_from]
    named += [facts.address for facts in record.summary.recipients]
    named += [facts.address for copy in record.copies for facts in copy.recipients]
    for address in named:
        if address:
            yield normal_address(address)
            yield normal_address(untagged_address(address))
