"""The SMTP commands of a session, and what it knows: tenant, sender, recipients. Stage receive."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from ipaddress import ip_address

from aiosmtpd.smtp import AuthResult, LoginPassword

from shared.core.message.envelope import Envelope, Reception
from smtp_relay import replies
from smtp_relay.authenticator import Busy
from smtp_relay.paths import Mail, Refused, read_mail, read_rcpt
from smtp_relay.session import Session
from smtp_relay.tls import fingerprint

_CLIENT_NAME = re.compile(r"[\x21-\x7e]{1,255}")
_AUTH_MECHANISMS = "LOGIN PLAIN"
_AUTH_TRIES = 3
"""Wrong passwords in one session."""


class RelaySession(Session):
    """A session with its commands; aiosmtpd finds each by its name ``smtp_<COMMAND>``."""

    def reset_transaction(self) -> None:
        """Forget sender and recipients (RFC 5321 section 4.1.1.5)."""
        self._mail: Mail | None = None
        self._recipients: dict[str, None] = {}

    # --- who it is ---

    def look_at_certificate(self) -> None:
        """After the handshake: nothing that was said in clear counts, and the certificate may name a tenant."""
        self._helo = ""
        self._extended = False
        tls = self.transport.get_extra_info("ssl_object") if self.transport is not None else None
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        if shown:
            tenant_id = self.relay.book.tenant_of_certificate(fingerprint(shown))
            if tenant_id is not None:
                self.tenant_id, self.attributed_by = tenant_id, "certificate"
                self.relay.known(self)

    _helo = ""
    _extended = False
    _authenticated = ""
    _auth_tries = 0

    @property
    def tls(self) -> str:
        """TLS version and cipher, or an empty string."""
        if self._tls_protocol is None or self.transport is None:
            return ""
        cipher = self.transport.get_extra_info("cipher")
        return f"{cipher[1]} {cipher[0]}" if cipher else ""

    @property
    def _may_authenticate(self) -> bool:
        return self.relay.book.has_users and (self._tls_protocol is not None or self._trusted_in_clear)

    @property
    def _trusted_in_clear(self) -> bool:
        return (
            self.relay.configuration.auth_without_tls_on_loopback
            and bool(self.peer)
            and ip_address(self.peer).is_loopback
        )

    # --- greeting ---

    async def smtp_HELO(self, argument: str) -> None:
        """HELO: a client without extensions."""
        if not _CLIENT_NAME.fullmatch(argument):
            await self.mistake(replies.BAD_ARGUMENT)
            return
        self._hello(argument, extended=False)
        await self.push(f"250 {self.hostname}")

    async def smtp_EHLO(self, argument: str) -> None:
        """EHLO: says what the relay can do; to a stranger only how to become known."""
        if not _CLIENT_NAME.fullmatch(argument):
            await self.mistake(replies.BAD_ARGUMENT)
            return
        self._hello(argument, extended=True)
        lines = [self.hostname]
        if self.tenant_id:
            lines += [
                "PIPELINING",
                f"SIZE {self.relay.configuration.size}",
                "8BITMIME",
                "SMTPUTF8",
                "ENHANCEDSTATUSCODES",
            ]
        if self.tls_context is not None and self._tls_protocol is None:
            lines.append("STARTTLS")
        if self._may_authenticate:
            lines.append(f"AUTH {_AUTH_MECHANISMS}")
        await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _hello(self, name: str, *, extended: bool) -> None:
        self.reset_transaction()
        self._helo = name
        self._extended = extended
        # What aiosmtpd looks at before STARTTLS and AUTH.
        assert self.session is not None
        self.session.host_name = name
        self.session.extended_smtp = extended

    async def smtp_STARTTLS(self, argument: str) -> None:
        """STARTTLS (RFC 3207). What a client sends together with it could have been slipped in by somebody else."""
        if argument:
            await self.mistake(replies.BAD_ARGUMENT)
        elif self.tls_context is None:
            await self.mistake(replies.NOT_IMPLEMENTED)
        elif self._tls_protocol is not None:
            await self.mistake(replies.BAD_SEQUENCE)
        elif self._buffered:
            await self.last_word(replies.NOTHING_AFTER_STARTTLS, "injection")
        else:
            self.wait_at_most(self._longest_wait())
            await super().smtp_STARTTLS(None)
            self.wait_at_most(None)

    # --- AUTH ---

    async def smtp_AUTH(self, argument: str) -> None:
        """AUTH PLAIN and LOGIN (RFC 4954). The dialogue is aiosmtpd's; the check is ours, off the event loop."""
        if self._mail is not None or self._authenticated or not self._helo:
            await self.mistake(replies.BAD_SEQUENCE)
            return
        if not self.relay.book.has_users:
            await self.mistake(replies.NOT_IMPLEMENTED)
            return
        mechanism, space, initial = argument.partition(" ")
        if mechanism.upper() not in _AUTH_MECHANISMS.split():
            await self.mistake(replies.UNKNOWN_MECHANISM)
            return
        self._auth_require_tls = not self._trusted_in_clear
        self._logins: list[LoginPassword] = []
        self.wait_at_most(self._longest_wait())
        await super().smtp_AUTH(f"{mechanism.upper()}{space}{initial}")
        self.wait_at_most(None)
        if self._logins:
            await self._log_in(self._logins.pop())

    def _authenticate(self, mechanism: str, auth_data: LoginPassword) -> AuthResult:
        self._logins.append(auth_data)
        return AuthResult(success=False, handled=True)

    async def _log_in(self, login: LoginPassword) -> None:
        relay = self.relay
        if relay.guessing.is_shut_out(self.peer):
            await self.last_word(replies.BAD_CREDENTIALS, "shut out")
        await self.flush()
        try:
            user = login.login.decode("utf-8", "replace")
            tenant_id = await relay.authenticator.tenant_of(relay.book, user, login.password)
        except Busy:
            await self.push(replies.AUTH_BUSY)
            return
        if tenant_id is None or (self.attributed_by == "certificate" and tenant_id != self.tenant_id):
            delay = relay.guessing.failed(self.peer)
            relay.log.write("auth", session=self.id, peer=self.peer, outcome="failed")
            await asyncio.sleep(delay)
            self._auth_tries += 1
            if self._auth_tries >= _AUTH_TRIES:
                await self.last_word(replies.BAD_CREDENTIALS, "auth failed")
            await self.push(replies.BAD_CREDENTIALS)
            return
        relay.guessing.succeeded(self.peer)
        self._authenticated = tenant_id
        self.tenant_id, self.attributed_by = tenant_id, "auth"
        relay.known(self)
        await self.push(replies.AUTHENTICATED)

    # --- transaction ---

    async def smtp_MAIL(self, argument: str) -> None:
        """MAIL: the beginning of a transaction, on behalf of a known tenant."""
        if not self.tenant_id:
            await self.mistake(replies.AUTH_REQUIRED)
            return
        if not self._helo or self._mail is not None:
            await self.mistake(replies.BAD_SEQUENCE)
            return
        try:
            mail = read_mail(argument, extended=self._extended)
        except Refused as refusal:
            await self.mistake(refusal.reply)
            return
        if mail.size > self.relay.configuration.size:
            await self.push(replies.TOO_LARGE)
            return
        self._mail = mail
        await self.push(replies.SENDER_OK)

    async def smtp_RCPT(self, argument: str) -> None:
        """RCPT: one more recipient. The same one twice is one."""
        if self._mail is None:
            await self.mistake(replies.AUTH_REQUIRED if not self.tenant_id else replies.BAD_SEQUENCE)
            return
        try:
            recipient = read_rcpt(argument, smtputf8=self._mail.smtputf8)
        except Refused as refusal:
            await self.mistake(refusal.reply)
            return
        if len(self._recipients) >= self.relay.configuration.recipients and recipient not in self._recipients:
            await self.push(replies.TOO_MANY_RECIPIENTS)
            return
        self._recipients[recipient] = None
        await self.push(replies.RECIPIENT_OK)

    async def smtp_DATA(self, argument: str) -> None:
        """DATA: the message, to its durable end."""
        if argument:
            await self.mistake(replies.BAD_ARGUMENT)
            return
        mail, recipients = self._mail, tuple(self._recipients)
        if mail is None or not recipients or self.tenant_id is None:
            await self.mistake(replies.AUTH_REQUIRED if not self.tenant_id else replies.BAD_SEQUENCE)
            return
        self.reset_transaction()
        now = datetime.now(UTC)
        reception = Reception(
            received_at=now,
            peer=self.peer,
            helo=self._helo,
            protocol=self._protocol(mail),
            tls=self.tls,
            attributed_by=self.attributed_by,
            relay_host=self.hostname,
            session_id=self.id,
            size=0,
        )
        await self.push(replies.GO_AHEAD)
        await self.flush()
        self.in_data = True
        try:
            envelope = Envelope(mail.reverse_path, recipients, mail.smtputf8, mail.body)
            reply = await self.relay.receive(self, self.tenant_id, envelope, reception)
        finally:
            self.in_data = False
        await self.push(reply)

    def _protocol(self, mail: Mail) -> str:
        """The transmission type for the Received field (RFC 3848, RFC 6531 section 4.3)."""
        if not self._extended:
            return "SMTP"
        base = "UTF8SMTP" if mail.smtputf8 else "ESMTP"
        return base + ("S" if self._tls_protocol is not None else "") + ("A" if self._authenticated else "")

    # --- the rest ---

    async def smtp_RSET(self, argument: str) -> None:
        """RSET: forget the transaction."""
        self.reset_transaction()
        await self.push(replies.OK)

    async def smtp_NOOP(self, argument: str) -> None:
        """NOOP: nothing."""
        await self.push(replies.OK)

    async def smtp_QUIT(self, argument: str) -> None:
        """QUIT: the proper end."""
        await self.last_word(replies.BYE, "quit")

    async def smtp_HELP(self, argument: str) -> None:
        """HELP: nothing that is not in the RFC."""
        await self.push(replies.HELP if self.tenant_id else replies.AUTH_REQUIRED)

    async def smtp_VRFY(self, argument: str) -> None:
        """VRFY: never tells who exists (RFC 5321 section 7.3)."""
        await self.push(replies.NO_VERIFY if self.tenant_id else replies.AUTH_REQUIRED)

    async def smtp_EXPN(self, argument: str) -> None:
        """EXPN: never."""
        await self.mistake(replies.NOT_IMPLEMENTED if self.tenant_id else replies.AUTH_REQUIRED)
