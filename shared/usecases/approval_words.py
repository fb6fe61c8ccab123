"""A tenant's own words about an approval, filled for one reader (stage 5); ``None`` where ours are used."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.entitlement import sender_of
from shared.core.hold.record import MessageRecord
from shared.core.notice.approval_letter import who_text
from shared.core.notice.approval_sheet import ApprovalSheet
from shared.core.notice.notice_variables import make_notice_variables
from shared.core.notice.own_words import OwnWords
from shared.core.policy.tenant_settings import NoticeName
from shared.usecases.effective_settings import settings_for
from shared.usecases.reader import Reader
from shared.usecases.tenant_words import tenant_words


def approval_words(
    app: App, record: MessageRecord, sheet: ApprovalSheet, notice: NoticeName, reader: Reader, number: int = 0
) -> OwnWords | None:
    """The words for a notice. To an approver ``comment`` is the requester's, to the requester the last answer's.

    Raises ``TemporaryError``.
    """
    settings = settings_for(app, record.ref.tenant_id, sender_of(record))
    if not settings.notices.texts:
        return None
    language = reader.language
    last = sheet.votes[-1] if sheet.votes and notice in ("approval-approved", "approval-denied") else None
    variables = make_notice_variables(
        sheet.hold,
        settings,
        language,
        app.clock.now(),
        number=number,
        requester=who_text(sheet.requester, language),
        approver=who_text(last.actor, language) if last is not None else "",
        comment=last.comment if last is not None else sheet.comment,
    )
    return tenant_words(settings, notice, language, variables, record.ref)
