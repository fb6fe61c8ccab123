"""Bring a copy to where its leader stands: join it, follow its decision, or become a hold of its own (stages 3 and 6).

The effect of ``copies`` outbox entries, and of every look at a copy that waits. Runs twice, and at the same time,
harmlessly: each step is one conditional write, and whoever loses looks again.
"""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.hold.follow import (
    FIRST_LOOK,
    PATIENCE,
    SAFETY_LOOK,
    Standing,
    follow,
    is_joined,
    join,
    look_later,
    stand_alone,
    standing_with,
)
from shared.core.hold.record import Change, MessageRecord, OutboxEntry
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, PermanentError
from shared.ports import Stored
from shared.usecases.commit import commit
from shared.usecases.effective_settings import settings_for
from shared.usecases.plans import hold_plan

TRIES = 10
"""How often a lost race is run again. All copies of a message join one record at about the same time."""


def carry_over(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Let every copy that joined a message follow what was decided about it. ``False`` where nothing is decided.

    Raises, when all were tried, what went wrong with one: the entry then stays owed.
    """
    stored = app.messages.load(ref)
    if stored is None or stored.record.state.is_undecided:
        return False
    errors: list[Exception] = []
    for copy in stored.record.copies:
        if copy.joined:
            try:
                follow_leader(app, MessageRef(ref.tenant_id, copy.queue_id))
            except Exception as error:  # one copy must not stop the others
                log.trouble("copies", ref, error)
                errors.append(error)
    if errors:
        raise errors[0]
    return True


def follow_leader(app: App, ref: MessageRef) -> None:
    """Look at one copy and its leader, and do what is to be done. Raises ``Conflict`` after ``TRIES`` lost races, and
    ``TemporaryError``.
    """
    for attempt in range(TRIES):
        stored = app.messages.load(ref)
        if stored is None or stored.record.leader is None or not stored.record.state.is_undecided:
            return
        found = app.messages.load(stored.record.leader)
        try:
            _step(app, stored, found)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            return


def _step(app: App, stored: Stored, found: Stored | None) -> None:
    """One conditional write on the copy or on its leader."""
    copy, now = stored.record, app.clock.now()
    leader = found.record if found is not None else None
    if found is None or leader is None:
        if now - copy.created_at >= PATIENCE:
            _write(app, stored, _alone(app, copy), "alone")
        else:
            _wait(app, stored, first=True)
    elif (
        not is_joined(leader, copy) and standing_with(leader, copy.decision, copy.summary.recipients) is Standing.ALONE
    ):
        _write(app, stored, _alone(app, copy), "alone")
    elif not leader.state.is_undecided:
        _write(app, stored, follow(copy, leader, now), "follows")
    elif (joined := join(leader, copy, now)) is not None:
        try:
            commit(app, found, joined)
        except PermanentError as error:  # tens of thousands of recipients: more than one record can hold
            log.trouble("copies", copy.ref, error)
            _write(app, stored, _alone(app, copy), "alone")
        else:
            log.stage("copies", copy.ref, "joined", leader=leader.ref.queue_id)
    else:
        _wait(app, stored, first=False)


def _write(app: App, stored: Stored, change: Change, outcome: str) -> None:
    commit(app, stored, change)
    log.stage("copies", stored.record.ref, outcome, state=change.record.state)


def _wait(app: App, stored: Stored, *, first: bool) -> None:
    now = app.clock.now()
    if stored.record.due_at is None or stored.record.due_at <= now:
        commit(app, stored, look_later(stored.record, now, FIRST_LOOK if first else SAFETY_LOOK))


def _alone(app: App, copy: MessageRecord) -> Change:
    now = app.clock.now()
    settings = settings_for(app, copy.ref.tenant_id, copy.envelope.reverse_path)
    return stand_alone(copy, hold_plan(settings).after(now), now)
