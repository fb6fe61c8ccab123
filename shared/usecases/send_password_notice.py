"""Tell recipients the password of the encrypted file that they have (stage 5): the effect of a ``password-notice`` entry.

One mail for each sending of the history, whatever runs twice: its queue id follows from the variant and the event. It
tells exactly those whom the change of state put down as told by that event.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from shared import log
from shared.app import App
from shared.core.hold import password_state
from shared.core.hold.entitlement import sender_of
from shared.core.hold.forms import as_sent
from shared.core.hold.record import Event, EventCode, MessageRecord, OutboxEntry
from shared.core.hold.sealed import CannotUnseal
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.notice.letter import Letter, safe_message_id
from shared.core.notice.notice_variables import make_notice_variables
from shared.core.notice.own_words import NoticeVariables
from shared.core.notice.password_letter import (
    PasswordFacts,
    PasswordWords,
    author_of,
    built_in_words,
    complete,
    delivered_subject,
    named_recipients,
    template_words,
    write_password_letter,
)
from shared.core.notice.receipt_sheet import make_receipt_sheet
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.transform.template_variables import TemplateFile, TemplateVariables
from shared.errors import Conflict, NotFound, PermanentError
from shared.usecases.commit import commit
from shared.usecases.effective_settings import settings_for, settings_judged_by
from shared.usecases.reader import language_of, notice_sender
from shared.usecases.submit_own_mail import submit_own_mail
from shared.usecases.tell_people import StillOwed
from shared.usecases.tenant_words import tenant_words
from shared.usecases.view_password import ShownPassword, open_password

PATIENCE = timedelta(minutes=10)
"""How long a password that does not open is tried again: keys that are being changed reach every machine in that time."""
_TRIES = 5


def send_password_notice(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Write and submit the mail of the sending ``entry.number``.

    ``False`` when it was written before, was taken back, or is none. Where the password cannot be opened any more, the
    sending is taken back and the sender told. Raises ``StillOwed`` until then, ``TemporaryError``.
    """
    stored = app.messages.load(ref)
    if stored is None:
        return False
    record = stored.record
    events = app.messages.events(ref)
    event = next((event for event in events if event.number == entry.number), None)
    if (
        event is None
        or event.code is not EventCode.PASSWORD_SENT
        or password_state.was_taken_back(events, event.number)
    ):
        return False
    variant = dict(event.args)["variant"]
    people = password_state.told_by(record, event)
    try:
        opened = open_password(app, record, variant)
    except (CannotUnseal, NotFound) as error:
        if app.clock.now() - event.at < PATIENCE:
            raise StillOwed("the password cannot be opened now") from error
        _take_back(app, ref, event)
        return False
    settings = settings_for(app, ref.tenant_id, sender_of(record))
    sender = sender_of(record)
    name, address = author_of(record, settings.internal_domains, notice_sender(settings))
    named = named_recipients(record, variant, people)
    purpose = f"password-{variant}-{event.number}"
    letter = Letter(
        sender_name=name,
        sender_address=address,
        # Only for whether the header needs UTF-8 (RFC 6532): the header names several, or nobody.
        recipient=next((one for one in (*named.to, *named.cc) if not one.isascii()), ""),
        message_id=f"<{purpose}.{ref.queue_id}@{app.process.host_name}>",
        date=app.clock.now(),
        thread_id=safe_message_id(record.summary.message_id),
    )
    words = _words(app, record, variant, opened, settings, name or address)
    data = write_password_letter(words, letter, named)
    smtputf8 = letter.smtputf8 or not all(one.isascii() for one in (sender, *people))
    body = "7BIT" if data.isascii() else "8BITMIME"
    return submit_own_mail(app, ref, purpose, Envelope(sender, people, smtputf8=smtputf8, body=body), data)


def _words(
    app: App, record: MessageRecord, variant: str, opened: ShownPassword, settings: TenantSettings, sender: str
) -> PasswordWords:
    """The policy's template, else the tenant's own words, else ours. Recipients without a password are worse than other
    words than wanted, so whatever fails gives way to ours; what it was is logged without its text.
    """
    language = language_of(app, record.ref.tenant_id, sender_of(record), settings)
    facts = PasswordFacts(sender, delivered_subject(record, variant), opened.file_name, language, opened.password)
    notice = password_state.notice_of(record, variant)
    if notice is None or not notice.template:
        if not settings.notices.texts:
            return built_in_words(facts)
        variables = _own_variables(app, record, variant, facts, settings)
        own = tenant_words(settings, "password", language, variables, record.ref)
        bare = tenant_words(settings, "password", language, replace(variables, password=""), record.ref)
        if own is None or bare is None:
            return built_in_words(facts)
        return complete(facts, own.subject, own.text, bare_text=bare.text)
    try:
        judged_by = settings_judged_by(app, record.ref.tenant_id, record.decision)
        template = next(known for known in judged_by.templates if known.id == notice.template)
        return template_words(facts, template, _variables(app, record, facts, judged_by, notice.template))
    except (PermanentError, StopIteration) as error:
        log.stage("template", record.ref, f"error:{type(error).__name__}", template=notice.template)
        return built_in_words(facts)


def _own_variables(
    app: App, record: MessageRecord, variant: str, facts: PasswordFacts, settings: TenantSettings
) -> NoticeVariables:
    sheet = make_receipt_sheet(as_sent(record), settings.internal_domains, {})
    shown = sheet.of(variant)
    variables = make_notice_variables(
        sheet.hold,
        settings,
        facts.language,
        app.clock.now(),
        file_name=facts.file_name,
        algorithm=shown.algorithm if shown else "",
        password=facts.password,
    )
    return replace(variables, subject=facts.subject)


def _variables(
    app: App, record: MessageRecord, facts: PasswordFacts, settings: TenantSettings, template: str
) -> TemplateVariables:
    summary = as_sent(record).summary
    author = summary.header_from[0] if summary.header_from else None
    return TemplateVariables(
        now=app.clock.now().astimezone(ZoneInfo(settings.time_zone)),
        sender_address=author.address if author else sender_of(record),
        sender_name=author.display_name if author else "",
        subject=facts.subject,
        recipient_count=len(summary.recipients),
        external_count=sum(recipient.external for recipient in summary.recipients),
        attachments=tuple(TemplateFile(item.name, item.size) for item in summary.attachments if not item.inline),
        file_name=facts.file_name,
        tenant_name=settings.name,
        policy_name=next((one.name for one in settings.policies if _asks_with(one.actions, template)), ""),
        language=facts.language,
        password=facts.password,
    )


def _asks_with(actions: tuple[object, ...], template: str) -> bool:
    return any(getattr(action, "notice_template", "") == template for action in actions)


def _take_back(app: App, ref: MessageRef, event: Event) -> None:
    """Put down that the sending did not take place. Raises ``Conflict`` after losing several races."""
    for attempt in range(_TRIES):
        stored = app.messages.load(ref)
        if stored is None:
            raise NotFound("no such message")
        change = password_state.sending_failed(stored.record, event, app.clock.now())
        if change is None:
            return
        try:
            commit(app, stored, change)
        except Conflict:
            if attempt == _TRIES - 1:
                raise
        else:
            log.stage("notice", ref, "password-failed", entry=event.number)
            return
