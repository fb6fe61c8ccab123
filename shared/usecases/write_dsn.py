"""Report to a sender what became of their message (stage 5): the effect of the outbox entries about reports.

Runs twice harmlessly. Never answers a null sender, and never Matta's own address, so that no report begets another (RFC
5321 section 4.5.5). Which recipients a report is about was settled with the event that owes it (``reports.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from shared import log
from shared.app import App
from shared.core.hold.entitlement import sender_of
from shared.core.hold.record import MessageRecord, OutboxEntry, OutboxKind
from shared.core.hold.reports import reported
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.envelope import DsnWish, Envelope
from shared.core.message.identity import MessageRef
from shared.core.notice.dsn import write_report_mail
from shared.core.notice.dsn_report import DsnContext, Report, ReportKind
from shared.core.notice.dsn_returned import LARGEST_WHOLE, LONGEST_HEADER, Original
from shared.core.notice.formats import zone_of
from shared.core.notice.letter import Letter, safe_message_id
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import PermanentError
from shared.usecases.effective_settings import settings_for
from shared.usecases.reader import language_of, notice_sender
from shared.usecases.submit_own_mail import submit_own_mail
from shared.usecases.view_hold import read_prefix

KINDS: Mapping[OutboxKind, ReportKind] = {
    OutboxKind.DSN: ReportKind.FAILED,
    OutboxKind.DELAY_DSN: ReportKind.DELAYED,
    OutboxKind.RELAYED_DSN: ReportKind.RELAYED,
    OutboxKind.REFUSAL_NOTICE: ReportKind.REFUSED,
}
"""What each entry about reports is to tell."""
NO_REPORTS = DsnWish(("NEVER",))
"""What is asked for about the report's own delivery (RFC 3461 section 6.1)."""


def write_dsn(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Write and submit the report that ``entry`` owes.

    ``False`` when there is nobody to tell or nothing to tell of any more, or when it was written before. Raises
    ``TemporaryError`` when storage cannot be reached.
    """
    stored = app.messages.load(ref)
    if stored is None:
        return False
    record = stored.record
    log.follow(ref, record.reception.session_id)
    sender = sender_of(record)
    results = reported(record, entry.kind, entry.number)
    if not sender or not results:  # mail of our own has a sender only where it is a person's: a password notice
        return False
    settings = settings_for(app, ref.tenant_id, sender)
    kind = KINDS[entry.kind]
    if not _may_be_told(sender, kind, settings):
        return False
    purpose = f"{entry.kind}-{entry.number}"
    letter = Letter(
        sender_name="",
        sender_address=notice_sender(settings),
        recipient=sender,
        message_id=f"<{purpose}.{ref.queue_id}@{app.process.host_name}>",
        date=app.clock.now(),
        thread_id=safe_message_id(record.summary.message_id),
    )
    started = record.delivery_started_at or record.created_at
    context = DsnContext(
        app.process.host_name,
        language_of(app, ref.tenant_id, sender, settings),
        zone_of(settings.time_zone),
        started + timedelta(hours=settings.delivery.deadline_hours),
    )
    data = write_report_mail(Report(kind, record, results, context), _original(app, record, kind), letter)
    body = "7BIT" if data.isascii() else "8BITMIME"
    envelope = Envelope("", (sender,), letter.smtputf8, body, wishes=(NO_REPORTS,))
    return submit_own_mail(app, ref, purpose, envelope, data)


def _may_be_told(sender: str, kind: ReportKind, settings: TenantSettings) -> bool:
    """Not Matta itself. A letter that is no DSN goes to the tenant's own people only: nobody else asked for one."""
    if normal_address(sender) == normal_address(notice_sender(settings)):
        return False
    return kind is not ReportKind.REFUSED or domain_of(sender) in DomainSet(settings.internal_domains)


def _original(app: App, record: MessageRecord, kind: ReportKind) -> Original:
    """What comes back: all of a small message where its client asked for that and it failed (RFC 3461 section 4.3)."""
    try:
        content = app.spool.content("outgoing" if record.own else "spool", record.ref)
        if kind is ReportKind.FAILED and record.envelope.ret == "FULL" and content.size <= LARGEST_WHOLE:
            return Original(read_prefix(content, LARGEST_WHOLE), whole=True)
        return Original(read_prefix(content, LONGEST_HEADER * 2))
    except PermanentError:  # the bytes are gone: the report is still worth having
        return Original(b"")
