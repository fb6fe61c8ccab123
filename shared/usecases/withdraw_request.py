"""The sender takes a request for approval back: the message is discarded (stage 6), exactly once."""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.hold.actor import Actor
from shared.core.hold.already_decided import AlreadyDecided
from shared.core.hold.approval_state import withdraw
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, NotFound
from shared.usecases.commit import commit
from shared.usecases.decide_hold import TRIES, Acted, AlreadyActed, Asker, NotEntitled
from shared.usecases.note_look import note_refusal
from shared.usecases.open_link import standing_of


def withdraw_request(app: App, ref: MessageRef, asker: Asker) -> Acted | AlreadyActed:
    """Withdraw. Who may is who may decide the hold: the sender and their proxies.

    Raises ``NotFound``, ``NotEntitled``, ``TemporaryError``, and ``Conflict`` after losing ``TRIES`` races.
    """
    for attempt in range(TRIES):
        stored = app.messages.load(ref)
        if stored is None or stored.record.own:
            raise NotFound("no such message")
        record = stored.record
        standing = standing_of(app, record, asker.person)
        if standing is None:
            note_refusal(app, ref.tenant_id, ref, asker, "withdraw")
            raise NotEntitled(f"not the business of {asker.channel}")
        actor = Actor(standing.role, asker.person, asker.channel, asker.peer, standing.on_behalf_of)
        try:
            after = commit(app, stored, withdraw(record, actor, app.clock.now()))
        except AlreadyDecided as decided:
            return AlreadyActed(decided.record)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            log.stage("act", ref, "withdraw", channel=actor.channel, session=record.reception.session_id)
            return Acted(after.record)
    raise AssertionError("the last try returns or raises")
