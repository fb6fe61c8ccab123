"""Tell people of a held message (stage 5): the effect of a ``hold-notice`` outbox entry. Runs twice harmlessly.

Each of them gets a link of their own, in their own language and by their own channels (``tell_people.py``).
"""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.hold.entitlement import asked_person, sender_of
from shared.core.hold.link import Purpose
from shared.core.hold.record import SYSTEM, Event, EventCode, MessageRecord, OutboxEntry, State
from shared.core.message.identity import MessageRef
from shared.core.notice.hold_notice import HoldNotice, NoticeKind, write_hold_notice
from shared.core.notice.letter import Letter
from shared.core.notice.sheet import hold_end, make_sheet
from shared.core.policy.tenant_settings import TenantSettings
from shared.usecases.effective_settings import settings_for
from shared.usecases.hold_card import hold_text, show_hold_card
from shared.usecases.hold_parties import hold_parties
from shared.usecases.make_link import make_link
from shared.usecases.notice_words import hold_words
from shared.usecases.plans import hold_plan
from shared.usecases.reader import Reader
from shared.usecases.tell_people import Telling, tell

_KINDS = {
    EventCode.HELD: NoticeKind.FIRST,
    EventCode.STANDS_ALONE: NoticeKind.FIRST,
    EventCode.REMINDED: NoticeKind.REMINDER,
    EventCode.LEFT: NoticeKind.LEFT,
    EventCode.RELEASED: NoticeKind.RELEASED,
    EventCode.APPROVAL_REQUESTED: NoticeKind.RELEASED,
    EventCode.EXPIRED: NoticeKind.EXPIRED,
    EventCode.DELAYED: NoticeKind.DELAYED,
    EventCode.DISCARDED: NoticeKind.DISCARDED,
}
"""Which notice belongs to which event of the history."""


def write_notice(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Tell everybody who is asked of the event ``entry.number``.

    ``False`` when there is nothing (more) to tell: the message was decided meanwhile, a later notice is owed, all were
    told before, or nobody can be told. Raises ``StillOwed`` where somebody could not be told yet, and ``TemporaryError``
    when storage cannot be reached; the others were told then.
    """
    stored = app.messages.load(ref)
    if stored is None:
        return False
    record = stored.record
    event = next((event for event in app.messages.events(ref) if event.number == entry.number), None)
    kind = _KINDS.get(event.code) if event else None
    if event is None or kind is None or record.own or not sender_of(record):
        return False
    if not _still_true(record, event, kind):
        log.stage("notice", ref, "out-of-date", entry=entry.number)
        return False
    settings = settings_for(app, ref.tenant_id, sender_of(record))
    telling = Telling(
        people=hold_parties(app, record),
        mail=lambda reader, letter: _mail(app, record, kind, settings, reader, letter),
        card=lambda reader: show_hold_card(app, record, reader),
        text=lambda reader: hold_text(app, record, kind, reader),
        showed=record.event_count,
        thread=0,
        plain_for=asked_person(record, app.settings.tenant(ref.tenant_id)),
    )
    return tell(app, ref, entry, telling)


def _mail(
    app: App, record: MessageRecord, kind: NoticeKind, settings: TenantSettings, reader: Reader, letter: Letter
) -> bytes:
    """``settings`` are the sender's: they say what happens to the message."""
    link = make_link(app, record.ref, reader.person, Purpose.HOLD, settings)
    notice = HoldNotice(
        kind=kind,
        number=record.reminders_sent,
        sheet=make_sheet(record, settings.internal_domains),
        link=link.url,
        link_expires_at=link.expires_at,
        end=hold_end(record, hold_plan(settings)),
        language=reader.language,
        zone=reader.zone,
        on_behalf_of=reader.on_behalf_of,
        own=hold_words(app, record, kind, reader) if record.state is not State.AWAITING_APPROVAL else None,
    )
    return write_hold_notice(notice, letter)


def _still_true(record: MessageRecord, event: Event, kind: NoticeKind) -> bool:
    """Whether the notice still says how things stand."""
    match kind:
        case NoticeKind.FIRST:
            return record.state is State.HELD and record.reminders_sent == 0 and record.due_at is not None
        case NoticeKind.REMINDER:
            number = dict(event.args).get("reminder", "")
            return record.state is State.HELD and str(record.reminders_sent) == number and record.due_at is not None
        case NoticeKind.LEFT:
            return record.state is State.HELD
        case NoticeKind.DELAYED:
            return record.state is State.DELAYED
        case NoticeKind.RELEASED if event.code is EventCode.APPROVAL_REQUESTED and record.state is not event.state:
            return False  # its answer is told, too
        case NoticeKind.RELEASED | NoticeKind.EXPIRED | NoticeKind.DISCARDED:
            return event.actor == SYSTEM  # people know what they did themselves
