"""Whether storage is worth a try: after failures in a row, content is not asked for that could not be kept. Stage receive.

Pure: ``now`` is seconds on any clock that only grows.
"""

from __future__ import annotations

LONGEST_PAUSE_SECONDS = 30.0


class StorageCircuit:
    """Opens after ``failures`` in a row; then lets one message through after each pause, until one is stored."""

    def __init__(self, failures: int, pause_seconds: float) -> None:
        self._most = failures
        self._first_pause = pause_seconds
        self._failures = 0
        self._pause = 0.0
        self._next_try = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether storage failed too often of late."""
        return self._failures >= self._most

    def may_begin(self, now: float) -> bool:
        """Whether a transaction may begin. Costs no try: whoever begins and never ends would else keep all others out."""
        return not self.is_open or now >= self._next_try

    def may_try(self, now: float) -> bool:
        """Whether a message's content may come. Where the circuit is open, a yes is one message's try."""
        if not self.is_open:
            return True
        if now < self._next_try:
            return False
        self._next_try = now + self._pause  # the next one, should this one never come to its content
        self._trying = True
        return True

    def failed(self, now: float) -> None:
        """A message could not be stored. Those that were on their way when it opened do not make pauses longer."""
        self._failures += 1
        if self._failures == self._most:
            self._pause = self._first_pause
        elif self.is_open and self._trying:
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        else:
            return
        self._trying = False
        self._next_try = now + self._pause

    def given_up(self, now: float) -> None:
        """A message ended before storage had said anything: its try, if it was one, goes to the next that comes."""
        if self.is_open and self._trying:
            self._trying = False
            self._next_try = now

    def succeeded(self) -> None:
        """A message was stored."""
        self._failures = 0
        self._trying = False
