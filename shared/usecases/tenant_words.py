"""A tenant's own words for a notice, or none where they have none or theirs fail (stage 5). Never raises for a text."""

from __future__ import annotations

from shared import log
from shared.core.message.identity import MessageRef
from shared.core.notice.own_words import NoticeVariables, OwnWords, own_words
from shared.core.policy.tenant_settings import NoticeName, TenantSettings
from shared.core.text.language import Language


def tenant_words(
    settings: TenantSettings,
    notice: NoticeName,
    language: Language,
    variables: NoticeVariables,
    ref: MessageRef | None = None,
) -> OwnWords | None:
    """The words, or ``None`` for the built-in ones: a text that fails must not keep a notice from being sent."""
    if not any(item.notice == notice and item.language == language for item in settings.notices.texts):
        return None
    from shared.core.transform.render_template import InvalidTemplate

    try:
        return own_words(settings, notice, language, variables)
    except InvalidTemplate as error:
        log.trouble("notice-text", ref, error, notice=notice, language=language)
        return None
