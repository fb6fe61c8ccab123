"""What somebody who is signed on may do with one message (stage 6): as its sender, proxy, approver, or by a role's reach."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.hold.actor import Channel, Role
from shared.core.hold.approval_standing import may_answer
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
    seat = _seat(app, record, who.address)
    if standing is not None:
        return Reached(stored, standing, content=True, decide=True, own=True, seat=seat[0] if seat else "")
    groups = groups_of(app, who.tenant_id, sender_of(record))
    sees = who.reaches(Right.READ_MESSAGES, groups)
    if seat is None and not sees:
        raise NotFound("not their message")
    return Reached(
        stored,
        seat[1] if seat is not None else Standing(Role.ADMINISTRATOR, sender_of(record)),
        content=seat is not None or who.reaches(Right.READ_CONTENT, groups),
        decide=who.reaches(Right.DECIDE, groups),
        own=False,
        seat=seat[0] if seat else "",
    )


def asker_of(who: Principal, peer: str, reached: Reached | None = None) -> Asker:
    """The principal as use cases know who asks; with the reach of a role where ``reached`` says that it counts."""
    asker = Asker(who.address, Channel.PORTAL, peer)
    if reached is not None and reached.decide and not reached.own:
        return replace(asker, granted=Standing(Role.ADMINISTRATOR, sender_of(reached.record)))
    return asker


def _seat(app: App, record: MessageRecord, person: str) -> tuple[str, Standing] | None:
    if record.approval is None:
        return None
    return may_answer(record, person, approval_people(app, record, person), app.clock.now())
