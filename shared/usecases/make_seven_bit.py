"""Make the 7-bit form of an outgoing form, for a next hop without 8BITMIME (stage 4b), and store it once.

It is a form like any other: made and stored before the first byte of it is sent, and found in the record by the attempts
that follow.
"""

from __future__ import annotations

from shared.app import App
from shared.core.hold.record import MessageRecord, Variant
from shared.core.message.parse import parse
from shared.core.transform.seven_bit import seven_bit
from shared.core.transform.splice import apply
from shared.ports import Content
from shared.usecases.workspace import Workspace

SUFFIX = "-7bit"


def seven_bit_of(record: MessageRecord, variant: Variant) -> Variant | None:
    """The 7-bit form that was made of that form before."""
    return next((one for one in record.variants if one.name == variant.name + SUFFIX), None)


def make_seven_bit(app: App, record: MessageRecord, variant: Variant, body: Content) -> Variant:
    """Make and store it, unsigned. ``body`` are the bytes below the head of ``variant``.

    Raises ``PermanentError`` where the message cannot be in 7 bits, ``TemporaryError`` for storage.
    """
    blob = app.random.token(16).hex()
    with Workspace() as workspace:
        data = workspace.put(body.chunks())
        size = app.spool.write_variant(record.ref, blob, apply(data, seven_bit(parse(data)).splices))
    # The password of its ZIP belongs to the form that it was made from, and is told once.
    return Variant(variant.name + SUFFIX, "variant", variant.head, blob, size=size)
