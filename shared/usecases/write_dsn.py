"""Tell a sender which recipients did not get their message (stage 5): the effect of a ``dsn`` outbox entry.

Runs twice harmlessly. Never answers a null sender, so that no DSN begets another (RFC 5321 section 4.5.5).
"""

from __future__ import annotations

from shared.app import App
from shared.core.hold.entitlement import sender_of
from shared.core.hold.record import Fate, OutboxEntry
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.notice.dsn import LONGEST_HEADER, DsnContext, write_dsn_mail
from shared.core.notice.formats import zone_of
from shared.core.notice.letter import Letter, safe_message_id
from shared.errors import PermanentError
from shared.usecases.effective_settings import settings_for
from shared.usecases.reader import language_of, notice_sender
from shared.usecases.submit_own_mail import submit_own_mail
from shared.usecases.view_hold import read_prefix


def write_dsn(app: App, ref: MessageRef, entry: OutboxEntry) -> bool:
    """Write and submit the DSN about the recipients that ``entry.number`` reports.

    ``False`` when there is nobody to tell or nothing to tell of, or when it was written before. Raises
    ``TemporaryError`` when storage cannot be reached.
    """
    stored = app.messages.load(ref)
    if stored is None:
        return False
    record = stored.record
    sender = sender_of(record)
    failed = tuple(
        result for result in record.recipients if result.fate is Fate.FAILED and result.reported_in == entry.number
    )
    if not sender or not failed:  # mail of our own has a sender only where it is a person's: a password notice
        return False
    settings = settings_for(app, ref.tenant_id, sender)
    letter = Letter(
        sender_name="",
        sender_address=notice_sender(settings),
        recipient=sender,
        message_id=f"<dsn-{entry.number}.{ref.queue_id}@{app.process.host_name}>",
        date=app.clock.now(),
        thread_id=safe_message_id(record.summary.message_id),
    )
    context = DsnContext(
        app.process.host_name, language_of(app, ref.tenant_id, sender, settings), zone_of(settings.time_zone)
    )
    try:
        header = read_prefix(app.spool.content("outgoing" if record.own else "spool", ref), LONGEST_HEADER * 2)
    except PermanentError:  # the bytes are gone: the report is still worth having
        header = b""
    data = write_dsn_mail(record, failed, header, letter, context)
    body = "7BIT" if data.isascii() else "8BITMIME"
    envelope = Envelope("", (sender,), smtputf8=letter.smtputf8, body=body)
    return submit_own_mail(app, ref, f"dsn-{entry.number}", envelope, data)
