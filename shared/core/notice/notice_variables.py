"""From what people are shown of a message to what a tenant's words may name (stage 5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared.core.notice.formats import moment_text, zone_of
from shared.core.notice.own_words import NoticeVariables
from shared.core.notice.sheet import HoldEnd, HoldSheet
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.text.catalogue import show
from shared.core.text.language import Language
from shared.core.text.notice import NOTICE
from shared.core.text.reasons import reason_title

MOST_NAMES = 20
"""Domains, reasons and policies that are named."""


def make_notice_variables(
    sheet: HoldSheet, settings: TenantSettings, language: Language, now: datetime, **more: Any
) -> NoticeVariables:
    """The values for a notice about the message of ``sheet``. ``more`` are further fields: ``end``, ``comment`` …"""
    titles = tuple(dict.fromkeys(reason_title(numbered.reason, language) for numbered in sheet.reasons))
    return NoticeVariables(
        now=now.astimezone(zone_of(settings.time_zone)),
        language=language,
        sender_name=sheet.from_name,
        sender_address=sheet.from_address,
        subject=sheet.subject,
        recipient_count=sheet.counts.total,
        external_count=sum(group.count for group in sheet.groups if group.external),
        domains=_joined(sheet.external_domains, language),
        attachments=tuple((file.name, file.size) for file in sheet.attachments if not file.inline),
        tenant_name=settings.name,
        reasons=_joined(titles, language),
        policies=_joined(sheet.policies, language),
        **more,
    )


def end_text(end: HoldEnd, settings: TenantSettings, language: Language) -> str:
    """What happens if nobody decides, as the value of ``end``."""
    when = moment_text(end.at, zone_of(settings.time_zone), language) if end.at else ""
    return NOTICE.text(f"end.{end.what}", language, when=when)


def _joined(names: tuple[str, ...], language: Language) -> str:
    shown = names[:MOST_NAMES]
    if len(names) > MOST_NAMES:
        shown = (*shown, NOTICE.text("more", language, count=len(names) - MOST_NAMES))
    return show(shown, language)
