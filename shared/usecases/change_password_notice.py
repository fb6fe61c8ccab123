"""Send, pause, resume or delete a password notice (stage 6), whichever way the request came (product.md Z4)."""

from __future__ import annotations

from dataclasses import dataclass

from shared import log
from shared.app import App
from shared.core.hold import password_state
from shared.core.hold.actor import Actor, Role
from shared.core.hold.entitlement import Standing
from shared.core.hold.password_notice import NoticeVerb
from shared.core.hold.record import MessageRecord
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, NotFound
from shared.usecases.commit import commit
from shared.usecases.decide_hold import TRIES, Asker, NotEntitled
from shared.usecases.note_look import note_refusal
from shared.usecases.open_link import standing_of

_MAY = frozenset({Role.SENDER, Role.PROXY, Role.ADMINISTRATOR})
"""Whose business passwords are: not an approver's, who sees the message for another reason."""


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    """This request did what was asked."""

    record: MessageRecord


@dataclass(frozen=True, slots=True)
class NoticeUnchanged:
    """Nothing was done: the notice stands otherwise than the asker thought, or the step does not exist.

    ``record`` shows how it stands.
    """

    record: MessageRecord


def change_password_notice(
    app: App, ref: MessageRef, asker: Asker, variant: str, verb: NoticeVerb, seen_version: int | None = None
) -> NoticeChanged | NoticeUnchanged:
    """Carry out one step of the notice of a variant.

    ``seen_version`` is the record's ``event_count`` that the asker was shown: where something became of the notice since,
    nothing is done. Raises ``NotFound``, ``NotEntitled``, ``TemporaryError``, and ``Conflict`` after losing ``TRIES``
    races.
    """
    for attempt in range(TRIES):
        stored = app.messages.load(ref)
        if stored is None or stored.record.own:
            raise NotFound("no such message")
        record = stored.record
        standing = password_standing(app, record, asker, f"password.{verb}")
        if password_state.notice_of(record, variant) is None:
            raise NotFound("no such password notice")
        if seen_version is not None and _changed_since(app, record, variant, seen_version):
            return NoticeUnchanged(record)
        actor = Actor(standing.role, asker.person, asker.channel, asker.peer, standing.on_behalf_of)
        try:
            change = password_state.act(record, variant, verb, actor, app.clock.now())
            after = commit(app, stored, change)
        except password_state.NoticeUnchanged:
            return NoticeUnchanged(record)
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            log.stage("act", ref, f"password-{verb}", channel=actor.channel, session=record.reception.session_id)
            return NoticeChanged(after.record)
    raise AssertionError("the last try returns or raises")


def password_standing(app: App, record: MessageRecord, asker: Asker, why: str) -> Standing:
    """As what somebody handles a message's passwords. Raises ``NotEntitled`` and records who was refused ``why``."""
    standing = standing_of(app, record, asker.person)
    if standing is None or standing.role not in _MAY:
        note_refusal(app, record.ref.tenant_id, record.ref, asker, why)
        raise NotEntitled(f"not the business of {asker.channel}")
    return standing


def _changed_since(app: App, record: MessageRecord, variant: str, seen_version: int) -> bool:
    if record.event_count <= seen_version:
        return False
    return any(
        event.number >= seen_version
        and event.code.startswith("password-")
        and dict(event.args).get("variant") == variant
        for event in app.messages.events(record.ref)
    )
