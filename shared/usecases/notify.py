"""Carry out a queue item about telling somebody: a hold notice or a DSN (stage 5)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.record import OutboxKind
from shared.core.hold.work_item import read_work_item
from shared.usecases.write_dsn import write_dsn
from shared.usecases.write_notice import write_notice

_WRITERS = {OutboxKind.HOLD_NOTICE: write_notice, OutboxKind.DSN: write_dsn}


def notify_item(app: App, body: bytes) -> None:
    """Write what the item stands for, and only then forget that it is owed: an item that fails every try comes again.

    Raises ``PermanentError`` for an item that is none of ours, and what the writers raise.
    """
    item = read_work_item(body)
    _WRITERS[item.entry.kind](app, item.ref, item.entry)
    app.messages.outbox_sent(item.ref, (item.entry,))
