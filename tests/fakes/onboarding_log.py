"""``FakeOnboardingLog``: the ``OnboardingLog`` port in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from shared.core.message.identity import TENANT_ID
from shared.core.onboarding.canary import Canary
from shared.core.onboarding.finding import Step, StepResult
from shared.errors import Conflict, NotFound
from shared.ports_onboarding import MOST_CANARIES
from tests.fakes.trouble import Trouble


class FakeOnboardingLog:
    """Methods for ``trouble``: those of the port."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._secrets: dict[str, str] = {}
        self._results: dict[tuple[str, Step], StepResult] = {}
        self._canaries: dict[tuple[str, str], Canary] = {}

    def secret(self, tenant_id: str, proposed: str) -> str:
        """See the port."""
        with self.trouble.around("secret"), self._lock:
            _check(tenant_id)
            return self._secrets.setdefault(tenant_id, proposed)

    def results(self, tenant_id: str) -> tuple[StepResult, ...]:
        """See the port."""
        with self.trouble.around("results"), self._lock:
            _check(tenant_id)
            return tuple(self._results[tenant_id, step] for step in Step if (tenant_id, step) in self._results)

    def note(self, tenant_id: str, result: StepResult) -> StepResult:
        """See the port."""
        with self.trouble.around("note"), self._lock:
            _check(tenant_id)
            kept = self._results.get((tenant_id, result.step))
            if kept is None or kept.checked_at <= result.checked_at:
                self._results[tenant_id, result.step] = result
            return self._results[tenant_id, result.step]

    def begin(self, tenant_id: str, canary: Canary) -> None:
        """See the port."""
        with self.trouble.around("begin"), self._lock:
            _check(tenant_id)
            if self._canaries.get((tenant_id, canary.id), canary) != canary:
                raise Conflict("there is another canary with this id")
            for old in self._of(tenant_id)[MOST_CANARIES - 1 :]:
                del self._canaries[tenant_id, old.id]
            self._canaries[tenant_id, canary.id] = canary

    def canaries(self, tenant_id: str) -> tuple[Canary, ...]:
        """See the port."""
        with self.trouble.around("canaries"), self._lock:
            _check(tenant_id)
            return tuple(self._of(tenant_id))

    def seen(self, tenant_id: str, id_: str, queue_id: str, at: datetime) -> bool:
        """See the port."""
        with self.trouble.around("seen"), self._lock:
            _check(tenant_id)
            canary = self._canaries.get((tenant_id, id_))
            if canary is None or canary.queue_id:
                return False
            self._canaries[tenant_id, id_] = replace(canary, queue_id=queue_id, seen_at=at)
            return True

    def _of(self, tenant_id: str) -> list[Canary]:
        found = [canary for (tenant, _), canary in self._canaries.items() if tenant == tenant_id]
        return sorted(found, key=lambda canary: canary.started_at, reverse=True)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
