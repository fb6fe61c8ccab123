"""Carry out a queue item about telling somebody, or about what they were told (stage 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared import log
from shared.app import App
from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import read_work_item
from shared.core.message.identity import MessageRef
from shared.usecases.follow_leader import carry_over
from shared.usecases.refresh_cards import refresh_cards
from shared.usecases.send_password_notice import send_password_notice
from shared.usecases.tell_people import StillOwed
from shared.usecases.write_answer_notice import write_answer_notice
from shared.usecases.write_approval_notice import write_approval_notice
from shared.usecases.write_dsn import write_dsn
from shared.usecases.write_notice import write_notice
from shared.usecases.write_receipt import write_receipt

Writer = Callable[[App, MessageRef, OutboxEntry], bool]
"""Does what an entry stands for, or finds that it is done or not true any more; raises ``StillOwed`` for later."""

WRITERS: Mapping[OutboxKind, Writer] = {
    OutboxKind.HOLD_NOTICE: write_notice,
    OutboxKind.DSN: write_dsn,
    OutboxKind.DELAY_DSN: write_dsn,
    OutboxKind.RELAYED_DSN: write_dsn,
    OutboxKind.REFUSAL_NOTICE: write_dsn,
    OutboxKind.CARDS: refresh_cards,
    OutboxKind.APPROVAL_NOTICE: write_approval_notice,
    OutboxKind.ANSWER_NOTICE: write_answer_notice,
    OutboxKind.PASSWORD_NOTICE: send_password_notice,
    OutboxKind.RECEIPT: write_receipt,
    OutboxKind.COPIES: carry_over,
}
_ON_CARDS = frozenset(
    [OutboxKind.HOLD_NOTICE, OutboxKind.APPROVAL_NOTICE, OutboxKind.ANSWER_NOTICE, OutboxKind.RECEIPT]
)
"""What may be told on cards. One that was posted while its message moved on is brought up to date at once."""


def notify_item(app: App, body: bytes) -> None:
    """Write what the item stands for, and only then forget that it is owed: an item that fails every try comes again.

    So does one that Teams keeps waiting: it ends here without a failure, for trying five times in a row helps nobody, and
    the schedule brings the entry back. A kind that this version does not know stays owed for one that does.

    Raises ``PermanentError`` for an item that is none of ours, and what the writers raise.
    """
    item = read_work_item(body)
    entry = item.entry
    write = WRITERS.get(entry.kind)
    if write is None:
        log.stage("notify", item.ref, "unknown-kind", kind=entry.kind)
        return
    done = _settled(app, item.ref, entry, write)
    if entry.kind in _ON_CARDS:
        done &= _settled(app, item.ref, entry, refresh_cards)
    if done:
        app.messages.outbox_sent(item.ref, (entry,))


def _settled(app: App, ref: MessageRef, entry: OutboxEntry, write: Writer) -> bool:
    """Whether nothing of it is left for later."""
    try:
        write(app, ref, entry)
    except StillOwed as error:
        log.stage("notify", ref, "later", kind=entry.kind, why=str(error))
        return False
    return True
