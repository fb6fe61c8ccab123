"""Delivery to a next hop over SMTP: the ``NextHop`` port (stage 4b).

A thin client of its own rather than smtplib: content is streamed from storage and byte for byte what was stored, the
answer for each recipient is kept, and everything that can go wrong is told apart into what will pass and what will not.

What a server says about a recipient or a message decides: 4yz is temporary, 5yz permanent
(``smtp_next_hop_transaction.py``). What concerns the session (greeting, TLS, AUTH, lost connections, garbage, time-outs)
says nothing about the message: temporary, without a code, so that another server can be tried; and the server stands back
for a while. Matta's own limits are temporary, too, and held against nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from itertools import chain

from shared.adapters.smtp_next_hop_connection import Budget, ConnectionFailed
from shared.adapters.smtp_next_hop_credentials import Credentials, credentials_for
from shared.adapters.smtp_next_hop_egress import EgressProxy
from shared.adapters.smtp_next_hop_outcome import Outcome
from shared.adapters.smtp_next_hop_pool import Busy, Place, SessionPool
from shared.adapters.smtp_next_hop_probe import probe_server
from shared.adapters.smtp_next_hop_session import Session, Sessions
from shared.adapters.smtp_next_hop_share import FairShare
from shared.adapters.smtp_next_hop_standing import Standing
from shared.adapters.smtp_next_hop_transaction import Stale, Transaction
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content, Secrets
from shared.ports_next_hop import HopHealth, ProbedStep, RecipientReply

IDLE_SECONDS = 20.0
"""How long a session is kept for the next message, in service."""
_RESERVE = 0.3
"""Part of the time that is kept for the answer after the final dot: an answer that is given up is a duplicate."""
_LONGEST_ADDRESS = 1000
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


class SmtpNextHop:
    """``NextHop`` over SMTP. Safe to use from several threads."""

    def __init__(
        self,
        host_name: str,
        secrets: Secrets,
        *,
        longest_seconds: float = 100.0,
        trust: str = "",
        reachable: Container[str] | None = None,
        egress: EgressProxy | None = None,
        idle_seconds: float = 0.0,
    ) -> None:
        """``host_name`` is said in EHLO. A transaction takes at most ``longest_seconds``, and one second more for every
        ``SLOWEST_TRANSFER`` bytes. ``trust`` names a file of CA certificates in place of the system's. ``reachable`` are
        the addresses to which connections are made (``ReachableNetworks``); without it all. ``egress`` is the way by the
        relay. A session is kept ``idle_seconds`` for the next message; 0: each transaction has its own.
        """
        self._secrets = secrets
        self._longest = longest_seconds
        self._sessions = Sessions(host_name, trust, reachable, egress)
        self._pool = SessionPool(idle_seconds)
        self._standing = Standing()
        self._share = FairShare()

    def deliver(
        self,
        server: NextHopServer,
        reverse_path: str,
        recipients: Sequence[str],
        envelope: Envelope,
        content: Content,
        *,
        tenant_id: str = "",
    ) -> tuple[RecipientReply, ...]:
        """See the port. Raises what reading the content raises; then nothing was sent."""
        outcome = Outcome(recipients, f"{server.host}:{server.port}")
        if not _is_safe(reverse_path) and reverse_path:
            outcome.fail(outcome.open, "5.1.7", "the sender's address cannot be sent")
        outcome.fail([place for place in outcome.open if not _is_safe(recipients[place])], "5.1.3", "not an address")
        if not outcome.open:
            return outcome.result()
        chunks = content.chunks()
        first = next(chunks, b"")  # storage that does not answer must not cost the server a connection
        try:
            credentials = credentials_for(server, self._secrets)
        except ConnectionFailed as error:  # the operator's mistake, or the vault's; not the server's
            outcome.fail(outcome.open, error.status, error.text)
            return outcome.result()
        place = Place(tenant_id, server)
        budget = Budget(self._longest, server.timeout_seconds, reserve=self._longest * _RESERVE)

        def send(session: Session) -> Transaction:
            made = Transaction(session, budget, outcome, reverse_path, recipients, envelope, content.size)
            made.run(content, chain((first,), chunks))
            return made

        try:
            with self._share.delivery(tenant_id, content.size):
                self._standing.take_turn(place, budget)
                trouble = self._with_session(place, credentials, budget, send)
        except Busy as error:
            outcome.fail(outcome.open, error.status, error.text)
        except ConnectionFailed as error:
            outcome.fail(outcome.open, error.status, error.text)
            self._standing.failed(place, error.text)
        else:
            self._standing.failed(place, trouble) if trouble else self._standing.worked(place)
        return outcome.result()

    def _with_session(
        self, place: Place, credentials: Credentials, budget: Budget, send: Callable[[Session], Transaction]
    ) -> str:
        """Send on a kept session or a new one. Returns what was wrong with the session, if anything.

        Raises ``ConnectionFailed`` (``Busy`` among them), and what ``send`` raises.
        """
        session = self._pool.borrow(place, credentials, budget)
        reusable = False
        try:
            while True:
                if session is None:
                    session = self._sessions.open(
                        place.server, lambda: credentials.password, lambda: credentials.certificate, budget
                    )
                else:
                    session.connection.serve(budget)
                try:
                    done = send(session)
                except Stale:  # its server has closed it meanwhile, which is nobody's failure
                    session.connection.close()
                    session = None
                    continue
                session.transactions += 1
                reusable = done.reusable
                if done.polite and not reusable:
                    session.quit()
                return done.trouble
        finally:
            if session is not None and not reusable:
                session.connection.close()
            self._pool.give_back(place, credentials, session if reusable else None)

    def is_well(self, tenant_id: str, server: NextHopServer) -> bool:
        """See the port."""
        return self._standing.is_well(Place(tenant_id, server))

    def health(self, tenant_id: str) -> tuple[HopHealth, ...]:
        """See the port."""
        return self._standing.of_tenant(tenant_id)

    def probe(self, server: NextHopServer) -> tuple[ProbedStep, ...]:
        """See the port."""
        return probe_server(server, self._sessions, self._secrets)

    def close(self) -> None:
        """Close the sessions that are kept."""
        self._pool.close()


def _is_safe(address: str) -> bool:
    """Whether an address stays one address in a command line: no control characters, no bracket outside of quotes."""
    if not address or len(address) > _LONGEST_ADDRESS or any(ord(c) < 32 or ord(c) == 127 for c in address):
        return False
    if any("\ud800" <= character <= "\udfff" for character in address):
        return False
    return not re.search(r"[<>\s]", _QUOTED.sub("", address))
