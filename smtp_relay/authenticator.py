"""Checks user name and password off the event loop, slows guessing down and shuts guessers out. Stage receive."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address

from smtp_relay.attribution import Credential, RuleBook, parse_address
from smtp_relay.passwords import UnusableHash, check_password, hash_password

_MOST_PEERS = 20_000
_MOST_WAITING = 32
_MOST_NAMESAKES = 4
_LONGEST_DELAY_SECONDS = 15.0
_IPV6_SITE_BITS = 64


class Busy(Exception):
    """Too many passwords are being checked; the client may try again later."""


@dataclass(slots=True)
class _Failures:
    count: int
    since: float
    shut_out_until: float = 0.0


class Guessing:
    """Counts wrong passwords of each peer. An IPv6 peer is its /64: whoever has one address has them all."""

    def __init__(
        self,
        now: Callable[[], float],
        *,
        failures: int,
        window_seconds: float,
        shut_out_seconds: float,
        delay_seconds: float,
    ) -> None:
        self._now = now
        self._failures = failures
        self._window = window_seconds
        self._shut_out = shut_out_seconds
        self._delay = delay_seconds
        self._peers: OrderedDict[str, _Failures] = OrderedDict()

    def is_shut_out(self, peer: str) -> bool:
        """Whether this peer has guessed too often of late."""
        known = self._peers.get(site_of(peer))
        return known is not None and known.shut_out_until > self._now()

    def failed(self, peer: str) -> float:
        """Note a wrong password; return how many seconds its reply should wait."""
        now = self._now()
        site = site_of(peer)
        known = self._peers.pop(site, None)
        if known is None or now - known.since > self._window:
            known = _Failures(0, now)
        known.count += 1
        if known.count >= self._failures:
            known.shut_out_until = now + self._shut_out
        self._peers[site] = known
        while len(self._peers) > _MOST_PEERS:
            self._peers.popitem(last=False)
        return self._seconds(known)

    def _seconds(self, known: _Failures) -> float:
        return min(_LONGEST_DELAY_SECONDS, self._delay * 2.0 ** min(known.count - 1, 16))

    def pause(self, peer: str) -> float:
        """How many seconds this peer's next try should wait for what it got wrong of late; 0 where nothing."""
        known = self._peers.get(site_of(peer))
        if known is None or self._now() - known.since > self._window:
            return 0.0
        return self._seconds(known)

    def succeeded(self, peer: str) -> None:
        """Forget what this peer got wrong before."""
        self._peers.pop(site_of(peer), None)


class Authenticator:
    """Finds whose user name and password it is. ``close`` ends its threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
        self._waiting = 0

    async def find(self, book: RuleBook, user: str, password: bytes) -> Credential | None:
        """The one tenant's user where name and password fit; None where none or several do. Raises ``Busy``.

        An unknown name takes as long as a known one.
        """
        if self._waiting >= _MOST_WAITING:
            raise Busy
        candidates = book.credentials(user)[:_MOST_NAMESAKES]
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            fitting = await loop.run_in_executor(self._threads, _fitting, candidates, password)
        finally:
            self._waiting -= 1
        return fitting[0] if len(fitting) == 1 else None

    def close(self) -> None:
        """End the threads without waiting for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)


@cache
def _hash_of_nobody() -> str:
    return hash_password("nobody has this password")


def _fitting(candidates: tuple[Credential, ...], password: bytes) -> list[Credential]:
    if not candidates:
        check_password(password, _hash_of_nobody())
    fitting = []
    for candidate in candidates:
        try:
            if check_password(password, candidate.password_hash):
                fitting.append(candidate)
        except UnusableHash:
            continue
    return fitting


def site_of(peer: str) -> str:
    """Whom an address stands for: an IPv6 address for its /64, which is all one client's."""
    ip = parse_address(peer)
    if isinstance(ip, IPv6Address):
        return str(IPv6Address(int(ip) >> _IPV6_SITE_BITS << _IPV6_SITE_BITS))
    return peer if ip is None else str(ip)
