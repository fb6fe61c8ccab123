"""Messages that do not move on, as the operator sees them: a list, a file, another try (stage 6; product.md N3).

No content: tenant, queue id, state, attempts, and the codes of last answers, not their texts, which often name people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared import log
from shared.app import App
from shared.core.access.principal import Principal
from shared.core.hold.record import Change, OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.core.settings.csv_text import write_rows
from shared.errors import Conflict
from shared.ports import Stored
from shared.ports_operator import StuckKind, StuckNote
from shared.ports_people import AuditCode
from shared.usecases.commit import commit, send_outbox
from shared.usecases.note_change import note_change, operator_of
from shared.usecases.note_stuck import standstill

MOST_AT_ONCE = 100
"""Messages that one request looks at or tries again."""
MOST_IN_FILE = 5000
COLUMNS = (
    "tenant_id",
    "queue_id",
    "kind",
    "state",
    "since",
    "attempts",
    "pending",
    "code",
    "status",
    "server",
    "next_try",
)


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """A message that does not move on since ``since``. ``state`` is ``None`` while it is not judged.

    ``pending`` recipients have not got it; ``code``, ``status`` and ``server`` are what a next hop said last.
    """

    ref: MessageRef
    kind: StuckKind
    state: State | None
    since: datetime
    attempts: int
    pending: int
    code: int
    status: str
    server: str
    next_try: datetime | None


def stuck_messages(
    app: App, after: MessageRef | None, limit: int
) -> tuple[tuple[StuckMessage, ...], MessageRef | None]:
    """The next of them, oldest first, and behind which one the rest begins (``None``: that was all).

    Notes that are not true any more are forgotten on the way, so a page may have few rows and a next one. Raises
    ``TemporaryError``.
    """
    notes = app.stuck.oldest(limit, after)
    found = [found for note in notes if (found := _still(app, note)) is not None]
    return tuple(found), notes[-1].ref if len(notes) == limit else None


def retry_stuck(app: App, who: Principal, refs: Sequence[MessageRef], peer: str = "") -> tuple[MessageRef, ...]:
    """Try messages again now; those that were stuck. Noted in the audit log of their tenants. Raises ``TemporaryError``."""
    tried = []
    for ref in dict.fromkeys(refs):
        kind = _retry(app, ref)
        if kind is not None:
            tried.append(ref)
            args = {"kind": str(kind), "queue_id": ref.queue_id}
            note_change(app, ref.tenant_id, AuditCode.WORK_RETRIED, operator_of(who, peer), **args)
    return tuple(tried)


def retry_all_stuck(
    app: App, who: Principal, after: MessageRef | None, peer: str = ""
) -> tuple[int, MessageRef | None]:
    """Try the next ``MOST_AT_ONCE`` again: how many were tried, and where the rest begins. Raises ``TemporaryError``."""
    notes = app.stuck.oldest(MOST_AT_ONCE, after)
    tried = retry_stuck(app, who, [note.ref for note in notes], peer)
    return len(tried), notes[-1].ref if len(notes) == MOST_AT_ONCE else None


def export_stuck(app: App) -> bytes:
    """The oldest of them as CSV, for support. Raises ``TemporaryError``."""
    rows: list[tuple[str, ...]] = [COLUMNS]
    after: MessageRef | None = None
    for _ in range(MOST_IN_FILE // MOST_AT_ONCE):
        found, after = stuck_messages(app, after, MOST_AT_ONCE)
        rows += [_cells(one) for one in found]
        if after is None:
            break
    return write_rows(rows)


def _retry(app: App, ref: MessageRef) -> StuckKind | None:
    now = app.clock.now()
    stored = app.messages.load(ref)
    if stored is None:
        if app.spool.describe(ref) is None:
            app.stuck.remove(ref)
            return None
        app.queue.send(
            ref, OutboxEntry(OutboxKind.GATHER, 0, now)
        )  # judged by the queue's worker, whatever it waited for
        return StuckKind.JUDGING
    note = standstill(stored.record, stored.outbox, now)
    if note is None:
        app.stuck.remove(ref)
        return None
    if note.kind is StuckKind.DELIVERY:
        return note.kind if _hasten(app, stored, now) else None
    send_outbox(app, ref, stored.outbox)
    return note.kind


def _hasten(app: App, stored: Stored, now: datetime) -> bool:
    """Make the next attempt due. ``False`` while a worker is at it."""
    record = stored.record
    if record.lease and record.lease_until is not None and record.lease_until > now:
        return False
    try:
        commit(app, stored, Change(replace(record, due_at=now, changed_at=now), ()))
    except Conflict:  # somebody is at it
        return False
    app.queue.send(record.ref, OutboxEntry(OutboxKind.DELIVER, record.event_count, now))
    return True


def _still(app: App, note: StuckNote) -> StuckMessage | None:
    stored = app.messages.load(note.ref)
    if stored is None:
        if app.spool.describe(note.ref) is not None:
            return StuckMessage(note.ref, StuckKind.JUDGING, None, note.since, 0, 0, 0, "", "", None)
    elif (found := standstill(stored.record, stored.outbox, app.clock.now())) is not None:
        record = stored.record
        answer = (found.code, found.status, found.server)
        attempts, pending = record.attempts, len(record.pending())
        return StuckMessage(note.ref, found.kind, record.state, found.since, attempts, pending, *answer, record.due_at)
    try:
        app.stuck.remove(note.ref)
    except Exception as error:  # the next reader looks again
        log.trouble("stuck", note.ref, error)
    return None


def _cells(one: StuckMessage) -> tuple[str, ...]:
    next_try = one.next_try.isoformat(timespec="seconds") if one.next_try is not None else ""
    numbers = (str(one.attempts), str(one.pending), str(one.code or ""))
    since = one.since.isoformat(timespec="seconds")
    state = one.state.value if one.state is not None else ""
    return (
        one.ref.tenant_id,
        one.ref.queue_id,
        one.kind.value,
        state,
        since,
        *numbers,
        one.status,
        one.server,
        next_try,
    )
