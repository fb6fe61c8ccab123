"""Who may see and answer an approval, and for which seat: the one place where that is said (product.md P1, X1; stage 6).

Never the sender, never who released the message: by no address of theirs, and not as anybody's proxy. A shared mailbox
answers through its proxies alone: whoever else reads it, the sender perhaps, is nobody whom a link could name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.core.hold.actor import Role
from shared.core.hold.approval_state import may_still_answer
from shared.core.hold.entitlement import People, Standing, sender_of
from shared.core.hold.record import MessageRecord, State
from shared.core.message.domains import untagged_address


def is_barred(record: MessageRecord, person: str, people: People, *requesters: str) -> bool:
    """Whether ``person`` sent or released the message. ``requesters`` are about to release it: who does, and for whom."""
    names = [sender_of(record), *requesters]
    if record.approval is not None:
        names += [record.approval.requester.name, record.approval.requester.on_behalf_of]
    return is_any_of(person, names, people)


def is_any_of(person: str, names: Iterable[str], people: People) -> bool:
    """Whether ``person`` is one of those who must not approve; empty names are nobody.

    A tag in an address (``taro+news@``) makes nobody another person here: rather one too many barred than one too few.
    """
    mine = {person, untagged_address(person)}
    others = {spelled for name in names if name for spelled in (name, untagged_address(name))}
    return any(people.same(one, other) for one in mine for other in others)


def approver_standing(record: MessageRecord, person: str, people: People, now: datetime) -> tuple[str, Standing] | None:
    """The seat by which ``person`` may look at the request, however it stands, and as what; ``None`` when they may not.

    Their own seat comes before those whose proxy they are.
    """
    return next(iter(_seats(record, person, people, now)), None)


def may_answer(record: MessageRecord, person: str, people: People, now: datetime) -> tuple[str, Standing] | None:
    """The seat that ``person`` may answer for now, and as what; ``None`` when there is none (any more)."""
    return next(iter(answerable_seats(record, person, people, now)), None)


def can_be_answered(record: MessageRecord, index: int, people: People, now: datetime) -> bool:
    """Whether anybody can still answer step ``index``: the owner of a seat, or a proxy of theirs."""
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        return False
    step = record.approval.steps[index]
    return any(
        seat in (mine for mine, _ in _seats(record, person, people, now))
        and may_still_answer(step, seat, person, people.same)
        for seat in step.seats
        if may_still_answer(step, seat)
        for person in (seat, *people.proxies_of(seat, now))
    )


def answerable_seats(
    record: MessageRecord, person: str, people: People, now: datetime
) -> tuple[tuple[str, Standing], ...]:
    """All seats that ``person`` may answer for now, their own first."""
    if record.state is not State.AWAITING_APPROVAL or record.approval is None:
        return ()
    steps = record.approval.steps
    return tuple(
        (seat, standing)
        for seat, standing in _seats(record, person, people, now)
        if any(may_still_answer(step, seat, person, people.same) for step in steps)
    )


def _seats(record: MessageRecord, person: str, people: People, now: datetime) -> tuple[tuple[str, Standing], ...]:
    """All seats that are ``person``'s or whose proxy they are; a seat whose owner was removed is nobody's."""
    if record.own or record.approval is None or not person or people.is_removed(person):
        return ()
    if is_barred(record, person, people):
        return ()
    seats = tuple(dict.fromkeys(seat for step in record.approval.steps for seat in step.seats))
    seats = tuple(seat for seat in seats if not people.is_removed(seat))
    own = tuple(
        (seat, Standing(Role.APPROVER)) for seat in seats if people.same(person, seat) and not people.is_shared(seat)
    )
    others = tuple(
        (seat, Standing(Role.APPROVER, seat))
        for seat in seats
        if not people.same(person, seat) and people.is_proxy(person, seat, now)
    )
    return (*own, *others)
