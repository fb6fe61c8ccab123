"""What all sessions of a relay share: the tenants' rules, the limits, the spool writer, the log. Stage receive."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections import Counter
from typing import TYPE_CHECKING

from shared.adapters.metrics_book import metrics_of
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import RANDOM_BYTES, new_queue_id
from shared.ports_relay import BacklogSource, IngressSource, SpoolWriter
from shared.settings import MisconfiguredProcess
from smtp_relay import replies
from smtp_relay.attribution import RuleBook
from smtp_relay.authenticator import Authenticator, Guessing, site_of
from smtp_relay.configuration import RelayConfiguration
from smtp_relay.counters import Counters
from smtp_relay.intake import Attribution, receive
from smtp_relay.logs import EventLog
from smtp_relay.networks import Networks
from smtp_relay.slow_tries import SlowTries
from smtp_relay.telemetry import Telemetry
from smtp_relay.tls import TlsFiles
from smtp_relay.valve import Valve

if TYPE_CHECKING:
    from smtp_relay.session import Session

_CLOCK_SECONDS = 5.0
"""A session looks at its deadline at least this often; also the most that one is overrun by."""


_STRANGERS_TURN = 3.0
"""Seconds that a stranger has to become known while others wait at the door: ten times what a client far away needs."""


class Relay:
    """The relay's state and its decisions about connections."""

    def __init__(
        self,
        configuration: RelayConfiguration,
        writer: SpoolWriter,
        source: IngressSource,
        backlog: BacklogSource | None = None,
        *,
        tls: TlsFiles | None = None,
        log: EventLog | None = None,
    ) -> None:
        self.configuration = configuration
        self.writer = writer
        self._tls = tls
        self.log = log or EventLog()
        self.book = RuleBook()
        self.sessions: set[Session] = set()
        self.all_ended = asyncio.Event()
        self.stopping = False
        self.authenticator = Authenticator()
        self.guessing = Guessing(
            time.monotonic,
            failures=configuration.auth_failures,
            window_seconds=configuration.auth_window_seconds,
            shut_out_seconds=configuration.shut_out_seconds,
            delay_seconds=configuration.auth_delay_seconds,
        )
        self.slow_tries = SlowTries(self.guessing)
        self.clock_seconds = min(
            _CLOCK_SECONDS,
            configuration.command_seconds,
            configuration.stranger_seconds,
            configuration.data_pause_seconds,
            configuration.session_seconds,
            configuration.proxy_seconds,
        )
        self.counters = Counters()
        self.valve = Valve(configuration, self.counters, self.log)
        self.telemetry = Telemetry(metrics_of(configuration.process, "matta-relay"), self.counters, self.log)
        self.proxies = Networks(configuration.proxy_peers, "MATTA_RELAY_PROXY_PEERS")
        self.exchange_names = tuple(
            name.strip().lower() for name in configuration.exchange_names.split(",") if name.strip()
        )
        self._exchange_peers = Networks(configuration.exchange_peers, "MATTA_RELAY_EXCHANGE_PEERS")
        self._source = source
        self._backlog = backlog
        self._rules_known = False
        self._peers: Counter[str] = Counter()
        self._tenants: Counter[str] = Counter()
        self._strangers: set[Session] = set()

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What STARTTLS offers new sessions; None where there is no certificate."""
        return None if self._tls is None else self._tls.context

    def is_exchange(self, tls: ssl.SSLObject) -> bool:
        """Whether a client's certificate shows one of Exchange Online's servers."""
        if not self.exchange_names or self._tls is None:
            return False
        shown = self._tls.public_names(tls)
        return any(name == one or name.endswith(f".{one}") for name in shown for one in self.exchange_names)

    # --- rules ---

    async def refresh(self) -> bool:
        """Read the tenants' rules once; on failure the last good ones stay. Returns whether it worked."""
        try:
            rules = await self._source.rules()
        except Exception as error:
            self.log.write("rules", outcome="kept", kind=type(error).__name__, cause=str(error))
            return False
        if not self._rules_known or rules != self.book.rules:
            self.book = RuleBook(rules)
            self._rules_known = True
            self.log.write("rules", outcome="read", tenants=len(rules))
            for problem in self.book.problems:
                self.log.write("rules", outcome="problem", problem=problem)
        return True

    async def keep_refreshing(self) -> None:
        """Read the rules, and look at the certificate, again and again until cancelled."""
        while True:
            await asyncio.sleep(self.configuration.rules_seconds)
            await self.refresh()
            await self.look_at_backlog()
            self._refresh_tls()
            self.telemetry.tell(time.monotonic(), self.valve.backlog_seconds)

    async def look_at_backlog(self) -> None:
        """Read how far judging is behind; where that fails, the last reading grows old by itself."""
        if self._backlog is None:
            return
        try:
            backlog = await self._backlog.read()
        except Exception as error:
            self.log.write("backlog", outcome="kept", kind=type(error).__name__, cause=str(error))
            backlog = None
        self.valve.saw(backlog)

    def _refresh_tls(self) -> None:
        try:
            if self._tls is not None and self._tls.refresh():
                self.log.write("tls", outcome="read")
        except MisconfiguredProcess as error:
            self.log.write("tls", outcome="kept", cause=str(error))

    # --- connections ---

    def new_session_id(self) -> str:
        """An id that follows a session and its messages through all logs."""
        return os.urandom(8).hex()

    def admit(self, session: Session) -> str:
        """Decide on a new connection: an empty string, or the reply that refuses it."""
        refusal = self._judge(session)
        if refusal:
            counted = self.counters.refused if refusal[0] == "5" else self.counters.deferred
            counted["connection"] += 1
        return refusal

    def _judge(self, session: Session) -> str:
        self.counters.sessions += 1
        if self.stopping:
            return replies.SHUTTING_DOWN
        if session.peer_hidden:
            pass  # the address is a proxy's: it neither names anybody nor stands for one client
        elif session.peer in self._exchange_peers:  # before any tenant's claim on these addresses
            session.shared = "peer"
        else:
            session.tenant_id = self.book.tenant_of_peer(session.peer)
        if not session.peer_hidden:
            self._count_peer(session, session.peer)
        if session.tenant_id is not None:
            session.attributed_by = "peer"
            session.book = self.book
            if not self._count_tenant(session, session.tenant_id):
                return replies.TOO_MANY_CONNECTIONS
        elif not session.shared:
            if not self._could_become_known() or self.guessing.is_shut_out(session.peer):
                return replies.STRANGER
            self._strangers.add(session)
            if len(self._strangers) > self.configuration.stranger_connections and not self._send_a_stranger_away(
                session
            ):
                return replies.TOO_MANY_CONNECTIONS
            site = site_of(session.peer)
            same = sum(site_of(stranger.peer) == site for stranger in self._strangers)
            if not session.peer_hidden and same > self.configuration.stranger_connections_per_peer:
                return replies.TOO_MANY_CONNECTIONS
        if len(self.sessions) > self.configuration.connections:
            return replies.TOO_MANY_CONNECTIONS
        if self._peers[session.limit_key] > self.configuration.connections_per_peer:
            return replies.TOO_MANY_CONNECTIONS
        return ""

    def _send_a_stranger_away(self, newcomer: Session) -> bool:
        """Make room for a newcomer; whether there is some. Every client is a stranger until it has said who it is, so
        connections that say nothing would else keep all customers out.
        """
        oldest = min(self._strangers - {newcomer}, key=lambda one: one.started, default=None)
        if oldest is None or time.monotonic() - oldest.started < _STRANGERS_TURN:
            return False
        self._strangers.discard(oldest)
        oldest.outcome = "made room"
        oldest.hang_up(replies.TIMED_OUT)
        return True

    def _count_peer(self, session: Session, key: str) -> None:
        session.limit_key = key
        self._peers[key] += 1

    def _count_tenant(self, session: Session, key: str) -> bool:
        if session.tenant_key != key:
            self._forget_tenant(session)
            session.tenant_key = key
            self._tenants[key] += 1
        return self._tenants[key] <= self.configuration.connections_per_tenant

    def _forget_tenant(self, session: Session) -> None:
        if session.tenant_key:
            self._tenants[session.tenant_key] -= 1
            if self._tenants[session.tenant_key] <= 0:
                del self._tenants[session.tenant_key]
            session.tenant_key = ""

    def _could_become_known(self) -> bool:
        in_clear = self.configuration.auth_without_tls_on_loopback and self.book.has_users
        over_tls = self.book.has_users or self.book.has_certificates or bool(self.exchange_names)
        return in_clear or (self.tls is not None and over_tls)

    def known(self, session: Session, tenant_id: str) -> bool:
        """A stranger has become known, or a known client somebody else's; ``""`` where only its messages say whose.

        ``False`` where that tenant has as many connections as it may.
        """
        self._strangers.discard(session)
        within = self._count_tenant(session, tenant_id) if tenant_id else True
        if not within:
            self.counters.deferred["connection"] += 1
        return within

    def ended(self, session: Session, milliseconds: int) -> None:
        """A session is over."""
        self.sessions.discard(session)
        self._strangers.discard(session)
        if not self.sessions:
            self.all_ended.set()
        self._forget_tenant(session)
        if session.limit_key:
            self._peers[session.limit_key] -= 1
            if self._peers[session.limit_key] <= 0:
                del self._peers[session.limit_key]
            session.limit_key = ""
        self.log.write(
            "session",
            session=session.id,
            peer=session.peer,
            tenant=session.tenant_id,
            by=session.attributed_by,
            messages=session.messages,
            outcome=session.outcome,
            ms=milliseconds,
        )

    # --- messages ---

    async def receive(
        self, session: Session, attribution: Attribution, envelope: Envelope, reception: Reception
    ) -> str:
        """Take in the message that follows on the connection; return the reply to it."""
        queue_id = new_queue_id(reception.received_at, os.urandom(RANDOM_BYTES))
        return await receive(self, session, queue_id, attribution, envelope, reception)
