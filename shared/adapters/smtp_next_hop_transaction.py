"""One mail transaction on an open SMTP session: MAIL, RCPT, DATA, and what the answers mean. Part of stage 4b (deliver).

What a server says about a recipient or a message decides: 4yz is temporary, 5yz permanent. Content goes out as it was
stored or not at all:

- without 8BITMIME no 8-bit content is sent (RFC 6152); the answer says that a form in 7 bits could be;
- without SMTPUTF8, only recipients (or a sender) that cannot be written without it fail (5.6.7), and a message with
  UTF-8 in its header (5.6.9); a message that was merely declared SMTPUTF8 goes out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from shared.adapters.smtp_next_hop_connection import Budget, ConnectionFailed
from shared.adapters.smtp_next_hop_content import END_OF_DATA, Smuggling, header_is_ascii, is_seven_bit, stuffed
from shared.adapters.smtp_next_hop_outcome import SESSION_CODES, Outcome
from shared.adapters.smtp_next_hop_reply import Reply
from shared.adapters.smtp_next_hop_reports import mail_parameters, recipient_parameters
from shared.adapters.smtp_next_hop_session import Session
from shared.core.message.envelope import Envelope
from shared.ports import Content

SLOWEST_TRANSFER = 256 * 1024
"""Bytes a second below which a server is given up."""
_LATE_REPLY_SECONDS = 2.0
_WINDOW = 50
"""RCPT commands sent before their replies are read; both directions then fit into socket buffers (RFC 2920)."""
_NONSENSE = "the server's answer does not fit the command"


class Stale(ConnectionFailed):
    """A kept session was over before it accepted MAIL: nothing was sent, and a new one may do."""


class Transaction:
    """MAIL, RCPT and DATA on an open session.

    ``polite`` tells whether the session can end with QUIT, ``reusable`` whether it can serve once more: every reply has
    been read. ``trouble`` is what was wrong with the session, if anything.
    """

    def __init__(
        self,
        session: Session,
        budget: Budget,
        outcome: Outcome,
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
        self.reusable = False
        self.trouble = ""
        self._mail_accepted = False

    def run(self, content: Content, chunks: Iterator[bytes]) -> None:
        """Send the message to all recipients that have no answer yet.

        Raises ``ConnectionFailed``, and ``Stale`` where a kept session turns out to be over before it took anything.
        """
        if not self._fits(content):
            self.polite = self.reusable = True
            return
        try:
            if self._session.transactions:
                self._session.start_over()
            accepted = self._addresses()
        except ConnectionFailed as error:
            if self._session.transactions and not self._mail_accepted:
                raise Stale(error.text, error.status) from error
            raise
        if accepted:
            self._data(accepted, chunks)
        else:
            self.polite = True
            self.reusable = self._mail_accepted and not self.trouble
            self._session.needs_reset = True

    def _fits(self, content: Content) -> bool:
        """Whether the server can take the message for anybody, by what it offers."""
        outcome, session = self._outcome, self._session
        if session.size_limit and self._size > session.size_limit:
            outcome.fail(outcome.open, "5.3.4", f"the message is larger than {session.size_limit} bytes")
            return False
        if session.offers("SMTPUTF8"):  # which includes eight bits (RFC 6531 section 3.1)
            return True
        if not self._reverse_path.isascii():
            outcome.fail(outcome.open, "5.6.7", "the server takes no senders with other than ASCII characters")
            return False
        foreign = [place for place in outcome.open if not self._recipients[place].isascii()]
        outcome.fail(foreign, "5.6.7", "the server takes no recipients with other than ASCII characters")
        if outcome.open and self._envelope.smtputf8 and not header_is_ascii(content.chunks()):
            outcome.fail(outcome.open, "5.6.9", "the server takes no messages with UTF-8 in the header")
        if outcome.open and not session.offers("8BITMIME") and not is_seven_bit(content.chunks()):
            outcome.fail(outcome.open, "5.6.3", "the server takes no 8-bit messages", needs_seven_bit=True)
        return bool(outcome.open)

    def _is_about_the_session(self, reply: Reply) -> bool:
        """Whether a kept session refuses MAIL for reasons that a new one may not have: idle too long, enough sent."""
        return bool(self._session.transactions) and (reply.code < 500 or reply.code in SESSION_CODES)

    def _addresses(self) -> list[int]:
        """MAIL and RCPTs; the places of the recipients that the server takes."""
        connection, outcome = self._session.connection, self._outcome
        window = _WINDOW if self._session.offers("PIPELINING") else 1
        places = outcome.open
        accepted: list[int] = []
        lines = [self._mail(), *(self._recipient(self._recipients[place]) for place in places)]
        for start in range(0, len(lines), window):
            group = range(start, min(start + window, len(lines)))
            connection.send("".join(f"{lines[number]}\r\n" for number in group).encode())
            for number in group:
                reply = connection.reply()
                if not (reply.positive or reply.refusal):
                    raise ConnectionFailed(_NONSENSE, "4.5.0")
                if number == 0 and reply.refusal and self._is_about_the_session(reply):
                    raise ConnectionFailed(f"{reply.code} {reply.text}", reply.status or "4.3.2")
                if reply.code == 421:  # the server is leaving
                    self.trouble = f"{reply.code} {reply.text}"
                    outcome.answer(outcome.open, reply)
                    return []
                if number == 0:
                    if reply.refusal:
                        outcome.answer(outcome.open, reply)
                        return []
                    self._mail_accepted = True
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
        return line + (mail_parameters(envelope) if session.offers("DSN") else "")

    def _recipient(self, address: str) -> str:
        wish = recipient_parameters(self._envelope.wish(address)) if self._session.offers("DSN") else ""
        return f"RCPT TO:<{address}>{wish}"

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
            self._ended(reply)
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
            self.trouble = lost.text
            return
        outcome.answer(accepted, reply, accepted=reply.positive, relays_dsn=self._session.offers("DSN"))
        self._ended(reply)

    def _ended(self, reply: Reply) -> None:
        self.polite = True
        self.reusable = reply.code != 421
        self._session.needs_reset = not reply.positive
        if reply.code == 421:
            self.trouble = f"{reply.code} {reply.text}"

    def _last_word(self, lost: ConnectionFailed) -> Reply:
        """A server that has enough of a message may say so and hang up before it was all sent."""
        with contextlib.suppress(ConnectionFailed):
            reply = self._session.connection.reply(_LATE_REPLY_SECONDS)
            if reply.refusal:
                return reply
        raise lost
