"""What somebody who is signed on may do with one message (stage 6): as its sender, proxy, approver, or by a role's reach."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.hold.actor import Channel, Role
from shared.core.hold.approval_standing import approver_standing, may_answer
from shared.core.hold.entitlement import Standing, sender_of
from shared.core.hold.record import MessageRecord
from shared.core.message.identity import MessageRef
from shared.errors import NotFound
from shared.ports import Stored
from shared.usecases.answer_approval import approval_people
from shared.usecases.decide_hold import Asker
from shared.usecases.identify import groups_of
from shared.usecases.open_link import standing_of


@dataclass(frozen=True, slots=True)
class Reached:
    """A message, and what the principal may do with it.

    ``standing``: as what they see it. ``content``: body and attachments too. ``decide``: release and discard it.
    ``own``: by their own right or as a proxy, not by a role. ``seat`` is the approver's place that they may still
    answer for, empty where none is.
    """

    stored: Stored
    standing: Standing
    content: bool
    decide: bool
    own: bool
    seat: str

    @property
    def record(self) -> MessageRecord:
        """The message as it stands."""
        return self.stored.record


def reach_message(app: App, who: Principal, queue_id: str) -> Reached:
    """The message of that id in the principal's tenant.

    Raises ``NotFound`` for one that does not exist and for one that they have no business with, so that nobody learns
    which it is; ``TemporaryError``.
    """
    try:
        ref = MessageRef(who.tenant_id, queue_id)
    except ValueError:
        raise NotFound("not a queue id") from None
    stored = app.messages.load(ref)
    if stored is None or stored.record.own:
        raise NotFound("no such message")
    record = stored.record
    standing = standing_of(app, record, who.address)
    asked, seat = _asked(app, record, who.address)
    if standing is not None:
        return Reached(stored, standing, content=True, decide=True, own=True, seat=seat)
    groups = groups_of(app, who.tenant_id, sender_of(record))
    sees = who.reaches(Right.READ_MESSAGES, groups)
    if asked is None and not sees:
        raise NotFound("not their message")
    return Reached(
        stored,
        asked if asked is not None else Standing(Role.ADMINISTRATOR, sender_of(record)),
        content=asked is not None or who.reaches(Right.READ_CONTENT, groups),
        decide=who.reaches(Right.DECIDE, groups),
        own=False,
        seat=seat,
    )


def asker_of(who: Principal, peer: str, reached: Reached | None = None) -> Asker:
    """The principal as use cases know who asks; with the reach of a role where ``reached`` says that it counts."""
    asker = Asker(who.address, Channel.PORTAL, peer)
    if reached is not None and reached.decide and not reached.own:
        return replace(asker, granted=Standing(Role.ADMINISTRATOR, sender_of(reached.record)))
    return asker


def _asked(app: App, record: MessageRecord, person: str) -> tuple[Standing | None, str]:
    """As what they were asked to approve it, however that ended, and the seat that they may answer for now."""
    if record.approval is None:
        return None, ""
    people, now = approval_people(app, record, person), app.clock.now()
    looks, answers = approver_standing(record, person, people, now), may_answer(record, person, people, now)
    found = answers or looks
    return (found[1] if found else None), (answers[0] if answers else "")
