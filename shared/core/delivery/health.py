"""How a next hop does, and whether it is to be tried in its turn (stage 4b). Pure: the time is an argument, in seconds.

A server that failed stands back behind the others for a pause that doubles with each failure in a row. When the pause is
over, one delivery tries it in its turn; only its success brings the others back. Standing back is no ban: where nothing
better is left, the server is tried all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_PAUSE = 15.0
LONGEST_PAUSE = 900.0
TRIAL = 60.0
"""How long the others wait for the outcome of a trial before the next one may begin."""


@dataclass(frozen=True, slots=True)
class Health:
    """``failures`` in a row, the end of the pause, until when a trial keeps the others away, and what went wrong last."""

    failures: int = 0
    pause_ends: float = 0.0
    trial_ends: float = 0.0
    text: str = ""


WELL = Health()


def is_well(health: Health, now: float) -> bool:
    """Whether to try the server in its turn."""
    return not health.failures or now >= max(health.pause_ends, health.trial_ends)


def on_trial(health: Health, now: float) -> Health:
    """Somebody has been told to try the server: until that is over it is not well for anybody else."""
    return replace(health, trial_ends=now + TRIAL) if health.failures else health


def failed(health: Health, now: float, text: str) -> Health:
    """The server could not be used. What fails within the pause began before it and does not make it longer."""
    if health.failures and now < health.pause_ends:
        return replace(health, text=text)
    pause = min(FIRST_PAUSE * 2.0 ** min(health.failures, 30), LONGEST_PAUSE)
    return Health(health.failures + 1, now + pause, 0.0, text)
