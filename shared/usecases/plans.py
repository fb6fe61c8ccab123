"""The timing that a tenant has set, in the terms of the state machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.core.hold.state import HoldPlan, RetryPlan
from shared.core.hold.working_time import working_time
from shared.core.policy.tenant_settings import TenantSettings


def hold_plan(settings: TenantSettings) -> HoldPlan:
    """Reminders and end of a hold."""
    notices = settings.notices
    working = working_time(notices.business_hours, settings.time_zone)
    return HoldPlan(timedelta(hours=notices.reminder_hours), notices.reminders, notices.at_end, working)


def later(settings: TenantSettings) -> Callable[[datetime, timedelta], datetime]:
    """When a pause that begins at a moment is over: in the tenant's business hours, where it has set some."""
    working = working_time(settings.notices.business_hours, settings.time_zone)
    return working.after if working is not None else lambda moment, pause: moment + pause


def retry_plan(settings: TenantSettings) -> RetryPlan:
    """Pauses and deadline of delivery, and when its sender hears of a delay."""
    delivery = settings.delivery
    return RetryPlan(
        timedelta(seconds=delivery.first_pause_seconds),
        timedelta(seconds=delivery.longest_pause_seconds),
        timedelta(hours=delivery.deadline_hours),
        timedelta(hours=delivery.delay_notice_hours) if delivery.delay_notice_hours else None,
    )
