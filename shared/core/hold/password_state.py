"""How password notices move: born with their variant, counted from its first delivery, sent, paused, deleted (Z3 to Z7).

Pure; each function returns what the caller commits under the record's ETag, so that of a person and the timer at the
same second one wins. A sending is claimed by the change of state: whoever is in ``told`` gets one mail, that of the event
which put them there (``told_by``), whatever runs twice afterwards. Stages 4b and 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared.core.hold.change import make_change
from shared.core.hold.forms import transforms_of
from shared.core.hold.password_notice import NoticeState, NoticeVerb, PasswordNotice
from shared.core.hold.record import (
    SYSTEM,
    Actor,
    Change,
    Event,
    EventCode,
    Fate,
    MessageRecord,
    OutboxKind,
    Variant,
)
from shared.core.policy.transform_calls import ZipAttachments, read_call
from shared.errors import PermanentError

_BIRTH = {"automatic": NoticeState.WAITING, "manual": NoticeState.MANUAL, "none": NoticeState.NONE}
_NEXT: Mapping[tuple[NoticeState, NoticeVerb], NoticeState] = {
    (NoticeState.WAITING, NoticeVerb.SEND): NoticeState.SENT,
    (NoticeState.WAITING, NoticeVerb.PAUSE): NoticeState.PAUSED,
    (NoticeState.WAITING, NoticeVerb.DELETE): NoticeState.DELETED,
    (NoticeState.PAUSED, NoticeVerb.SEND): NoticeState.SENT,
    (NoticeState.PAUSED, NoticeVerb.RESUME): NoticeState.WAITING,
    (NoticeState.PAUSED, NoticeVerb.DELETE): NoticeState.DELETED,
    (NoticeState.MANUAL, NoticeVerb.SEND): NoticeState.SENT,
    (NoticeState.MANUAL, NoticeVerb.DELETE): NoticeState.DELETED,
    # While somebody is still to be told (delivery to them goes on):
    (NoticeState.SENT, NoticeVerb.SEND): NoticeState.SENT,
    (NoticeState.SENT, NoticeVerb.PAUSE): NoticeState.PAUSED,
    (NoticeState.SENT, NoticeVerb.DELETE): NoticeState.DELETED,
}
"""Every step that a person can ask for; whatever is not here changes nothing."""
_ENDS = frozenset({NoticeState.DELETED, NoticeState.NONE})
_TOLD_OF = (OutboxKind.CARDS,)


class NoticeUnchanged(PermanentError):
    """What was asked for does not go (any more); ``record`` and ``notice`` tell how it stands."""

    public = "The password notice was not changed."

    def __init__(self, record: MessageRecord, notice: PasswordNotice) -> None:
        super().__init__(f"the notice is {notice.state}")
        self.record = record
        self.notice = notice


def born(record: MessageRecord) -> MessageRecord:
    """The record with a notice for each of its variants that has a password and no notice yet."""
    known = {notice.variant for notice in record.passwords}
    new = tuple(_new(record, one) for one in record.variants if one.password and one.name not in known)
    return replace(record, passwords=(*record.passwords, *new)) if new else record


def notice_of(record: MessageRecord, variant: str) -> PasswordNotice | None:
    """The notice of the variant of that name."""
    return next((notice for notice in record.passwords if notice.variant == variant), None)


def note_delivered(change: Change, now: datetime) -> Change:
    """The change with what its results mean for notices: a delay begins, the sender is owed a receipt.

    A notice whose variant reached nobody, and never will, is deleted. What was noted before is not noted again.
    """
    for notice in change.record.passwords:
        change = _delivered(change, notice, now)
    return change


def password_due(record: MessageRecord, now: datetime) -> Change | None:
    """The sending of every notice whose time has come; ``None`` when there is none."""
    change = Change(record, ())
    for notice in record.passwords:
        if notice.due_at is not None and notice.due_at <= now:
            if untold(record, notice):
                change = _then(change, _send(change.record, notice, SYSTEM, now))
            else:
                change = replace(change, record=_with(change.record, replace(notice, due_at=None)))
    return None if change.record is record else change


def act(record: MessageRecord, variant: str, verb: NoticeVerb, actor: Actor, now: datetime) -> Change:
    """What a person asks for. Raises ``NoticeUnchanged`` for what does not go, ``LookupError`` for no such variant.

    A pause keeps what is left of the delay, and resuming goes on with it. Deleting is the end: nobody who was not told
    is told any more, by whatever way. After sending by hand later recipients are told without a delay.
    """
    notice = notice_of(record, variant)
    if notice is None:
        raise LookupError("no such password notice")
    if verb not in allowed(record, notice):
        raise NoticeUnchanged(record, notice)
    after = _NEXT[notice.state, verb]
    if verb is NoticeVerb.SEND:
        return _send(record, replace(notice, delay_minutes=0), actor, now)
    args = (("variant", variant),)
    if verb is NoticeVerb.PAUSE:
        paused = replace(notice, state=after, due_at=None, left_seconds=_left(notice, now), changed_at=now)
        return make_change(_with(record, paused), EventCode.PASSWORD_PAUSED, actor, now, args, _TOLD_OF)
    if verb is NoticeVerb.DELETE:
        deleted = replace(notice, state=after, due_at=None, left_seconds=0, changed_at=now)
        return make_change(_with(record, deleted), EventCode.PASSWORD_DELETED, actor, now, args, _TOLD_OF)
    waits = untold(record, notice)
    resumed = replace(
        notice,
        state=NoticeState.SENT if notice.told and not waits else after,
        due_at=now + timedelta(seconds=notice.left_seconds) if waits else None,
        left_seconds=0,
        changed_at=now,
    )
    return make_change(_with(record, resumed), EventCode.PASSWORD_RESUMED, actor, now, args, _TOLD_OF)


def allowed(record: MessageRecord, notice: PasswordNotice) -> tuple[NoticeVerb, ...]:
    """What can be asked for now: nothing is sent to nobody, and a notice that everybody has cannot be held back."""
    if notice.state in _ENDS or (notice.state is NoticeState.SENT and not _awaited(record, notice)):
        return ()
    return tuple(
        verb
        for verb in NoticeVerb
        if (notice.state, verb) in _NEXT and (verb is not NoticeVerb.SEND or untold(record, notice))
    )


def untold(record: MessageRecord, notice: PasswordNotice) -> tuple[str, ...]:
    """Recipients who have the variant and not its password."""
    told = frozenset(notice.told)
    return tuple(
        result.address
        for result in record.recipients
        if result.variant == notice.variant and result.fate is Fate.SENT and result.address not in told
    )


def told_by(record: MessageRecord, event: Event) -> tuple[str, ...]:
    """Whom the sending of that event tells: addresses of the record's recipients."""
    return tuple(record.recipients[index].address for index in _indexes(dict(event.args).get("who", "")))


def sending_failed(record: MessageRecord, event: Event, now: datetime) -> Change | None:
    """Take a sending back that cannot be carried out: its recipients count as not told, the sender is owed the news.

    The notice then waits for a person. ``None`` when it was taken back before.
    """
    variant = dict(event.args).get("variant", "")
    notice = notice_of(record, variant)
    people = frozenset(told_by(record, event))
    if notice is None or not people & frozenset(notice.told):
        return None
    told = tuple(address for address in notice.told if address not in people)
    state = notice.state if notice.state in _ENDS else NoticeState.MANUAL
    changed = replace(notice, state=state, told=told, due_at=None, left_seconds=0, changed_at=now)
    args = (("variant", variant), ("count", str(len(people))), ("sending", str(event.number)))
    owed = (OutboxKind.RECEIPT, *_TOLD_OF)
    return make_change(_with(record, changed), EventCode.PASSWORD_FAILED, SYSTEM, now, args, owed)


def was_taken_back(events: Sequence[Event], number: int) -> bool:
    """Whether ``sending_failed`` has undone the sending of that event."""
    return any(
        event.code is EventCode.PASSWORD_FAILED and dict(event.args).get("sending") == str(number) for event in events
    )


def _new(record: MessageRecord, variant: Variant) -> PasswordNotice:
    calls = (read_call(call) for call in transforms_of(record, variant.name) if call.name == ZipAttachments.NAME)
    call = next((call for call in calls if isinstance(call, ZipAttachments)), None)
    if call is None:
        return PasswordNotice(variant.name, NoticeState.NONE, 0)
    delay = call.notice_delay_minutes if call.notice == "automatic" else 0
    return PasswordNotice(variant.name, _BIRTH[call.notice], delay, call.notice_template)


def _delivered(change: Change, notice: PasswordNotice, now: datetime) -> Change:
    record = change.record
    waits = untold(record, notice)
    if not waits:
        if record.state.is_final and notice.delivered_at is None and notice.state not in _ENDS:
            deleted = replace(notice, state=NoticeState.DELETED, due_at=None, changed_at=now)
            args = (("variant", notice.variant),)
            return _then(change, make_change(_with(record, deleted), EventCode.PASSWORD_DELETED, SYSTEM, now, args))
        return change
    goes_out = notice.state in (NoticeState.WAITING, NoticeState.SENT)
    due_at = notice.due_at
    if goes_out and due_at is None:
        due_at = now + timedelta(minutes=notice.delay_minutes)
    if notice.delivered_at is not None:
        return (
            change if due_at == notice.due_at else replace(change, record=_with(record, replace(notice, due_at=due_at)))
        )
    started = _with(record, replace(notice, delivered_at=now, due_at=due_at))
    code = EventCode.PASSWORD_WAITING if goes_out else EventCode.PASSWORD_KEPT
    args = (("variant", notice.variant),)
    is_owed = any(entry.kind is OutboxKind.RECEIPT for entry in change.outbox)  # one receipt tells of all variants
    return _then(change, make_change(started, code, SYSTEM, now, args, () if is_owed else (OutboxKind.RECEIPT,)))


def _send(record: MessageRecord, notice: PasswordNotice, actor: Actor, now: datetime) -> Change:
    people = untold(record, notice)
    sent = replace(
        notice, state=NoticeState.SENT, due_at=None, told=(*notice.told, *people), left_seconds=0, changed_at=now
    )
    places = {result.address: index for index, result in enumerate(record.recipients)}
    args = (
        ("variant", notice.variant),
        ("count", str(len(people))),
        ("who", _ranges(sorted(places[address] for address in people))),
    )
    owed = (OutboxKind.PASSWORD_NOTICE, *_TOLD_OF)
    return make_change(_with(record, sent), EventCode.PASSWORD_SENT, actor, now, args, owed)


def _awaited(record: MessageRecord, notice: PasswordNotice) -> bool:
    """Whether somebody is still to be told: they have the variant, or delivery to them goes on."""
    return bool(untold(record, notice)) or any(result.variant == notice.variant for result in record.pending())


def _left(notice: PasswordNotice, now: datetime) -> int:
    if notice.due_at is None:
        return notice.delay_minutes * 60
    return max(int((notice.due_at - now).total_seconds()), 0)


def _with(record: MessageRecord, notice: PasswordNotice) -> MessageRecord:
    return replace(
        record, passwords=tuple(notice if one.variant == notice.variant else one for one in record.passwords)
    )


def _then(first: Change, second: Change) -> Change:
    return Change(second.record, (*first.events, *second.events), (*first.outbox, *second.outbox))


def _ranges(numbers: Sequence[int]) -> str:
    """``0,2-5``: short even where a thousand recipients are told, and the places of recipients never change."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def _indexes(ranges: str) -> tuple[int, ...]:
    found: list[int] = []
    for piece in filter(None, ranges.split(",")):
        first, _, last = piece.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
