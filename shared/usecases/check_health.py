"""Ask every part that mail depends on whether it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared import log
from shared.app import App
from shared.core.message.identity import MessageRef
from shared.core.message.keys import PURPOSES

_NO_MESSAGE = MessageRef("health", "0" * 26)
"""A reference of 1970, which no message has."""


@dataclass(frozen=True, slots=True)
class Health:
    """(part, ``"ok"`` or ``"failed"``) for each part."""

    parts: tuple[tuple[str, str], ...]

    @property
    def healthy(self) -> bool:
        """Whether every part answered."""
        return all(state == "ok" for _, state in self.parts)


def check_health(build: Callable[[], App]) -> Health:
    """Try each part once. Never raises; the cause of a failure goes to the log only."""
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("configuration", build),
        ("keys", lambda: [build().secrets.signing_keys(purpose) for purpose in PURPOSES]),
        ("settings", lambda: build().settings.tenants()),
        ("messages", lambda: build().messages.load(_NO_MESSAGE)),
        ("schedule", lambda: build().schedule.read_mark("health")),
        ("spool", lambda: next(build().spool.committed_since(build().clock.now(), build().clock.now()), None)),
    )
    return Health(tuple((name, _try(check)) for name, check in checks))


def _try(check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:  # any failure at all is what this reports
        log.trouble("health", None, error)
        return "failed"
    return "ok"
