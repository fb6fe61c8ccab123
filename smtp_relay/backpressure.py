"""Whether new transactions are slowed down or deferred because judging is behind the spool. Stage receive.

Pure: ``now`` is seconds since the epoch. What is accepted is safe in the spool however long it lies there; the relay
defers because a sender whose server waits is told of it, and one whose mail lies unjudged is not (docs/adr/0078).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.ports_relay import Backlog

FRESH_SECONDS = 90.0
"""A backlog older than this was not measured when it should have been: the sweep runs twice a minute."""
_LEAVE = 0.5
"""A level is left when the age is below this part of where it was entered, so that it does not flap."""


class Level(StrEnum):
    """What happens to new transactions."""

    NORMAL = "normal"
    SLOW = "slow"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class Limits:
    """All in seconds; ``RelayConfiguration`` says what each means."""

    slow: float
    defer: float
    pause: float
    trickle: float
    blind: float


@dataclass(frozen=True, slots=True)
class Admission:
    """What a transaction gets: a pause, or a refusal for now."""

    pause_seconds: float = 0.0
    deferred: bool = False


class Backpressure:
    """The level, from what the sweep writes and from what this relay has accepted since."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._backlog: Backlog | None = None
        self._first_accepted: float | None = None
        self._level = Level.NORMAL
        self._deferring_since = 0.0
        self._next_in_trickle = 0.0
        self._blind_is_over = False

    def saw(self, backlog: Backlog | None) -> None:
        """Take what the sweep wrote; the same one again says nothing new."""
        if backlog is None or backlog == self._backlog:
            return
        self._backlog = backlog
        self._first_accepted = None
        self._blind_is_over = False

    def accepted(self, now: float) -> None:
        """A message was put into the spool."""
        if self._first_accepted is None:
            self._first_accepted = now

    def is_stale(self, now: float) -> bool:
        """Whether the sweep has not measured when it should have. An installation that never did is not."""
        return self._backlog is not None and now - self._backlog.written_at.timestamp() > FRESH_SECONDS

    def age(self, now: float) -> float:
        """Seconds for which the oldest message has waited to be judged, as far as that can be known.

        Where nobody measures any more, nobody may be judging either: what was behind then is taken to wait still, and
        so is what was accepted since. Without either, there is nothing to be behind with.
        """
        if self._backlog is None:
            return 0.0
        if not self.is_stale(now):
            return self._backlog.oldest_seconds
        if self._backlog.oldest_seconds > 0:
            return self._backlog.oldest_seconds + now - self._backlog.written_at.timestamp()
        return 0.0 if self._first_accepted is None else max(0.0, now - self._first_accepted)

    def level(self, now: float) -> Level:
        """The level now, with hysteresis."""
        age, limits = self.age(now), self._limits
        before = self._level
        if age >= limits.defer or (before is Level.DEFER and age >= limits.defer * _LEAVE):
            level = Level.DEFER
        elif age >= limits.slow or (before is not Level.NORMAL and age >= limits.slow * _LEAVE):
            level = Level.SLOW
        else:
            level = Level.NORMAL
        if level is Level.DEFER:
            if before is not Level.DEFER and not self._blind_is_over:
                self._deferring_since = now
            if self.is_stale(now) and now - self._deferring_since >= limits.blind:
                self._blind_is_over = True
            if self._blind_is_over:
                level = Level.SLOW
        self._level = level
        return level

    def admit(self, now: float) -> Admission:
        """What the next transaction gets."""
        level, limits = self.level(now), self._limits
        if level is Level.NORMAL:
            return Admission()
        if level is Level.DEFER:
            # The second part: a clock that was set back must not close the way until it has caught up.
            if now < self._next_in_trickle <= now + limits.trickle:
                return Admission(deferred=True)
            self._next_in_trickle = now + limits.trickle
            return Admission(limits.pause)
        start = limits.slow * _LEAVE
        return Admission(limits.pause * min(1.0, max(0.0, (self.age(now) - start) / (limits.defer - start))))
