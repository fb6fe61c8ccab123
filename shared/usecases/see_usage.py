"""Usage of every tenant, from counters, for the operator and for billing (stage 6; product.md W4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.app import App
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.reports.day_span import DaySpan
from shared.core.settings.csv_text import write_rows
from shared.core.text.audit import EXPORT
from shared.core.text.language import Language
from shared.usecases.manage_tenants import TenantState, state_of

COLUMNS = (
    *("tenant", "tenant-name", "plan", "tenant-state", "people", "senders"),
    *("messages", "held", "recipients", "external", "bytes"),
)


@dataclass(frozen=True, slots=True)
class TenantUsage:
    """What a tenant used on some days (UTC). ``people`` is the largest number of active people it had on one of them,
    ``None`` where none was counted yet; ``senders`` are different senders, exact up to 300 in each hour; ``size`` are
    the bytes of its messages as they came in.
    """

    tenant_id: str
    name: str
    plan: str
    state: TenantState
    people: int | None
    senders: int
    messages: int
    held: int
    recipients: int
    external_recipients: int
    size: int


def see_usage(app: App, span: DaySpan) -> tuple[TenantUsage, ...]:
    """By id. Raises ``TemporaryError``."""
    now = app.clock.now()
    tenants = sorted(app.settings.tenants(), key=lambda settings: settings.tenant_id)
    return tuple(_usage(app, settings, span, now) for settings in tenants)


def export_usage(app: App, span: DaySpan, language: Language) -> bytes:
    """The same as CSV. Raises ``TemporaryError``."""
    header = (*(EXPORT.text(f"column.{name}", language) for name in COLUMNS), f"{span.first} – {span.last}")
    return write_rows([header, *(_cells(usage, language) for usage in see_usage(app, span))])


def _usage(app: App, settings: TenantSettings, span: DaySpan, now: datetime) -> TenantUsage:
    counts = app.counters.between(settings.tenant_id, span.since, span.until)
    senders = {sender for count in counts for sender in count.senders}
    return TenantUsage(
        settings.tenant_id,
        settings.name,
        settings.plan,
        state_of(settings, now),
        app.counters.people(settings.tenant_id, span.first, span.last),
        len(senders),
        sum(count.messages for count in counts),
        sum(count.held for count in counts),
        sum(count.recipients for count in counts),
        sum(count.external_recipients for count in counts),
        sum(count.size for count in counts),
    )


def _cells(usage: TenantUsage, language: Language) -> tuple[str, ...]:
    return (
        usage.tenant_id,
        usage.name,
        usage.plan,
        EXPORT.text(f"tenant.{usage.state}", language),
        "" if usage.people is None else str(usage.people),
        str(usage.senders),
        str(usage.messages),
        str(usage.held),
        str(usage.recipients),
        str(usage.external_recipients),
        str(usage.size),
    )
