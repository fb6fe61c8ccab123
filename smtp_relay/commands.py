"""The SMTP commands of a mail transaction: greeting, sender, recipients, message. Stage receive."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial

from shared.core.message.envelope import NO_WISH, DsnWish, Envelope, Reception
from smtp_relay import replies
from smtp_relay.dsn_parameters import MOST_ORIGINALS
from smtp_relay.exchange_tenant import Claim, Disagreement
from smtp_relay.identification import AUTH_MECHANISMS, IdentifiedSession
from smtp_relay.paths import Mail, Refused, read_mail, read_rcpt

_CLIENT_NAME = re.compile(r"[\x21-\x7e]{1,255}")


class RelaySession(IdentifiedSession):
    """A session with its commands; aiosmtpd finds each by its name ``smtp_<COMMAND>``."""

    _turned_away = False

    def reset_transaction(self) -> None:
        """Forget sender and recipients (RFC 5321 section 4.1.1.5)."""
        self._mail: Mail | None = None
        self._recipients: dict[str, DsnWish] = {}
        self._originals = 0

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was accepted and the message has not come yet."""
        return self._mail is not None

    # --- greeting ---

    async def smtp_HELO(self, argument: str) -> None:
        """HELO: a client without extensions."""
        if not _CLIENT_NAME.fullmatch(argument):
            self.mistake(replies.BAD_ARGUMENT)
            return
        self._hello(argument, extended=False)
        self.say(f"250 {self.hostname}")

    async def smtp_EHLO(self, argument: str) -> None:
        """EHLO: says what the relay can do; to a stranger only how to become known.

        To one who may authenticate it says everything: a client need not greet again after AUTH (RFC 4954 section 4), and
        Postfix, which does not, would take an extension that was not named before for missing and rewrite 8-bit mail.
        """
        if not _CLIENT_NAME.fullmatch(argument):
            self.mistake(replies.BAD_ARGUMENT)
            return
        self._hello(argument, extended=True)
        lines = [self.hostname]
        if self.is_known or self.may_authenticate:
            lines += [
                "PIPELINING",
                f"SIZE {self.relay.configuration.size}",
                "8BITMIME",
                "SMTPUTF8",
                "ENHANCEDSTATUSCODES",
                "DSN",
            ]
        if self.tls_context is not None and self._tls_protocol is None:
            lines.append("STARTTLS")
        if self.may_authenticate:
            lines.append(f"AUTH {AUTH_MECHANISMS}")
        self.say("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _hello(self, name: str, *, extended: bool) -> None:
        self.reset_transaction()
        self.helo = name
        self.extended = extended
        # What aiosmtpd looks at before STARTTLS and AUTH.
        assert self.session is not None
        self.session.host_name = name
        self.session.extended_smtp = extended

    # --- transaction ---

    async def smtp_MAIL(self, argument: str) -> None:
        """MAIL: the beginning of a transaction, on behalf of a known tenant."""
        self._turned_away = False
        if not self.is_known:
            self.mistake(replies.AUTH_REQUIRED)
            return
        if not self.helo or self._mail is not None:
            self.mistake(replies.BAD_SEQUENCE)
            return
        if not self.is_still_known():
            self.last_word(replies.STRANGER, "rule taken away")
        if self.tenant_id and self.relay.book.is_suspended(self.tenant_id):
            self.relay.counters.deferred["suspended"] += 1
            self._turn_away(replies.SUSPENDED)
            return
        try:
            mail = read_mail(argument, extended=self.extended)
        except Refused as refusal:
            self.mistake(refusal.reply)
            return
        if mail.size > self.relay.configuration.size:
            self.say(replies.TOO_LARGE)
            return
        if not self._look_for_claims(mail):
            return
        reply = await self.relay.valve.begin(self)
        if reply:
            self._turn_away(reply)
            return
        self._mail = mail
        self.say(replies.SENDER_OK)

    def _look_for_claims(self, mail: Mail) -> bool:
        """Find out whose a message of a shared server may be; says the reply where it can be nobody's."""
        self._claims: tuple[Claim, ...] = ()
        if self.tenant_id:
            return True
        book = self.relay.book
        self._claims = book.exchange.possible(self.server_name, mail.reverse_path)
        if not self._claims:
            self.note_disagreement(Disagreement.NO_CLAIM)
            self._turn_away(replies.NOBODYS)
        elif all(book.is_suspended(claim.tenant_id) for claim in self._claims):
            self.relay.counters.deferred["suspended"] += 1
            self._turn_away(replies.SUSPENDED)
        else:
            return True
        return False

    def _turn_away(self, reply: str) -> None:
        """Refuse MAIL to a client that did nothing wrong: what it sent together with it (RFC 2920) is no mistake."""
        self._turned_away = True
        self.say(reply)

    def _out_of_sequence(self) -> None:
        if self._turned_away:
            self.say(replies.BAD_SEQUENCE)
        else:
            self.mistake(replies.AUTH_REQUIRED if not self.is_known else replies.BAD_SEQUENCE)

    async def smtp_RCPT(self, argument: str) -> None:
        """RCPT: one more recipient. The same one twice is one, and what was wished about it first stands."""
        if self._mail is None:
            self._out_of_sequence()
            return
        try:
            rcpt = read_rcpt(argument, extended=self.extended, smtputf8=self._mail.smtputf8)
        except Refused as refusal:
            self.mistake(refusal.reply)
            return
        if rcpt.recipient not in self._recipients:
            originals = self._originals + len(rcpt.wish.original.encode())
            if len(self._recipients) >= self.relay.configuration.recipients or originals > MOST_ORIGINALS:
                self.say(replies.TOO_MANY_RECIPIENTS)
                return
            self._recipients[rcpt.recipient] = rcpt.wish
            self._originals = originals
        self.say(replies.RECIPIENT_OK)

    async def smtp_DATA(self, argument: str) -> None:
        """DATA: the message, to its durable end."""
        if argument:
            self.mistake(replies.BAD_ARGUMENT)
            return
        mail, recipients, wishes = self._mail, tuple(self._recipients), tuple(self._recipients.values())
        if mail is None or not recipients or not self.is_known:
            self._out_of_sequence()
            return
        claims = self._claims
        self.reset_transaction()
        owners = {claim.tenant_id for claim in claims}
        tenant = self.tenant_id or (owners.pop() if len(owners) == 1 else "")
        place = await self.relay.valve.take(self, tenant, mail.size)
        if place is None:
            self.say(replies.NO_ROOM)
            return
        reply = self.relay.valve.may_store()
        if reply:
            self.relay.valve.budget.give_back(place)
            self.say(reply)
            return
        now = datetime.now(UTC)
        reception = Reception(
            received_at=now,
            peer=self.peer,
            helo=self.helo,
            protocol=self._protocol(mail),
            tls=self.tls,
            attributed_by=self.attributed_by or "exchange",
            relay_host=self.hostname,
            session_id=self.id,
            size=0,
        )
        envelope = Envelope(
            mail.reverse_path,
            recipients,
            mail.smtputf8,
            mail.body,
            mail.ret,
            mail.envid,
            wishes if any(wish != NO_WISH for wish in wishes) else (),
        )
        attribution = self.tenant_id or partial(self._settle, claims, not mail.reverse_path)
        try:
            self.say(replies.GO_AHEAD)
            await self.flush()
            self.in_data = True
            reply = await self.relay.receive(self, attribution, envelope, reception)
        finally:
            self.in_data = False
            self.relay.valve.budget.give_back(place)
        self.say(reply)

    def _protocol(self, mail: Mail) -> str:
        """The transmission type for the Received field (RFC 3848, RFC 6531 section 4.3)."""
        if not self.extended:
            return "SMTP"
        base = "UTF8SMTP" if mail.smtputf8 else "ESMTP"
        return base + ("S" if self._tls_protocol is not None else "") + ("A" if self.authenticated else "")

    # --- the rest ---

    async def smtp_RSET(self, argument: str) -> None:
        """RSET: forget the transaction."""
        self.reset_transaction()
        self.say(replies.OK)

    async def smtp_NOOP(self, argument: str) -> None:
        """NOOP: nothing."""
        self.say(replies.OK)

    async def smtp_QUIT(self, argument: str) -> None:
        """QUIT: the proper end."""
        self.last_word(replies.BYE, "quit")

    async def smtp_HELP(self, argument: str) -> None:
        """HELP: nothing that is not in the RFC."""
        self.say(replies.HELP if self.is_known else replies.AUTH_REQUIRED)

    async def smtp_VRFY(self, argument: str) -> None:
        """VRFY: never tells who exists (RFC 5321 section 7.3)."""
        self.say(replies.NO_VERIFY if self.is_known else replies.AUTH_REQUIRED)

    async def smtp_EXPN(self, argument: str) -> None:
        """EXPN: never."""
        self.mistake(replies.NOT_IMPLEMENTED if self.is_known else replies.AUTH_REQUIRED)
