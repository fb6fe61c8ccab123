"""Everything that the portal shows of one message (stage 6): the sheet, its words, its history, and what may be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared import log
from shared.app import App
from shared.core.access.principal import Principal
from shared.core.hold.actor import Actor
from shared.core.hold.partial_release import droppable_recipients, may_drop_attachments
from shared.core.hold.record import MessageRecord, State
from shared.core.hold.shown_recipients import shown_recipients
from shared.core.notice.approval_sheet import ApprovalSheet, make_approval_sheet
from shared.core.notice.receipt_sheet import ReceiptSheet, make_receipt_sheet
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import LONGEST_ADDRESS, HoldEnd, HoldSheet, hold_end, make_sheet
from shared.core.policy.decision import Reason
from shared.core.text.events import render_event
from shared.core.text.language import Language
from shared.core.text.reasons import reason_title, render
from shared.errors import PermanentError
from shared.usecases.effective_settings import settings_for
from shared.usecases.plans import hold_plan
from shared.usecases.reach_message import Reached
from shared.usecases.records_of_copies import records_of_copies

LONGEST_TEXT = 600


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A reason in the reader's language. ``number`` is its footnote's, 0 for a note that nobody must tick."""

    number: int
    title: str
    text: str
    description: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of a message's history, in the reader's language."""

    at: datetime
    code: str
    text: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Possible:
    """What the reader may do now. ``leave_out`` are the recipients that a release may leave out, ``leave_out_files`` tells
    whether it may leave out attachments.
    """

    release: bool
    discard: bool
    withdraw: bool
    answer: bool
    see_content: bool
    see_passwords: bool
    leave_out: tuple[str, ...] = ()
    leave_out_files: bool = False


class Relation(StrEnum):
    """What another copy of the same message is to the one that is shown."""

    LEADS = "leads"
    """What is decided about it counts for this one."""
    FOLLOWS = "follows"
    EARLIER = "earlier"
    """It was decided or sent before, by itself."""


@dataclass(frozen=True, slots=True)
class OtherPart:
    """Another copy of the same message, which came by another transaction."""

    queue_id: str
    relation: Relation
    recipients: int | None = None


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message as the portal shows it. ``version`` grows with every change. ``approval`` and ``encryption`` are there
    where the message has any; passwords are not in it, they are asked for one by one. ``other_parts`` are further copies of
    the message, which came by transactions of their own. ``content_deleted_at`` is when retention took its content.
    ``shown`` stands for the recipients that the view shows; a release sends it back.
    """

    queue_id: str
    version: int
    sender: str
    received_at: datetime
    sheet: HoldSheet
    reasons: tuple[ReasonText, ...]
    notes: tuple[ReasonText, ...]
    end: HoldEnd | None
    approvals_needed: tuple[str, ...]
    approval: ApprovalSheet | None
    encryption: ReceiptSheet | None
    history: tuple[HistoryLine, ...]
    possible: Possible
    acting_for: str
    other_parts: tuple[OtherPart, ...] = ()
    content_deleted_at: datetime | None = None
    shown: str = ""


def see_message(app: App, who: Principal, reached: Reached, language: Language) -> MessageView:
    """The view. Raises ``TemporaryError``."""
    record = reached.record
    settings = settings_for(app, record.ref.tenant_id, record.envelope.reverse_path)
    sheet = make_sheet(record, settings.internal_domains, records_of_copies(app, record))
    seats = (reached.seat,) if reached.seat else ()
    domains = settings.internal_domains
    return MessageView(
        queue_id=record.ref.queue_id,
        version=record.event_count,
        sender=record.envelope.reverse_path,
        received_at=record.reception.received_at,
        sheet=sheet,
        reasons=tuple(_text(item.number, item.reason, language) for item in sheet.reasons),
        notes=tuple(_text(0, note, language) for note in (*record.decision.notes, *record.decision.skipped)),
        end=hold_end(record, hold_plan(settings)) if record.state.awaits_decision and not record.leader else None,
        approvals_needed=tuple(dict.fromkeys(call.policy_name or call.policy for call in record.decision.approvals)),
        approval=make_approval_sheet(record, domains, seats) if record.approval is not None else None,
        encryption=make_receipt_sheet(record, domains, {}) if record.passwords else None,
        history=tuple(
            HistoryLine(event.at, event.code.value, render_event(event.code, event.args, language), event.actor)
            for event in app.messages.events(record.ref)
        ),
        possible=_possible(record, reached),
        acting_for=reached.standing.on_behalf_of,
        other_parts=_other_parts(record),
        content_deleted_at=record.body_deleted_at,
        shown=shown_recipients(record),
    )


def _other_parts(record: MessageRecord) -> tuple[OtherPart, ...]:
    found = [OtherPart(copy.queue_id, Relation.FOLLOWS, len(copy.recipients)) for copy in record.copies if copy.joined]
    if record.leader is not None:
        found.append(OtherPart(record.leader.queue_id, Relation.LEADS))
    if record.after is not None:
        found.append(OtherPart(record.after.queue_id, Relation.EARLIER))
    return tuple(found)


def _possible(record: MessageRecord, reached: Reached) -> Possible:
    waits = record.state.awaits_decision and record.leader is None  # a copy is decided where its leader is
    release = waits and reached.decide
    return Possible(
        release=release,
        discard=waits and reached.decide,
        withdraw=record.state is State.AWAITING_APPROVAL and reached.own,
        answer=bool(reached.seat) and record.state is State.AWAITING_APPROVAL,
        see_content=reached.content,
        see_passwords=bool(record.passwords) and reached.own and record.body_deleted_at is None,
        leave_out=tuple(one_line(address, LONGEST_ADDRESS) for address in droppable_recipients(record))
        if release
        else (),
        leave_out_files=release and may_drop_attachments(record),
    )


def _text(number: int, reason: Reason, language: Language) -> ReasonText:
    try:
        title, text = reason_title(reason, language), render(reason, language)
    except (PermanentError, LookupError, ValueError) as error:  # history outlives versions
        log.trouble("reason", None, error)
        title, text = reason.code, ""
    return ReasonText(
        number, one_line(title, LONGEST_TEXT), one_line(text, LONGEST_TEXT), one_line(reason.description, LONGEST_TEXT)
    )
