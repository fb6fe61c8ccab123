"""Delivery to a next hop over SMTP: the ``NextHop`` port (stage 4b).

A thin client of its own rather than smtplib: content is streamed from storage and byte for byte what was stored, the
answer for each recipient is kept, and everything that can go wrong is told apart into what will pass and what will not.

- What a server says about a recipient or a message decides: 4yz is temporary, 5yz permanent. What concerns the session
  (greeting, TLS, AUTH, lost connections, garbage, time-outs) says nothing about the message: temporary, without a code,
  so that another server can be tried.
- 8-bit content goes to a server without 8BITMIME as it is: a conversion would break signatures, and servers that
  cannot pass eight bits are gone, while some that can do not say so.
- Without SMTPUTF8, only recipients (or a sender) that cannot be written without it fail (5.6.7), and a message with
  UTF-8 in its header (5.6.9); a message that was merely declared SMTPUTF8 goes out.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Container, Iterator, Sequence
from itertools import chain

from shared.adapters.smtp_next_hop_connection import Budget, ConnectionFailed
from shared.adapters.smtp_next_hop_content import END_OF_DATA, Smuggling, header_is_ascii, stuffed
from shared.adapters.smtp_next_hop_probe import probe_server
from shared.adapters.smtp_next_hop_reply import Reply, bounded, safe_text
from shared.adapters.smtp_next_hop_session import Session, open_session
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.errors import MattaError
from shared.ports import Content, ProbedStep, RecipientReply, Secrets

SLOWEST_TRANSFER = 256 * 1024
"""Bytes a second below which a server is given up."""
_RESERVE = 0.3
"""Part of the time that is kept for the answer after the final dot: an answer that is given up is a duplicate."""
_LATE_REPLY_SECONDS = 2.0
_WINDOW = 50
"""RCPT commands sent before their replies are read; both directions then fit into socket buffers (RFC 2920)."""
_LONGEST_ADDRESS = 1000
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_NONSENSE = "the server's answer does not fit the command"
_SESSION_CODES = frozenset([421, 502, 503, 530, 534, 535, 538])
"""Replies that are about the session, whatever the command: closing, wrong order, authentication (RFC 4954)."""


class _Outcome:
    """What is known so far about each recipient, by place."""

    def __init__(self, recipients: Sequence[str], server: str) -> None:
        self._recipients = recipients
        self._server = server
        self._replies: dict[int, RecipientReply] = {}

    @property
    def open(self) -> list[int]:
        """Places without an answer."""
        return [place for place in range(len(self._recipients)) if place not in self._replies]

    def settle(
        self, place: int, *, accepted: bool, permanent: bool, code: int, status: str, text: str, unclear: bool = False
    ) -> None:
        shown = bounded(safe_text(text.encode()))
        self._replies[place] = RecipientReply(
            self._recipients[place], accepted, permanent, code, status, shown, self._server, unclear
        )

    def fail(self, places: Sequence[int], status: str, text: str, *, unclear: bool = False) -> None:
        """What Matta itself found: permanent where the status says so; no reply code."""
        for place in places:
            permanent = status.startswith("5")
            self.settle(place, accepted=False, permanent=permanent, code=0, status=status, text=text, unclear=unclear)

    def answer(self, places: Sequence[int], reply: Reply, *, accepted: bool = False) -> None:
        """What the server said."""
        permanent = not accepted and reply.code >= 500 and reply.code not in _SESSION_CODES
        for place in places:
            self.settle(
                place, accepted=accepted, permanent=permanent, code=reply.code, status=reply.status, text=reply.text
            )

    def result(self) -> tuple[RecipientReply, ...]:
        return tuple(self._replies[place] for place in range(len(self._recipients)))


class SmtpNextHop:
    """``NextHop`` over SMTP. Keeps no connection between transactions. Safe to use from several threads."""

    def __init__(
        self,
        host_name: str,
        secrets: Secrets,
        *,
        longest_seconds: float = 100.0,
        trust: str = "",
        reachable: Container[str] | None = None,
    ) -> None:
        """``host_name`` is said in EHLO. A transaction takes at most ``longest_seconds``, and one second more for every
        ``SLOWEST_TRANSFER`` bytes. ``trust`` names a file of CA certificates in place of the system's. ``reachable`` are
        the addresses to which connections are made (``ReachableNetworks``); without it all.
        """
        self._host_name = host_name
        self._secrets = secrets
        self._longest = longest_seconds
        self._trust = trust
        self._reachable = reachable

    def deliver(
        self, server: NextHopServer, reverse_path: str, recipients: Sequence[str], envelope: Envelope, content: Content
    ) -> tuple[RecipientReply, ...]:
        """See the port. Raises what reading the content raises; then nothing was sent."""
        outcome = _Outcome(recipients, f"{server.host}:{server.port}")
        if not _is_safe(reverse_path) and reverse_path:
            outcome.fail(outcome.open, "5.1.7", "the sender's address cannot be sent")
        outcome.fail([place for place in outcome.open if not _is_safe(recipients[place])], "5.1.3", "not an address")
        if not outcome.open:
            return outcome.result()
        chunks = content.chunks()
        first = next(chunks, b"")  # storage that does not answer must not cost the server a connection
        budget = Budget(self._longest, server.timeout_seconds, reserve=self._longest * _RESERVE)
        try:
            session = open_session(
                server,
                self._host_name,
                lambda: self._secrets.secret(server.password_secret),
                self._trust,
                budget,
                reachable=self._reachable,
            )
        except ConnectionFailed as error:
            outcome.fail(outcome.open, error.status, error.text)
            return outcome.result()
        except MattaError:
            outcome.fail(outcome.open, "4.3.5", "the password of the server cannot be had")
            return outcome.result()
        transaction = _Transaction(session, budget, outcome, reverse_path, recipients, envelope, content.size)
        try:
            transaction.run(content, chain((first,), chunks))
        except ConnectionFailed as error:
            outcome.fail(outcome.open, error.status, error.text)
        except BaseException:
            session.connection.close()
            raise
        session.quit() if transaction.polite else session.connection.close()
        return outcome.result()

    def probe(self, server: NextHopServer) -> tuple[ProbedStep, ...]:
        """See the port."""
        return probe_server(server, self._host_name, self._secrets, self._trust, self._reachable)


class _Transaction:
    """MAIL, RCPT and DATA on an open session. ``polite`` tells whether the session can end with QUIT."""

    def __init__(
        self,
        session: Session,
        budget: Budget,
        outcome: _Outcome,
        reverse_path: str,
        recipients: Sequence[str],
        envelope: Envelope,
        size: int,
    ) -> None:
        self._session = session
        self._budget = budget
        self._outcome = outcome
        self._reverse_path = reverse_path
        self._recipients = recipients
        self._envelope = envelope
        self._size = size
        self.polite = False

    def run(self, content: Content, chunks: Iterator[bytes]) -> None:
        """Send the message to all recipients that have no answer yet. Raises ``ConnectionFailed``."""
        if not self._fits(content):
            self.polite = True
            return
        accepted = self._addresses()
        if accepted:
            self._data(accepted, chunks)
        else:
            self.polite = True

    def _fits(self, content: Content) -> bool:
        """Whether the server can take the message for anybody, by what it offers."""
        outcome, session = self._outcome, self._session
        if session.size_limit and self._size > session.size_limit:
            outcome.fail(outcome.open, "5.3.4", f"the message is larger than {session.size_limit} bytes")
            return False
        if session.offers("SMTPUTF8"):
            return True
        if not self._reverse_path.isascii():
            outcome.fail(outcome.open, "5.6.7", "the server takes no senders with other than ASCII characters")
            return False
        foreign = [place for place in outcome.open if not self._recipients[place].isascii()]
        outcome.fail(foreign, "5.6.7", "the server takes no recipients with other than ASCII characters")
        if outcome.open and self._envelope.smtputf8 and not header_is_ascii(content.chunks()):
            outcome.fail(outcome.open, "5.6.9", "the server takes no messages with UTF-8 in the header")
        return bool(outcome.open)

    def _addresses(self) -> list[int]:
        """MAIL and RCPTs; the places of the recipients that the server takes."""
        connection, outcome = self._session.connection, self._outcome
        window = _WINDOW if self._session.offers("PIPELINING") else 1
        places = outcome.open
        accepted: list[int] = []
        lines = [self._mail(), *(f"RCPT TO:<{self._recipients[place]}>" for place in places)]
        for start in range(0, len(lines), window):
            group = range(start, min(start + window, len(lines)))
            connection.send("".join(f"{lines[number]}\r\n" for number in group).encode())
            for number in group:
                reply = connection.reply()
                if not (reply.positive or reply.refusal):
                    raise ConnectionFailed(_NONSENSE, "4.5.0")
                if reply.code == 421:  # the server is leaving
                    outcome.answer(outcome.open, reply)
                    return []
                if number == 0:
                    if reply.refusal:
                        outcome.answer(outcome.open, reply)
                        return []
                elif reply.positive:
                    accepted.append(places[number - 1])
                else:
                    self._refused(places[number - 1], reply, bool(accepted))
        return accepted

    def _mail(self) -> str:
        session, envelope = self._session, self._envelope
        line = f"MAIL FROM:<{self._reverse_path}>"
        if session.offers("SIZE"):
            line += f" SIZE={self._size}"
        if session.offers("8BITMIME") and envelope.body == "8BITMIME":
            line += " BODY=8BITMIME"
        foreign = not all(address.isascii() for address in (self._reverse_path, *self._recipients))
        if session.offers("SMTPUTF8") and (envelope.smtputf8 or foreign):
            line += " SMTPUTF8"
        return line

    def _refused(self, place: int, reply: Reply, others_accepted: bool) -> None:
        """RFC 5321 section 4.5.3.1.10: some servers say 552 for "too many recipients", which is temporary."""
        too_many = reply.code == 552 and reply.status in ("", "5.5.3") and others_accepted
        if too_many:
            self._outcome.settle(
                place, accepted=False, permanent=False, code=452, status="4.5.3", text=f"{reply.code} {reply.text}"
            )
        else:
            self._outcome.answer([place], reply)

    def _data(self, accepted: Sequence[int], chunks: Iterator[bytes]) -> None:
        connection, outcome = self._session.connection, self._outcome
        self._budget.check_reserve()
        reply = connection.command(b"DATA")
        if reply.refusal:
            outcome.answer(accepted, reply)
            self.polite = True
            return
        if reply.code != 354:
            raise ConnectionFailed(_NONSENSE, "4.5.0")
        self._budget.extend(self._size / SLOWEST_TRANSFER)
        try:
            for block in stuffed(chunks):
                connection.send(block)
                self._budget.check_reserve()
        except Smuggling:
            # Without the final dot the server must drop what it has (RFC 5321 section 4.1.1.4).
            outcome.fail(accepted, "5.6.11", "the message has a line end that some servers would take for its end")
            return
        except ConnectionFailed as lost:
            outcome.answer(accepted, self._last_word(lost))
            return
        try:
            connection.send(END_OF_DATA)
            reply = connection.reply(self._budget.left)
            if not (reply.positive or reply.refusal):
                raise ConnectionFailed(_NONSENSE, "4.5.0")
        except ConnectionFailed as lost:
            outcome.fail(accepted, lost.status, lost.text, unclear=True)
            return
        outcome.answer(accepted, reply, accepted=reply.positive)
        self.polite = True

    def _last_word(self, lost: ConnectionFailed) -> Reply:
        """A server that has enough of a message may say so and hang up before it was all sent."""
        with contextlib.suppress(ConnectionFailed):
            reply = self._session.connection.reply(_LATE_REPLY_SECONDS)
            if reply.refusal:
                return reply
        raise lost


def _is_safe(address: str) -> bool:
    """Whether an address stays one address in a command line: no control characters, no bracket outside of quotes."""
    if not address or len(address) > _LONGEST_ADDRESS or any(ord(c) < 32 or ord(c) == 127 for c in address):
        return False
    if any("\ud800" <= character <= "\udfff" for character in address):
        return False
    return not re.search(r"[<>\s]", _QUOTED.sub("", address))
