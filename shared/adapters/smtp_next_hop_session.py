"""An SMTP session up to the point where mail can be sent: greeting, EHLO, STARTTLS, AUTH. Part of stage 4b (deliver).

STARTTLS policies (RFC 3207): ``none`` never encrypts; ``opportunistic`` encrypts where offered, with whatever
certificate, and goes on in the clear where that fails; ``required`` goes on only encrypted; ``verified`` only with a
certificate that holds for the server's name. Port 465, and every port whose settings say so, is TLS from the first byte
(RFC 8314), whatever the policy.

A password goes out in the clear only where the policy is ``none``: under ``opportunistic``, whoever can strip the
offer of STARTTLS could read it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TypeVar

from shared.adapters.smtp_next_hop_auth import authenticate
from shared.adapters.smtp_next_hop_connection import Budget, Connection, ConnectionFailed, ConnectionLost
from shared.adapters.smtp_next_hop_egress import EgressProxy
from shared.adapters.smtp_next_hop_reply import Reply
from shared.adapters.smtp_next_hop_tls import TlsContexts
from shared.adapters.smtp_next_hop_token import OAuthTokens
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports_next_hop import HopStep

IMPLICIT_TLS_PORT = 465
_QUIT_SECONDS = 1.0
T = TypeVar("T")


class EncryptionFailed(ConnectionFailed):
    """There is no encryption, for whatever reason."""


class TlsFailed(EncryptionFailed):
    """The handshake failed; where the policy allows, a new connection may go on in the clear."""


@dataclass(slots=True)
class Session:
    """A session that is ready for MAIL. ``extensions`` are what EHLO offered, names in upper case.

    ``transactions`` is how many it has served, ``needs_reset`` whether the last one left something behind.
    """

    connection: Connection
    extensions: Mapping[str, str]
    transactions: int = 0
    needs_reset: bool = False

    def offers(self, extension: str) -> bool:
        """Whether EHLO offered it."""
        return extension in self.extensions

    @property
    def size_limit(self) -> int:
        """Bytes of the largest message taken (RFC 1870), 0 where none is told."""
        told = self.extensions.get("SIZE", "")
        return int(told) if told.isascii() and told.isdigit() else 0

    def start_over(self) -> None:
        """Get ready for another MAIL. Raises ``ConnectionFailed``."""
        if self.needs_reset:
            _expect(self.connection.command(b"RSET"), 250, "the server does not start over")
            self.needs_reset = False

    def leave(self) -> None:
        """Say goodbye without waiting for the answer. Never raises."""
        try:
            self.connection.serve(Budget(_QUIT_SECONDS, _QUIT_SECONDS))
            self.connection.send(b"QUIT\r\n")
        except ConnectionFailed:
            pass
        finally:
            self.connection.close()

    def quit(self) -> None:
        """Say goodbye, without waiting long for the answer. Never raises."""
        try:
            self.connection.send(b"QUIT\r\n", _QUIT_SECONDS)
            self.connection.reply(_QUIT_SECONDS)
        except ConnectionFailed:
            pass
        finally:
            self.connection.close()


Note = Callable[[HopStep, str], None]
"""Told of each step that has worked, with what was found."""


def _nobody(step: HopStep, text: str) -> None:
    """Where nobody wants to know."""


class Sessions:
    """Opens sessions; holds what they have in common. Safe to use from several threads."""

    def __init__(
        self,
        host_name: str,
        trust: str = "",
        reachable: Container[str] | None = None,
        egress: EgressProxy | None = None,
    ) -> None:
        """``host_name`` is said in EHLO; ``trust`` is a file of CA certificates or empty. ``reachable`` are the addresses
        that may be connected to from here, ``None`` for all; ``egress`` is the way by the relay, if there is one.
        """
        self._host_name = host_name
        self._contexts = TlsContexts(trust)
        self._tokens = OAuthTokens()
        self._reachable = reachable
        self._egress = egress

    def open(
        self,
        server: NextHopServer,
        password: Callable[[], str],
        certificate: Callable[[], str],
        budget: Budget,
        note: Note = _nobody,
    ) -> Session:
        """Connect and get ready. ``password`` and ``certificate`` (PEM) are asked for only when needed.

        ``note`` may be told of steps twice: where going on in the clear began a second connection. Raises
        ``ConnectionFailed`` for whatever keeps mail from being sent.
        """
        implicit = server.implicit_tls or server.port == IMPLICIT_TLS_PORT
        opening = _Opening(server, password, certificate, budget, note, implicit)
        try:
            return self._open(opening, encrypt=server.starttls != "none")
        except TlsFailed:
            if server.starttls != "opportunistic" or implicit:
                raise
        return self._open(opening, encrypt=False)

    def _open(self, opening: _Opening, *, encrypt: bool) -> Session:
        server, note = opening.server, opening.note
        connection = self._connect(server, opening.budget)
        note(HopStep.CONNECT, "")
        try:
            if opening.implicit:
                self._handshake(connection, opening)
                greeting = _after_handshake(connection.reply)
            else:
                greeting = connection.reply()
            _expect(greeting, 220, "the server is not ready")
            extensions = _hello(connection, self._host_name)
            note(HopStep.GREETING, greeting.text)
            if encrypt and not connection.encrypted:
                if "STARTTLS" in extensions and _expect_tls(connection, server):
                    self._handshake(connection, opening)
                    # What was offered in the clear does not count.
                    extensions = _after_handshake(lambda: _hello(connection, self._host_name))
                elif server.starttls != "opportunistic":
                    raise ConnectionFailed("the server offers no STARTTLS", "4.7.4")
            if server.starttls != "none" or connection.encrypted:
                note(HopStep.ENCRYPT, connection.tls_version)
            if server.username:
                if not connection.encrypted and server.starttls != "none":
                    raise ConnectionFailed("no password is sent without encryption", "4.7.11")
                authenticate(connection, extensions.get("AUTH", ""), server, opening.password(), self._tokens)
                note(HopStep.AUTHENTICATE, "")
            return Session(connection, extensions)
        except BaseException:
            connection.close()
            raise

    def _connect(self, server: NextHopServer, budget: Budget) -> Connection:
        if server.egress == "direct":
            return Connection.open(server.host, server.port, budget, self._reachable)
        if self._egress is None:
            raise ConnectionFailed("this installation has no egress by way of the relay", "4.3.5")
        return self._egress.connect(server.host, server.port, budget)

    def _handshake(self, connection: Connection, opening: _Opening) -> None:
        server = opening.server
        verified = server.starttls == "verified"
        try:
            context = self._contexts.context(verified=verified, ca=server.ca, certificate=opening.certificate())
        except ConnectionFailed as error:  # what is wrong here is no reason to go on in the clear
            raise EncryptionFailed(error.text, error.status) from error
        try:
            connection.start_tls(context, server.tls_name or server.host)
        except ConnectionFailed as error:
            raise TlsFailed(error.text, error.status) from error


@dataclass(frozen=True, slots=True)
class _Opening:
    """What is the same for both tries to open one session."""

    server: NextHopServer
    password: Callable[[], str]
    certificate: Callable[[], str]
    budget: Budget
    note: Note
    implicit: bool


def _after_handshake(step: Callable[[], T]) -> T:
    """With TLS 1.3 a server looks at the client's certificate after the client is done with the handshake."""
    try:
        return step()
    except ConnectionLost as error:
        text = f"the server ends the connection after the handshake, as for want of a client certificate: {error.text}"
        raise EncryptionFailed(text, error.status) from error


def _expect_tls(connection: Connection, server: NextHopServer) -> bool:
    """Ask for TLS. ``False`` where the server will not, and the policy allows to go on without."""
    reply = connection.command(b"STARTTLS")
    if reply.code != 220 and server.starttls == "opportunistic" and reply.code != 421:
        return False
    _expect(reply, 220, "the server does not start TLS", "4.7.4")
    return True


def _hello(connection: Connection, host_name: str) -> dict[str, str]:
    """What the server offers; nothing where it knows only HELO (RFC 5321 section 3.2)."""
    name = host_name.encode("ascii", "replace")
    reply = connection.command(b"EHLO " + name)
    if reply.code in (500, 501, 502, 504, 550):
        _expect(connection.command(b"HELO " + name), 250, "the server does not greet back")
        return {}
    _expect(reply, 250, "the server does not greet back")
    extensions: dict[str, str] = {}
    for line in reply.lines[1:]:
        # "AUTH=LOGIN" is how some old servers spell it.
        keyword, _, parameter = line.replace("=", " ", 1).partition(" ")
        if keyword.upper() == "AUTH" and "AUTH" in extensions:
            parameter = f"{extensions['AUTH']} {parameter}"
        extensions[keyword.upper()] = parameter.strip()
    return extensions


def _expect(reply: Reply, code: int, otherwise: str, status: str = "4.3.2") -> None:
    """A session that is refused says nothing about a message: whatever the code, it is temporary.

    (A greeting of 554 may be meant for this client's address; another server, or a later hour, may think otherwise.)
    """
    if reply.code != code:
        raise ConnectionFailed(f"{otherwise}: {reply.code} {reply.text}".strip(), status)
