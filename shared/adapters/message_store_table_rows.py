"""How one message is laid out in a Table partition: records, events and outbox entries as rows, and back.

| row | written | holds |
| --- | --- | --- |
| ``a:state`` | by every change, under its ETag | searchable columns and what changes in the record |
| ``a:fixed`` | once | envelope, reception, summary, decision; when that was |
| ``a:delivery`` | when it changed | outgoing variants and the recipients' results |
| ``b:{number}:{kind}`` | once, removed when sent | an outbox entry |
| ``e:{number}`` | once | an event |

Row keys sort so that ``lt 'c'`` finds a state with its outbox, however long the history has grown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.adapters.storage_documents import pack, unpack
from shared.core.hold.record import Event, MessageRecord, OutboxEntry
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.replay.past_message import PastMessage

STATE = "a:state"
FIXED = "a:fixed"
DELIVERY = "a:delivery"
OUTBOX_PREFIX = "b:"
EVENT_PREFIX = "e:"
CREATED_AT = "created_at"
"""Column of ``a:fixed``: whoever reads no other row needs it too."""
FIXED_FIELDS = ("envelope", "reception", "summary", "decision")
DELIVERY_FIELDS = ("variants", "recipients")
OWN = "own"
"""``attributed_by`` of the reception of a mail that Matta wrote."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATE_FIELDS = tuple(
    field.name for field in fields(MessageRecord) if field.name not in (*FIXED_FIELDS, *DELIVERY_FIELDS)
)

# These types are prepared at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_PREPARED = tuple(msgspec.json.Decoder(kind) for kind in (MessageRecord, Event, OutboxEntry, PastMessage))


def partition_key(ref: MessageRef) -> str:
    """``{tenant}:{queue_id}``; both are safe as keys by their own definition."""
    return f"{ref.tenant_id}:{ref.queue_id}"


def state_row(record: MessageRecord, commits: str, delivery: str) -> dict[str, Any]:
    """The guarding row. ``delivery`` is the id of the commit that wrote the ``a:delivery`` row that belongs to it."""
    row = _row(record.ref, STATE, _picked(record, _STATE_FIELDS))
    row |= {
        "state": record.state.value,
        "tenant": record.ref.tenant_id,
        "changed_at": record.changed_at,
        "commits": commits,
        "delivery": delivery,
    }
    if record.due_at is not None:
        row["due_at"] = record.due_at
    return row


def fixed_row(record: MessageRecord) -> dict[str, Any]:
    """What never changes."""
    return {**_row(record.ref, FIXED, _picked(record, FIXED_FIELDS)), CREATED_AT: record.created_at}


def delivery_row(record: MessageRecord, commit: str) -> dict[str, Any]:
    """What only delivery changes."""
    return {**_row(record.ref, DELIVERY, _picked(record, DELIVERY_FIELDS)), "commit": commit}


def event_row(ref: MessageRef, event: Event) -> dict[str, Any]:
    """One line of history."""
    return _row(ref, f"{EVENT_PREFIX}{event.number:08}", event)


def outbox_row(ref: MessageRef, entry: OutboxEntry) -> dict[str, Any]:
    """One effect that is owed."""
    return _row(ref, outbox_key(entry), entry)


def outbox_key(entry: OutboxEntry) -> str:
    """Row key of an outbox entry."""
    return f"{OUTBOX_PREFIX}{entry.number:08}:{entry.kind.value}"


def same(before: MessageRecord, after: MessageRecord, names: Iterable[str]) -> bool:
    """Whether these fields are equal in both records."""
    return all(getattr(before, name) == getattr(after, name) for name in names)


def fits_together(rows: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether rows read one after the other are of one state: a reader may come in between the pages of an answer."""
    if STATE not in rows:
        return False
    delivery = rows.get(DELIVERY)
    return FIXED in rows and delivery is not None and delivery["commit"] == rows[STATE]["delivery"]


def read_record(rows: Mapping[str, Mapping[str, Any]]) -> MessageRecord:
    """The record that the rows ``a:*`` hold."""
    document: dict[str, Any] = {}
    for key in (STATE, FIXED, DELIVERY):
        document |= unpack(rows[key])
    return msgspec.convert(document, MessageRecord)


def states_filter(first: MessageRef, last: MessageRef) -> str:
    """The query for the states of a tenant's messages from ``first`` to ``last``: one range of partition keys."""
    ends = f"PartitionKey ge '{partition_key(first)}' and PartitionKey le '{partition_key(last)}'"
    return f"{ends} and RowKey eq '{STATE}'"


def read_ref(row: Mapping[str, Any]) -> MessageRef:
    """The message that a row belongs to, by its partition key."""
    tenant_id, _, queue_id = str(row["PartitionKey"]).partition(":")
    return MessageRef(tenant_id, queue_id)


def past_filter(tenant_id: str, since: datetime, until: datetime) -> str:
    """The query for what was fixed about a tenant's messages of ``[since, until)``: one range of partition keys.

    Keys begin with tenant and time, so nothing of another tenant or time lies between the two ends.
    """
    first, end = (f"{tenant_id}:{new_queue_id(max(moment, _EPOCH), bytes(RANDOM_BYTES))}" for moment in (since, until))
    return f"PartitionKey ge '{first}' and PartitionKey lt '{end}' and RowKey eq '{FIXED}'"


def read_past(row: Mapping[str, Any]) -> PastMessage | None:
    """The message of a row ``a:fixed``; ``None`` for a mail of Matta's own."""
    document = unpack(row)
    if document["reception"]["attributed_by"] == OWN:
        return None
    ref = read_ref(row)
    document["ref"] = {"tenant_id": ref.tenant_id, "queue_id": ref.queue_id}
    # Rows older than the column were stored within seconds of being received.
    judged_at = row.get(CREATED_AT)
    document["judged_at"] = judged_at.isoformat() if judged_at else document["reception"]["received_at"]
    return msgspec.convert(document, PastMessage)


def read_event(row: Mapping[str, Any]) -> Event:
    """The event in a row ``e:*``."""
    return msgspec.convert(unpack(row), Event)


def read_outbox(row: Mapping[str, Any]) -> OutboxEntry:
    """The outbox entry in a row ``b:*``."""
    return msgspec.convert(unpack(row), OutboxEntry)


def _picked(record: MessageRecord, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _row(ref: MessageRef, key: str, document: object) -> dict[str, Any]:
    what = f"row {key[:10]} of message {ref.queue_id}"
    return {"PartitionKey": partition_key(ref), "RowKey": key, **pack(document, what)}
