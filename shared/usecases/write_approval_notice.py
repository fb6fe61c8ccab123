"""Ask approvers (stage 5): the effect of an ``approval-notice`` outbox entry. Runs twice harmlessly.

Each approver gets a link of their own; for somebody away and for a shared mailbox the proxies are asked (product.md P3).
Nobody is told who could not answer: neither the sender nor who released the message, whomever they are proxies of.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared import log
from shared.app import App
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.approval_standing import answerable_seats
from shared.core.hold.approval_state import may_still_answer
from shared.core.hold.entitlement import sender_of, with_proxies
from shared.core.hold.link import Purpose
from shared.core.hold.record import Event, EventCode, MessageRecord, OutboxEntry, State
from shared.core.message.identity import MessageRef
from shared.core.notice.approval_letter import ApprovalLetter, ApprovalMail, write_approval_letter
from shared.core.notice.approval_sheet import make_approval_sheet
from shared.core.notice.cards.approval_card import approval_card
from shared.core.notice.letter import Letter
from shared.core.notice.teams_text import card_summary, short_text
from shared.core.policy.tenant_settings import NoticeName
from shared.usecases.answer_approval import approval_people
from shared.usecases.approval_words import approval_words
from shared.usecases.effective_settings import settings_for
from shared.usecases.hold_card import card_reader
from shared.usecases.make_link import make_link
from shared.usecases.reader import Addressee, Reader
from shared.usecases.tell_in_teams import Card
from shared.usecases.tell_people import Telling, tell

_KINDS = {
    EventCode.APPROVAL_REQUESTED: ApprovalMail.REQUEST,
    EventCode.APPROVAL_REMINDED: ApprovalMail.REMINDER,
    EventCode.ESCALATED: ApprovalMail.ESCALATION,
}


def write_approval_notice(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Tell everybody who is asked by the event ``entry.number``.

    ``False`` when there is nothing (more) to tell: the request has ended, a later reminder is owed, all have answered or
    were told before. Raises ``StillOwed`` where somebody could not be told yet, and ``TemporaryError``.
    """
    stored = app.messages.load(ref)
    if stored is None or stored.record.approval is None or stored.record.state is not State.AWAITING_APPROVAL:
        return False
    record = stored.record
    events = app.messages.events(ref)
    event = next((event for event in events if event.number == entry.number), None)
    kind = _KINDS.get(event.code) if event is not None else None
    if event is None or kind is None:
        return False
    people = _people(app, record, _seats(record, event))
    if not people:
        log.stage("approval", ref, "nobody-to-tell", entry=entry.number)
        return False
    first = next((event.number for event in events if event.code is EventCode.APPROVAL_REQUESTED), -1)
    number = int(dict(event.args).get("reminder", "0"))
    telling = Telling(
        people=people,
        mail=lambda reader, letter: _mail(app, record, kind, number, reader, letter),
        card=lambda reader: approval_card_of(app, record, reader, entry.number),
        text=lambda reader: _text(app, record, kind, number, reader),
        showed=record.event_count,
        thread=first if first != entry.number else -1,
    )
    return tell(app, ref, entry, telling)


def approval_card_of(app: App, record: MessageRecord, reader: Reader, number: int) -> Card:
    """The request's card as things stand, for one reader, with a fresh link of their own. Raises ``TemporaryError``."""
    people = approval_people(app, record, reader.person)
    seats = tuple(seat for seat, _ in answerable_seats(record, reader.person, people, app.clock.now()))
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    sheet = make_approval_sheet(record, settings.internal_domains, seats)
    link = make_link(app, record.ref, reader.person, Purpose.APPROVAL, reader.settings)
    reminders = _reminders(record, seats)
    notice = _notice(ApprovalMail.REMINDER if reminders else ApprovalMail.REQUEST)
    words = approval_words(app, record, sheet, notice, reader, reminders) if seats else None
    data = approval_card(
        record.ref.queue_id,
        record.event_count,
        sheet,
        card_reader(reader, link.url),
        "reminder" if reminders else "request",
        words.text if words is not None else "",
    )
    return Card(data, card_summary(notice, reader.language, sheet.hold.subject, reminders))


def _mail(app: App, record: MessageRecord, kind: ApprovalMail, number: int, reader: Reader, letter: Letter) -> bytes:
    assert record.approval is not None  # the caller looked
    people = approval_people(app, record, reader.person)
    found = answerable_seats(record, reader.person, people, app.clock.now())
    seats = tuple(seat for seat, _ in found)
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    sheet = make_approval_sheet(record, settings.internal_domains, seats)
    link = make_link(app, record.ref, reader.person, Purpose.APPROVAL, reader.settings)
    words = approval_words(app, record, sheet, _notice(kind), reader, number)
    steps = [step for step in record.approval.steps if any(may_still_answer(step, seat) for seat in seats)]
    content = ApprovalLetter(
        kind=kind,
        sheet=sheet,
        link=link.url,
        link_expires_at=link.expires_at,
        language=reader.language,
        zone=reader.zone,
        number=number,
        at_end=_at_end(steps),
        fallback=any(step.fallback or step.stand_in in seats for step in steps),
        on_behalf_of=reader.on_behalf_of,
        own_subject=words.subject if words is not None else "",
        own_text=words.text if words is not None else "",
    )
    return write_approval_letter(content, letter)


def _text(app: App, record: MessageRecord, kind: ApprovalMail, number: int, reader: Reader) -> str:
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    sheet = make_approval_sheet(record, settings.internal_domains)
    link = make_link(app, record.ref, reader.person, Purpose.APPROVAL, reader.settings)
    words = approval_words(app, record, sheet, _notice(kind), reader, number)
    text = words.text if words is not None else ""
    return short_text(_notice(kind), reader.language, link.url, sheet.hold.subject, number=number, text=text)


def _seats(record: MessageRecord, event: Event) -> tuple[str, ...]:
    """Whose answer this event asks for, and is still wanted."""
    assert record.approval is not None  # the caller looked
    args, steps = dict(event.args), record.approval.steps
    if event.code is EventCode.APPROVAL_REQUESTED:
        wanted = [(step, seat) for step in steps for seat in step.seats if seat not in step.escalated]
    else:
        step = steps[int(args["step"])]
        if event.code is EventCode.APPROVAL_REMINDED and str(step.reminders_sent) != args["reminder"]:
            return ()  # a later one is owed
        named = step.seats if event.code is EventCode.APPROVAL_REMINDED else _escalated(step, args["seats"])
        wanted = [(step, seat) for seat in named]
    return tuple(dict.fromkeys(seat for step, seat in wanted if may_still_answer(step, seat)))


def _escalated(step: ApprovalStep, named: str) -> tuple[str, ...]:
    """Those of one escalation; a step may have one by its policy and one to the administrator."""
    return tuple(seat for seat in step.escalated if f", {seat}, " in f", {named}, ")


def _people(app: App, record: MessageRecord, seats: Iterable[str]) -> tuple[Addressee, ...]:
    """Owners of seats before those who stand in for somebody, so that who is both is told for themselves."""
    people, now = approval_people(app, record), app.clock.now()
    owners: list[Addressee] = []
    proxies: list[Addressee] = []
    for seat in seats:
        for person in with_proxies(seat, people, now):
            if seat in (mine for mine, _ in answerable_seats(record, person, people, now)):
                own = people.same(person, seat)
                (owners if own else proxies).append(Addressee(person, "" if own else seat))
    return (*owners, *proxies)


def _reminders(record: MessageRecord, seats: Iterable[str]) -> int:
    """How often the holders of these seats were reminded."""
    if record.approval is None:
        return 0
    wanted = frozenset(seats)
    return max((step.reminders_sent for step in record.approval.steps if wanted & {*step.seats}), default=0)


def _notice(kind: ApprovalMail) -> NoticeName:
    return "approval-reminder" if kind is ApprovalMail.REMINDER else "approval-request"


def _at_end(steps: Iterable[ApprovalStep]) -> str:
    """What happens when nobody answers: of several steps the strictest."""
    ends = {step.call.at_end for step in steps}
    return next((end for end in ("discard", "leave", "release") if end in ends), "")
