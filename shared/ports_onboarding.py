"""The port of onboarding: what was checked of a tenant and when, its secret for DNS, and its canaries.

The rules of ``shared/ports.py`` hold.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.core.onboarding.canary import Canary
from shared.core.onboarding.finding import StepResult

MOST_CANARIES = 20
"""As many are kept for a tenant; older ones go when a new one begins."""


class OnboardingLog(Protocol):
    """Small and seldom used: a few rows for each tenant. Raises ``NotFound`` for what is no tenant's id."""

    def secret(self, tenant_id: str, proposed: str) -> str:
        """The tenant's secret for its DNS records; ``proposed`` becomes it where there is none. Once made it stays."""
        ...

    def results(self, tenant_id: str) -> tuple[StepResult, ...]:
        """The last result of each step that was checked, in the order of the steps."""
        ...

    def note(self, tenant_id: str, result: StepResult) -> StepResult:
        """Keep a step's result, unless a later one is kept already. What is kept afterwards."""
        ...

    def begin(self, tenant_id: str, canary: Canary) -> None:
        """Keep a new canary. Keeping it twice is no error. Raises ``Conflict`` where there is another one with its id."""
        ...

    def canaries(self, tenant_id: str) -> tuple[Canary, ...]:
        """The newest first."""
        ...

    def seen(self, tenant_id: str, id_: str, queue_id: str, at: datetime) -> bool:
        """Note the message by which a canary was seen. ``False`` where there is no such canary, or it was seen before:
        the first message counts.
        """
        ...
