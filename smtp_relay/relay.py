"""What all sessions of a relay share: the tenants' rules, the limits, the spool writer, the log. Stage receive."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections import Counter
from typing import TYPE_CHECKING

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.ports_relay import IngressSource, SpoolWriter
from shared.settings import MisconfiguredProcess
from smtp_relay import replies
from smtp_relay.attribution import RuleBook
from smtp_relay.authenticator import Authenticator, Guessing, site_of
from smtp_relay.configuration import RelayConfiguration
from smtp_relay.intake import receive
from smtp_relay.logs import EventLog
from smtp_relay.tls import TlsFiles

if TYPE_CHECKING:
    from smtp_relay.session import Session

_CLOCK_SECONDS = 5.0
"""A session looks at its deadline at least this often; also the most that one is overrun by."""


class Relay:
    """The relay's state and its decisions about connections."""

    def __init__(
        self,
        configuration: RelayConfiguration,
        writer: SpoolWriter,
        source: IngressSource,
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
        self.clock_seconds = min(
            _CLOCK_SECONDS,
            configuration.command_seconds,
            configuration.stranger_seconds,
            configuration.data_pause_seconds,
            configuration.session_seconds,
        )
        self._source = source
        self._rules_known = False
        self._peers: Counter[str] = Counter()
        self._strangers: set[Session] = set()

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What STARTTLS offers new sessions; None where there is no certificate."""
        return None if self._tls is None else self._tls.context

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
            self._refresh_tls()

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
        self._peers[session.peer] += 1
        if self.stopping:
            return replies.SHUTTING_DOWN
        session.tenant_id = self.book.tenant_of_peer(session.peer)
        if session.tenant_id is not None:
            session.attributed_by = "peer"
            session.book = self.book
        else:
            if not self._could_become_known() or self.guessing.is_shut_out(session.peer):
                return replies.STRANGER
            self._strangers.add(session)
            if len(self._strangers) > self.configuration.stranger_connections:
                return replies.TOO_MANY_CONNECTIONS
            site = site_of(session.peer)
            same = sum(site_of(stranger.peer) == site for stranger in self._strangers)
            if same > self.configuration.stranger_connections_per_peer:
                return replies.TOO_MANY_CONNECTIONS
        if len(self.sessions) > self.configuration.connections:
            return replies.TOO_MANY_CONNECTIONS
        if self._peers[session.peer] > self.configuration.connections_per_peer:
            return replies.TOO_MANY_CONNECTIONS
        return ""

    def _could_become_known(self) -> bool:
        in_clear = self.configuration.auth_without_tls_on_loopback and self.book.has_users
        return in_clear or (self.tls is not None and (self.book.has_users or self.book.has_certificates))

    def known(self, session: Session) -> None:
        """A stranger has become known."""
        self._strangers.discard(session)

    def ended(self, session: Session, milliseconds: int) -> None:
        """A session is over."""
        self.sessions.discard(session)
        self._strangers.discard(session)
        if not self.sessions:
            self.all_ended.set()
        self._peers[session.peer] -= 1
        if self._peers[session.peer] <= 0:
            del self._peers[session.peer]
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

    async def receive(self, session: Session, tenant_id: str, envelope: Envelope, reception: Reception) -> str:
        """Take in the message that follows on the connection; return the reply to it."""
        ref = MessageRef(tenant_id, new_queue_id(reception.received_at, os.urandom(RANDOM_BYTES)))
        return await receive(self, session, ref, envelope, reception)
