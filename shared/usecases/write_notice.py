"""Tell a sender of their held message (stage 5): the effect of a ``hold-notice`` outbox entry. Runs twice harmlessly."""

from __future__ import annotations

from datetime import timedelta

from shared import log
from shared.app import App
from shared.core.hold.entitlement import asked_person, sender_of
from shared.core.hold.link import LinkClaims, Purpose, sign_link
from shared.core.hold.record import SYSTEM, Event, EventCode, MessageRecord, OutboxEntry, State
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.notice.formats import zone_of
from shared.core.notice.hold_notice import HoldNotice, NoticeKind, write_hold_notice
from shared.core.notice.letter import Letter
from shared.core.notice.sheet import hold_end, make_sheet
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.text.language import Language, choose_language
from shared.usecases.effective_settings import chosen_language, settings_for
from shared.usecases.plans import hold_plan
from shared.usecases.submit_own_mail import submit_own_mail

_KINDS = {
    EventCode.HELD: NoticeKind.FIRST,
    EventCode.REMINDED: NoticeKind.REMINDER,
    EventCode.LEFT: NoticeKind.LEFT,
    EventCode.RELEASED: NoticeKind.RELEASED,
    EventCode.EXPIRED: NoticeKind.EXPIRED,
    EventCode.DELAYED: NoticeKind.DELAYED,
    EventCode.DISCARDED: NoticeKind.DISCARDED,
}
"""Which notice belongs to which event of the history."""


def write_notice(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Write and submit the notice that belongs to the event ``entry.number``.

    ``False`` when there is nothing (more) to tell: the message was decided meanwhile, a later notice is owed, the
    notice was written before, or nobody can be told. Raises ``TemporaryError`` when storage cannot be reached.
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
    person = asked_person(record, app.settings.tenant(ref.tenant_id))
    now = app.clock.now()
    expires_at = now + timedelta(days=settings.notices.link_days)
    claims = LinkClaims(ref, person, Purpose.HOLD, now, expires_at)
    token = sign_link(claims, app.secrets.signing_keys("link")[0])
    notice = HoldNotice(
        kind=kind,
        number=record.reminders_sent,
        sheet=make_sheet(record, settings.internal_domains),
        link=f"{app.process.public_url.rstrip('/')}/h/{token}",
        link_expires_at=expires_at,
        end=hold_end(record, hold_plan(settings)),
        language=language_of(app, ref.tenant_id, person, settings),
        zone=zone_of(settings.time_zone),
    )
    letter = Letter(
        sender_name="",
        sender_address=notice_sender(settings),
        recipient=person,
        message_id=_message_id(app, ref, entry.number),
        date=now,
        thread_id=_message_id(app, ref, 0),
    )
    data = write_hold_notice(notice, letter)
    envelope = Envelope("", (person,), smtputf8=letter.smtputf8)
    return submit_own_mail(app, ref, f"hold-notice-{entry.number}", envelope, data)


def language_of(app: App, tenant_id: str, person: str, settings: TenantSettings) -> Language:
    """The language that a person has chosen, else the one that the directory knows, else that of the settings."""
    known = app.directory.people(tenant_id, (person,)).get(person.lower())
    chosen = chosen_language(app, tenant_id, person)
    return choose_language(chosen, known.language if known else "", default=settings.notices.language)


def notice_sender(settings: TenantSettings) -> str:
    """The From address of mail that Matta writes for a tenant."""
    return settings.notices.sender_address or f"matta@{settings.domains[0].lstrip('.')}"


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
        case NoticeKind.RELEASED | NoticeKind.EXPIRED | NoticeKind.DISCARDED:
            return event.actor == SYSTEM  # people know what they did themselves


def _message_id(app: App, ref: MessageRef, number: int) -> str:
    return f"<hold-notice-{number}.{ref.queue_id}@{app.process.host_name}>"
