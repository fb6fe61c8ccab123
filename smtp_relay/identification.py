"""How a session becomes known: client certificate, STARTTLS, AUTH. Stage receive.

The peer address is looked at when the connection is admitted (``relay.py``).
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

from aiosmtpd.smtp import AuthResult, LoginPassword

from smtp_relay import replies
from smtp_relay.attribution import Credential
from smtp_relay.authenticator import Busy
from smtp_relay.exchange_header import sending_organisation
from smtp_relay.exchange_tenant import Claim, Disagreement, settle
from smtp_relay.paths import Refused
from smtp_relay.session import Session
from smtp_relay.tls import fingerprint, server_name

AUTH_MECHANISMS = "LOGIN PLAIN"
_AUTH_TRIES = 3
"""Wrong passwords in one session."""


class IdentifiedSession(Session):
    """A session that knows its tenant, or learns it."""

    server_name = ""
    """The relay's host name that the client said it connects to (SNI)."""
    helo = ""
    extended = False
    _fingerprint = ""
    _user = ""
    _credential: Credential | None = None
    _auth_tries = 0

    def look_at_certificate(self) -> None:
        """After the handshake: nothing that was said in clear counts, and the certificate may name a tenant."""
        self.helo = ""
        self.extended = False
        tls = self.transport.get_extra_info("ssl_object") if self.transport is not None else None
        if tls is None:
            return
        self.server_name = server_name(tls)
        if not self.shared and self.relay.is_exchange(tls):
            self.shared, self.tenant_id, self.attributed_by = "certificate", None, ""
        if self.shared:
            # Whoever owns the name that a shared server connects to answers for how many connections it has.
            owners = {claim.tenant_id for claim in self.relay.book.exchange.owners(self.server_name)}
            if not self.relay.known(self, owners.pop() if len(owners) == 1 else ""):
                self.hang_up(replies.TOO_MANY_CONNECTIONS)
            return
        shown = tls.getpeercert(binary_form=True)
        if shown:
            self._fingerprint = fingerprint(shown)
            tenant_id = self.relay.book.tenant_of_certificate(self._fingerprint)
            if tenant_id is not None and not self._become(tenant_id, "certificate"):
                self.hang_up(replies.TOO_MANY_CONNECTIONS)

    def _become(self, tenant_id: str, attributed_by: str) -> bool:
        self.tenant_id, self.attributed_by = tenant_id, attributed_by
        self.book = self.relay.book
        return self.relay.known(self, tenant_id)

    def _settle(self, possible: tuple[Claim, ...], null_sender: bool, header: bytes) -> str:
        """Whose message it is by its header section. Raises ``Refused``; the reason is for the log alone."""
        found = settle(possible, sending_organisation(header), null_sender=null_sender)
        if isinstance(found, Disagreement):
            self.note_disagreement(found)
            raise Refused(replies.NOBODYS)
        if self.relay.book.is_suspended(found.tenant_id):
            self.relay.counters.deferred["suspended"] += 1
            raise Refused(replies.SUSPENDED)
        return found.tenant_id

    def note_disagreement(self, reason: Disagreement) -> None:
        """Log why a message of a shared server is nobody's."""
        self.relay.counters.refused["tenant"] += 1
        self.relay.log.write(
            "attribution", session=self.id, peer=self.peer, host=self.server_name, outcome="refused", cause=reason.value
        )

    def is_still_known(self) -> bool:
        """Whether the rules as they are now would give this session its tenant again."""
        book = self.relay.book
        if book is not self.book and self.tenant_id is not None:
            if self.attributed_by == "certificate":
                same = book.tenant_of_certificate(self._fingerprint) == self.tenant_id
            elif self.attributed_by == "auth":
                same = self._credential in book.credentials(self._user)
            else:
                same = book.tenant_of_peer(self.peer) == self.tenant_id
            if not same:
                return False
            self.book = book
        return True

    @property
    def authenticated(self) -> bool:
        """Whether a password was given."""
        return self._credential is not None

    @property
    def tls(self) -> str:
        """TLS version and cipher, or an empty string."""
        if self._tls_protocol is None or self.transport is None:
            return ""
        cipher = self.transport.get_extra_info("cipher")
        return f"{cipher[1]} {cipher[0]}" if cipher else ""

    @property
    def may_authenticate(self) -> bool:
        """Whether AUTH is offered now."""
        return self.relay.book.has_users and (self._tls_protocol is not None or self._trusted_in_clear)

    @property
    def _trusted_in_clear(self) -> bool:
        allowed = self.relay.configuration.auth_without_tls_on_loopback
        return allowed and bool(self.peer) and not self.peer_hidden and ip_address(self.peer).is_loopback

    async def smtp_STARTTLS(self, argument: str) -> None:
        """STARTTLS (RFC 3207). What a client sends together with it could have been slipped in by somebody else."""
        if argument:
            self.mistake(replies.BAD_ARGUMENT)
        elif self.tls_context is None:
            self.mistake(replies.NOT_IMPLEMENTED)
        elif self._tls_protocol is not None:
            self.mistake(replies.BAD_SEQUENCE)
        elif self._buffered:
            self.last_word(replies.NOTHING_AFTER_STARTTLS, "injection")
        else:
            await self.take_up_tls()

    async def smtp_AUTH(self, argument: str) -> None:
        """AUTH PLAIN and LOGIN (RFC 4954). The dialogue is aiosmtpd's; the check is ours, off the event loop."""
        if self.in_transaction or self.authenticated or not self.helo:
            self.mistake(replies.BAD_SEQUENCE)
            return
        if not self.relay.book.has_users:
            self.mistake(replies.NOT_IMPLEMENTED)
            return
        mechanism, space, initial = argument.partition(" ")
        if mechanism.upper() not in AUTH_MECHANISMS.split():
            self.mistake(replies.UNKNOWN_MECHANISM)
            return
        self._auth_require_tls = not self._trusted_in_clear
        self._logins: list[LoginPassword] = []
        self.wait_at_most(self.longest_wait())
        await super().smtp_AUTH(f"{mechanism.upper()}{space}{initial}")
        self.wait_at_most(None)
        if self._logins:
            await self._log_in(self._logins.pop())

    def _authenticate(self, mechanism: str, auth_data: LoginPassword) -> AuthResult:
        self._logins.append(auth_data)
        return AuthResult(success=False, handled=True)

    async def _log_in(self, login: LoginPassword) -> None:
        relay = self.relay
        user = login.login.decode("utf-8", "replace")
        if not self.peer_hidden and relay.guessing.is_shut_out(self.peer):
            self.last_word(replies.BAD_CREDENTIALS, "shut out")
        await self.flush()
        try:
            credential = await (self._find_slowly if self.peer_hidden else self._find)(user, login.password)
        except Busy:
            self.say(replies.AUTH_BUSY)
            return
        if credential is None:
            relay.log.write("auth", session=self.id, peer=self.peer, outcome="failed")
            if not self.peer_hidden:
                await asyncio.sleep(relay.guessing.failed(self.peer))
            self._auth_tries += 1
            if self._auth_tries >= _AUTH_TRIES:
                self.last_word(replies.BAD_CREDENTIALS, "auth failed")
            self.say(replies.BAD_CREDENTIALS)
            return
        if not self.peer_hidden:
            relay.guessing.succeeded(self.peer)
        self._user, self._credential = user, credential
        if not self._become(credential.tenant_id, "auth"):
            self.last_word(replies.TOO_MANY_CONNECTIONS, "refused")
        self.say(replies.AUTHENTICATED)

    async def _find(self, user: str, password: bytes) -> Credential | None:
        """The user, where the password fits and is not of another tenant than the certificate."""
        credential = await self.relay.authenticator.find(self.relay.book, user, password)
        if credential and self.attributed_by == "certificate" and credential.tenant_id != self.tenant_id:
            return None
        return credential

    async def _find_slowly(self, user: str, password: bytes) -> Credential | None:
        """As ``_find``. Behind a proxy all clients have one address: what is slowed down is the name that is guessed at.

        Nobody is shut out, and a right password makes up for no wrong ones: they may be somebody else's.
        """
        name = f"user {user}"
        async with self.relay.slow_tries.turn(name):
            credential = await self._find(user, password)
            if credential is None:
                self.relay.guessing.failed(name)
            return credential
