"""Carry out an item of the queue ``deliver``: send a message, or judge one that has waited for its copies (stages 3 and 4b)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.record import OutboxKind
from shared.core.hold.work_item import read_work_item
from shared.usecases.deliver_message import deliver_message
from shared.usecases.evaluate_message import evaluate_message


def work_off(app: App, body: bytes) -> bool:
    """Whether there was something to do. Raises ``PermanentError`` for an item that is none of ours, and what
    ``deliver_message`` and ``evaluate_message`` raise.
    """
    item = read_work_item(body)
    if item.entry.kind is OutboxKind.GATHER:
        return evaluate_message(app, item.ref)
    return deliver_message(app, item.ref)
