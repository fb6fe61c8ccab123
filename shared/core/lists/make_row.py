"""From a record to its row and to the shelves where that lies (stage 6). Everything comes from the record alone."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.hold.approval_state import has_quorum
from shared.core.hold.follow import copied_recipients, reasons_of
from shared.core.hold.password_notice import NoticeState
from shared.core.hold.record import MessageRecord, State
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.message.domains import domain_of, normal_address
from shared.core.notice.safe_text import one_line

LONGEST_SUBJECT = 200
LONGEST_ADDRESS = 254
LONGEST_NAME = 100
MOST_RECIPIENTS = 3
"""Recipients that a row names."""
MOST_REASONS = 10
WAITING = frozenset({State.HELD, State.DELAYED, State.AWAITING_APPROVAL})
"""States of the messages that lie on the shelves ``HELD``."""
_PASSWORD_ORDER = (
    NoticeState.WAITING,
    NoticeState.PAUSED,
    NoticeState.MANUAL,
    NoticeState.SENT,
    NoticeState.DELETED,
    NoticeState.NONE,
)

Spot = tuple[Shelf, str]
"""A shelf and its owner."""


def is_listed(record: MessageRecord) -> bool:
    """Whether lists show the message as it stands: it was held, or it has come to its end. Matta's own mail never is.

    Mail that passes is listed once it has passed: rows of every step of it would cost as much as its delivery. But as
    soon as somebody has an encrypted file its sender looks for its password.
    """
    if record.own:
        return False
    has_password = any(notice.delivered_at is not None for notice in record.passwords)
    return record.state is not State.DELIVERING or record.outcome is not None or has_password


def make_row(record: MessageRecord) -> MessageRow:
    """The row of a message as it stands."""
    summary, outcome = record.summary, record.outcome
    author = summary.header_from[0].address if summary.header_from else record.envelope.reverse_path
    reasons = reasons_of(record)[:MOST_REASONS]
    recipients = _recipients(record)
    return MessageRow(
        ref=record.ref,
        sender=record.envelope.reverse_path,
        from_address=one_line(author, LONGEST_ADDRESS),
        subject=one_line(summary.subject or "", LONGEST_SUBJECT),
        sent_at=summary.date if summary.date and summary.date.tzinfo else record.reception.received_at,
        received_at=record.reception.received_at,
        size=record.reception.size,
        recipients=len(recipients),
        external=_count_external(record),
        first_recipients=tuple(one_line(address, LONGEST_ADDRESS) for address in recipients[:MOST_RECIPIENTS]),
        attachments=summary.attachments_total,
        state=record.state,
        reason_codes=_each_once(reason.code for reason in reasons),
        rule_names=_each_once(one_line(reason.name, LONGEST_NAME) for reason in reasons if reason.name),
        event_count=record.event_count,
        changed_at=record.changed_at,
        due_at=record.due_at if record.state in WAITING and record.leader is None else None,
        verb=outcome.verb if outcome else "",
        decided_by=outcome.actor if outcome else None,
        decided_at=outcome.at if outcome else None,
        seats=seats_of(record),
        approval=_approval(record),
        requester=one_line(record.approval.requester.name, LONGEST_ADDRESS) if record.approval else "",
        password=_password(record),
        leader=record.leader.queue_id if record.leader else "",
        body_deleted=record.body_deleted_at is not None,
    )


def spots_of(record: MessageRecord) -> tuple[Spot, ...]:
    """Where the row of a message belongs, ``DAY`` last: a row there tells that the others are filed.

    A message that waits lies on two shelves ``HELD``, its sender's and the one of all (no owner). A copy that follows
    another one is listed where all mail is looked for, and nowhere else: its leader's row stands for it.
    """
    if record.leader is not None:
        return ((Shelf.DAY, day_of(record)),)
    sender = normal_address(record.envelope.reverse_path)
    spots = [*_held_spots(record)] if record.state in WAITING else []
    spots += [(Shelf.TO_APPROVE, seat) for seat in seats_of(record)]
    if sender:
        spots.append((Shelf.SENT, sender))
    return (*spots, (Shelf.DAY, day_of(record)))


def left_spots(record: MessageRecord) -> tuple[Spot, ...]:
    """Where the row of a message does not belong any more."""
    return _held_spots(record) if record.outcome is not None and record.state not in WAITING else ()


def day_of(record: MessageRecord) -> str:
    """The owner of the shelf ``DAY``: the day, in UTC, that the queue id carries."""
    return record.ref.received_at.strftime("%Y%m%d")


def seats_of(record: MessageRecord) -> tuple[str, ...]:
    """Normal addresses of all who were asked to approve."""
    if record.approval is None:
        return ()
    return _each_once(seat for step in record.approval.steps for seat in step.seats)


def _held_spots(record: MessageRecord) -> tuple[Spot, ...]:
    sender = normal_address(record.envelope.reverse_path)
    return ((Shelf.HELD, sender), (Shelf.HELD, "")) if sender else ((Shelf.HELD, ""),)


def _count_external(record: MessageRecord) -> int:
    """As they were judged; after an error while judging, by the sender's domain."""
    known = {facts.address: facts.external for facts in (*record.summary.recipients, *copied_recipients(record))}
    home = domain_of(record.envelope.reverse_path)
    return sum(known.get(address, domain_of(address) != home) for address in _recipients(record))


def _recipients(record: MessageRecord) -> tuple[str, ...]:
    """The envelope's, and those of the copies that the row stands for."""
    others = (facts.address for facts in copied_recipients(record))
    return tuple(dict.fromkeys((*record.envelope.recipients, *others)))


def _approval(record: MessageRecord) -> str:
    if record.approval is None:
        return ""
    if record.state is State.AWAITING_APPROVAL:
        return "open"
    if record.state is State.DENIED:
        return "denied"
    return "approved" if all(step.allowed and has_quorum(step) for step in record.approval.steps) else ""


def _password(record: MessageRecord) -> NoticeState | None:
    """Of several notices the one that most is to be done about."""
    states = {notice.state for notice in record.passwords}
    return next((state for state in _PASSWORD_ORDER if state in states), None)


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
