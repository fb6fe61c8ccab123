"""Tokens of a managed identity, kept and renewed in time: what storage and the vault are asked with. Every stage.

A token is asked for anew when half of the time that it had left is over, in the background of whoever uses it, so that
nobody waits and the old one still serves for as long again where the endpoint is away. Only where there is none that is
valid does a caller wait, and then one asks for all. Times are measured by a clock that nobody sets.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from functools import cache

from shared.adapters.identity_endpoint import IdentityToken, NoToken, fetch_token

STORAGE = "https://storage.azure.com/"
"""The resource that tokens for all of Storage are made for."""
_MARGIN_SECONDS = 30.0
"""A token is not used in its last moments: a request takes time to get there."""
_SHORTEST_LIFE_SECONDS = 60.0
"""A token that has just come is used for so long even if it seems to be over: then the clock here is wrong."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_TRIES = 3
_TRY_PAUSES = (0.2, 0.8)
_NO_SOONER_SECONDS = 10.0
"""A token that was refused is replaced at most this often: mostly a role is missing, which no new token mends."""
_log = logging.getLogger(__name__)


class IdentityTokens:
    """The tokens for one resource. Safe to use from several threads; satisfies storage's ``TokenSource``."""

    def __init__(
        self,
        fetch: Callable[[], IdentityToken],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Nothing is asked for before the first use. ``fetch`` raises ``NoToken``."""
        self._fetch = fetch
        self._monotonic = monotonic
        self._now = now
        self._sleep = sleep
        self._token = ""
        self._fetched = float("-inf")
        self._valid_until = float("-inf")
        self._renew_from = float("-inf")
        self._pause = _FIRST_PAUSE
        self._failures = 0
        self._failure = ""
        self._state = threading.Lock()
        self._foreground = threading.Lock()
        self._renewing = False

    def current(self) -> str:
        """A token that is valid now, without any waiting; ``""`` where there is none."""
        with self._state:
            moment = self._monotonic()
            if moment >= self._valid_until:
                return ""
            token = self._token
            renew = moment >= self._renew_from and not self._renewing
            if renew:
                self._renewing = True
        if renew:
            threading.Thread(target=self._renew, name="identity-token", daemon=True).start()
        return token

    def value(self) -> str:
        """A token that is valid now; waits for one where there is none. Raises ``NoToken``."""
        return self.current() or self._wait()

    def expires_at(self) -> float:
        """When the token of now ends, in seconds since 1970 by the clock of this machine."""
        with self._state:
            return self._now() + self._valid_until - self._monotonic()

    def refused(self, token: str) -> None:
        """Somebody did not take a token: the next use asks for another one, unless that has just been done."""
        with self._state:
            if token == self._token and self._monotonic() - self._fetched >= _NO_SOONER_SECONDS:
                self._valid_until = float("-inf")

    def _wait(self) -> str:
        failures = self._failures
        with self._foreground:
            if token := self.current():
                return token  # whoever was here before has brought it
            if self._failures != failures:
                # Somebody tried in vain while this caller waited: another try would only make the queue longer.
                raise NoToken(self._failure)
            for number in range(_TRIES):
                try:
                    return self._take(self._fetch())
                except NoToken as error:
                    if number == _TRIES - 1:
                        self._failures, self._failure = self._failures + 1, str(error)
                        raise
                self._sleep(_TRY_PAUSES[number])
        raise AssertionError("unreachable")  # pragma: no cover

    def _renew(self) -> None:
        """In a thread of its own: another token in place of the one that is still valid."""
        try:
            self._take(self._fetch())
        except NoToken as error:
            with self._state:
                pause = self._pause * random.uniform(0.8, 1.2)  # noqa: S311  # spreads requests, decides nothing
                self._renew_from = self._monotonic() + pause
                self._pause = min(_LONGEST_PAUSE, self._pause * 2)
            _log.warning("no new token, the old one stays in use: %s", error)
        finally:
            with self._state:
                self._renewing = False

    def _take(self, fresh: IdentityToken) -> str:
        with self._state:
            moment = self._monotonic()
            left = max(fresh.expires_at - self._now() - _MARGIN_SECONDS, _SHORTEST_LIFE_SECONDS)
            self._token = fresh.value
            self._fetched = moment
            self._valid_until = moment + left
            # The endpoint keeps tokens too, and may give the same one again: then half of what is left is shorter.
            self._renew_from = moment + max(left / 2, min(left, _SHORTEST_LIFE_SECONDS / 2))
            self._pause = _FIRST_PAUSE
            return fresh.value


@cache
def identity_tokens(resource: str, client_id: str) -> IdentityTokens:
    """The tokens of this process for a resource, by its identity of that client id (``""``: the system's)."""
    return IdentityTokens(lambda: fetch_token(resource, client_id))
