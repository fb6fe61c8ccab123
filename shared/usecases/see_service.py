"""How the service is, for its operator (stage 6): its parts, its queues, and how far behind the safety nets are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.ports_operator import QueueLength
from shared.usecases.check_health import check_health
from shared.usecases.sweep_spool import MARK

MOST_LATE = 200
"""Messages in the spool that one look asks about."""


@dataclass(frozen=True, slots=True)
class PartHealth:
    """A part that mail depends on."""

    part: str
    ok: bool


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """``swept_to`` is up to when every message of the spool is known to be judged; ``waiting`` are later ones that are
    not judged yet (at most 200 are looked at), the oldest ``oldest_waiting_seconds`` old. ``None`` where it cannot be told.
    """

    healthy: bool
    parts: tuple[PartHealth, ...]
    queues: tuple[QueueLength, ...]
    swept_to: datetime | None
    waiting: int | None
    oldest_waiting_seconds: int | None
    checked_at: datetime


def see_service(app: App) -> ServiceHealth:
    """Never raises: what cannot be asked is told as failed."""
    now = app.clock.now()
    health = check_health(lambda: app)
    parts = [PartHealth(name, state == "ok") for name, state in health.parts]
    queues: tuple[QueueLength, ...] = ()
    try:
        queues = app.parked.lengths()
        parts.append(PartHealth("queues", True))
    except Exception as error:  # any failure at all is what this reports
        log.trouble("health", None, error)
        parts.append(PartHealth("queues", False))
    swept_to, waiting, oldest = None, None, None
    try:
        swept_to = app.schedule.read_mark(MARK)
        waiting, oldest = _waiting(app, swept_to or now - timedelta(hours=1), now)
    except Exception as error:
        log.trouble("health", None, error)
    healthy = all(part.ok for part in parts)
    return ServiceHealth(healthy, tuple(parts), queues, swept_to, waiting, oldest, now)


def _waiting(app: App, since: datetime, now: datetime) -> tuple[int, int | None]:
    count, oldest = 0, None
    for number, entry in enumerate(app.spool.committed_since(since, now)):
        if number >= MOST_LATE:
            break
        if entry.ref not in app.messages.judged(entry.ref, entry.ref):
            count += 1
            age = max(0, round((now - entry.committed_at).total_seconds()))
            oldest = age if oldest is None else max(oldest, age)
    return count, oldest
