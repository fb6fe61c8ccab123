"""The records of the copies that follow a message, for whoever shows what became of its recipients (stage 6)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.record import MessageRecord
from shared.core.message.identity import MessageRef


def records_of_copies(app: App, record: MessageRecord) -> tuple[MessageRecord, ...]:
    """Those of copies that joined it, once it is decided: before that there is nothing to tell of them.

    Raises ``TemporaryError``.
    """
    if record.state.is_undecided:
        return ()
    refs = (MessageRef(record.ref.tenant_id, copy.queue_id) for copy in record.copies if copy.joined)
    found = (app.messages.load(ref) for ref in refs)
    return tuple(stored.record for stored in found if stored is not None)
