"""Open sessions with next hops: how many there may be, and those that are kept for the next message. Part of stage 4b.

A kept session serves only the tenant, the settings and the credentials that it was opened with. It ends when nothing was
sent for some seconds, and after ``MOST_TRANSACTIONS``: servers count, too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.adapters.smtp_next_hop_connection import Budget, ConnectionFailed
from shared.adapters.smtp_next_hop_credentials import Credentials
from shared.adapters.smtp_next_hop_session import Session
from shared.core.policy.tenant_settings import NextHopServer

MOST_TRANSACTIONS = 100
LONGEST_WAIT = 10.0
"""Seconds that a delivery waits for a connection: what is left of its time must do for sending."""
MOST_KEPT = 100
"""Sessions that one process keeps, with all servers together."""


class Busy(ConnectionFailed):
    """Matta's own limits keep it from the server, which has done nothing wrong."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server as one tenant's settings describe it: the unit of limits, health and sharing."""

    tenant_id: str
    server: NextHopServer


@dataclass(slots=True)
class _Kept:
    session: Session
    credentials: Credentials
    since: float


@dataclass(slots=True)
class _Hop:
    """``open`` counts all sessions, kept ones among them."""

    open: int = 0
    kept: list[_Kept] = field(default_factory=list)


class SessionPool:
    """The sessions of a process. Safe to use from several threads."""

    def __init__(self, idle_seconds: float) -> None:
        """``idle_seconds``: how long a session is kept; 0 for not at all."""
        self._idle = idle_seconds
        self._changed = threading.Condition()
        self._hops: dict[Place, _Hop] = {}
        self._kept = 0
        self._reaper: threading.Thread | None = None
        self._closed = False

    def borrow(self, place: Place, credentials: Credentials, budget: Budget) -> Session | None:
        """A kept session, or ``None`` for leave to open one. Either must be given back.

        Raises ``Busy`` where the server's ``connections`` are all in use for too long.
        """
        end = budget.limit(min(LONGEST_WAIT, budget.step))
        with self._changed:
            while True:
                self._drop_old()
                hop = self._hops.setdefault(place, _Hop())
                for kept in reversed(hop.kept):
                    if kept.credentials == credentials:
                        self._forget(hop, kept)
                        return kept.session
                if hop.open >= place.server.connections and hop.kept:
                    self._close(hop, hop.kept[0])  # opened with credentials that are not used any more
                if hop.open < place.server.connections:
                    hop.open += 1
                    return None
                left = end - time.monotonic()
                if left <= 0:
                    raise Busy("all connections that the server's settings allow are in use", "4.4.5")
                self._changed.wait(left)

    def give_back(self, place: Place, credentials: Credentials, session: Session | None) -> None:
        """What was borrowed is over: ``session`` may serve once more, ``None`` is closed already."""
        leaving: Session | None = None
        with self._changed:
            hop = self._hops[place]
            if session is not None and self._is_worth_keeping(session):
                hop.kept.append(_Kept(session, credentials, time.monotonic()))
                self._kept += 1
                self._watch()
            else:
                leaving = session
                hop.open -= 1
                self._tidy(place, hop)
            self._changed.notify_all()
        if leaving is not None:
            leaving.quit()

    def close(self) -> None:
        """Close what is kept, and keep nothing from now on."""
        with self._changed:
            self._closed = True
            for hop, kept in list(self._all()):
                self._close(hop, kept)
            self._hops = {place: hop for place, hop in self._hops.items() if hop.open}
            self._changed.notify_all()

    def _is_worth_keeping(self, session: Session) -> bool:
        wanted = self._idle > 0 and not self._closed and self._kept < MOST_KEPT
        return wanted and session.transactions < MOST_TRANSACTIONS and session.connection.is_quiet

    def _all(self) -> Iterator[tuple[_Hop, _Kept]]:
        return ((hop, kept) for hop in self._hops.values() for kept in hop.kept)

    def _drop_old(self) -> None:
        oldest = time.monotonic() - self._idle
        for hop, kept in list(self._all()):
            if kept.since <= oldest:
                self._close(hop, kept)
        for place, hop in list(self._hops.items()):
            self._tidy(place, hop)

    def _close(self, hop: _Hop, kept: _Kept) -> None:
        self._forget(hop, kept)
        hop.open -= 1
        kept.session.leave()

    def _forget(self, hop: _Hop, kept: _Kept) -> None:
        hop.kept.remove(kept)
        self._kept -= 1

    def _tidy(self, place: Place, hop: _Hop) -> None:
        if not hop.open and self._hops.get(place) is hop:
            del self._hops[place]

    def _watch(self) -> None:
        """See to it that sessions end although nobody sends any more."""
        if self._reaper is None:
            self._reaper = threading.Thread(target=self._reap, name="next-hop-sessions", daemon=True)
            self._reaper.start()

    def _reap(self) -> None:
        with self._changed:
            while self._kept:
                first = min(kept.since for _, kept in self._all())
                self._changed.wait(max(first + self._idle - time.monotonic(), 0.01))
                self._drop_old()
            self._reaper = None
