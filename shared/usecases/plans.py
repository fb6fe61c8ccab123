"""The timing that a tenant has set, in the terms of the state machine."""

from __future__ import annotations

from datetime import timedelta

from shared.core.hold.state import HoldPlan, RetryPlan
from shared.core.policy.tenant_settings import TenantSettings


def hold_plan(settings: TenantSettings) -> HoldPlan:
    """Reminders and end of a hold."""
    notices = settings.notices
    return HoldPlan(timedelta(hours=notices.reminder_hours), notices.reminders, notices.at_end)


def retry_plan(settings: TenantSettings) -> RetryPlan:
    """Pauses and deadline of delivery."""
    delivery = settings.delivery
    return RetryPlan(
        timedelta(seconds=delivery.first_pause_seconds),
        timedelta(seconds=delivery.longest_pause_seconds),
        timedelta(hours=delivery.deadline_hours),
    )
