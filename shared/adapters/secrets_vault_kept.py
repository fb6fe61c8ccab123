"""A value read from the vault, kept for a while, and looked at again in the background of whoever uses it.

Up to ``fresh_seconds`` it is simply used; up to twice that it is used while it is read again; older than that (nobody
has asked for long) it is read before it is used. So no value in use is older than twice ``fresh_seconds`` while the vault
answers, which is what the rotation of keys counts on. While the vault is away, the last good value stays in use.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from shared.adapters.secrets_vault_rest import VaultAway
from shared.errors import NotFound, TemporaryError

_NOT_FOUND_SECONDS = 10.0
"""How long it is believed that something is not there: whoever puts it there is waiting for it."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_LONGEST_PAUSE_WITHOUT_VALUE = 2.0
_log = logging.getLogger(__name__)
Value = TypeVar("Value")


class Kept(Generic[Value]):
    """One value. Safe to use from several threads; one of them reads at a time."""

    def __init__(
        self,
        what: str,
        read: Callable[[], Value],
        fresh_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``what`` names it in logs. ``read`` raises ``NotFound`` and ``TemporaryError``."""
        self._what = what
        self._read = read
        self._fresh_seconds = fresh_seconds
        self._monotonic = monotonic
        self._state = threading.Lock()
        self._reading = threading.Lock()
        self._value: Value | None = None
        self._read_at = float("-inf")
        self._missing: NotFound | None = None
        self._not_before = float("-inf")
        self._pause = _FIRST_PAUSE
        self._failure = ""

    def value(self) -> Value:
        """The value. Raises ``NotFound``; ``TemporaryError`` where there never was one and the vault is away."""
        with self._state:
            found = self._value
            age = self._monotonic() - self._read_at
        if found is None:
            return self._wait()
        if age < self._fresh_seconds:
            return found
        if age < 2 * self._fresh_seconds:
            if self._may_ask() and self._reading.acquire(blocking=False):
                try:
                    threading.Thread(target=self._renew, name="vault", daemon=True).start()
                except RuntimeError:  # no room for another thread: the next use tries again
                    self._reading.release()
            return found
        return self._wait()

    def _renew(self) -> None:
        """In a thread of its own; gives back the lock that its maker has taken."""
        try:
            self._ask()
        except (NotFound, TemporaryError):
            pass  # noted and logged where it was met
        finally:
            self._reading.release()

    def _wait(self) -> Value:
        with self._reading:
            with self._state:
                found, age = self._value, self._monotonic() - self._read_at
                missing, failure = self._missing, self._failure
            if found is not None and age < self._fresh_seconds:
                return found  # somebody else has read it meanwhile
            if found is None and missing is not None and age < _NOT_FOUND_SECONDS:
                raise NotFound(str(missing))
            if not self._may_ask():
                if found is not None:
                    return found
                raise VaultAway(failure)
            try:
                return self._ask()
            except TemporaryError:
                if found is not None:
                    return found
                raise

    def _may_ask(self) -> bool:
        with self._state:
            return self._monotonic() >= self._not_before

    def _ask(self) -> Value:
        try:
            fresh = self._read()
        except NotFound as error:
            with self._state:
                self._value, self._missing, self._read_at = None, error, self._monotonic()
            raise
        except TemporaryError as error:
            self._failed(error)
            raise
        with self._state:
            self._value, self._missing, self._read_at = fresh, None, self._monotonic()
            self._pause, self._not_before = _FIRST_PAUSE, float("-inf")
        return fresh

    def _failed(self, error: TemporaryError) -> None:
        with self._state:
            longest = _LONGEST_PAUSE if self._value is not None else _LONGEST_PAUSE_WITHOUT_VALUE
            wanted = error.pause if isinstance(error, VaultAway) else 0.0
            self._not_before = self._monotonic() + min(max(self._pause, wanted), longest)
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            self._failure = str(error)
            kept = self._value is not None
        _log.warning(
            "%s cannot be read%s: %s", self._what, "; what was read before stays in use" if kept else "", error
        )
