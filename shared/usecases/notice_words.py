"""A tenant's own words for a hold's notice, filled with what the message is (stage 5)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.entitlement import sender_of
from shared.core.hold.record import MessageRecord
from shared.core.notice.hold_notice import NoticeKind
from shared.core.notice.notice_variables import end_text, make_notice_variables
from shared.core.notice.own_words import OwnWords, hold_notice_name
from shared.core.notice.sheet import hold_end, make_sheet
from shared.usecases.effective_settings import settings_for
from shared.usecases.plans import hold_plan
from shared.usecases.reader import Reader
from shared.usecases.tenant_words import tenant_words


def hold_words(app: App, record: MessageRecord, kind: NoticeKind, reader: Reader) -> OwnWords | None:
    """The words, ``None`` where ours stand. Raises ``TemporaryError``."""
    if not reader.settings.notices.texts:
        return None
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))  # they say when the hold ends
    end = end_text(hold_end(record, hold_plan(settings)), settings, reader.language) if kind.asks else ""
    variables = make_notice_variables(
        make_sheet(record, settings.internal_domains),
        settings,
        reader.language,
        app.clock.now(),
        number=record.reminders_sent,
        end=end,
    )
    return tenant_words(reader.settings, hold_notice_name(kind), reader.language, variables, record.ref)
