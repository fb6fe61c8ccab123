"""An SMTP session up to the point where mail can be sent: greeting, EHLO, STARTTLS, AUTH. Part of stage 4b (deliver).

STARTTLS policies (RFC 3207): ``none`` never encrypts; ``opportunistic`` encrypts where offered, with whatever
certificate, and goes on in the clear where that fails; ``required`` goes on only encrypted; ``verified`` only with a
certificate that holds for the host's name. Port 465 is TLS from the first byte (RFC 8314).

A password goes out in the clear only where the policy is ``none``: under ``opportunistic``, whoever can strip the
offer of STARTTLS could read it.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cache

from shared.adapters.smtp_next_hop_connection import Budget, Connection, ConnectionFailed
from shared.adapters.smtp_next_hop_reply import Reply
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import HopStep

IMPLICIT_TLS_PORT = 465
_QUIT_SECONDS = 1.0


class TlsFailed(ConnectionFailed):
    """The handshake failed; where the policy allows, a new connection may go on in the clear."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is ready for MAIL. ``extensions`` are what EHLO offered, names in upper case."""

    connection: Connection
    extensions: Mapping[str, str]

    def offers(self, extension: str) -> bool:
        """Whether EHLO offered it."""
        return extension in self.extensions

    @property
    def size_limit(self) -> int:
        """Bytes of the largest message taken (RFC 1870), 0 where none is told."""
        told = self.extensions.get("SIZE", "")
        return int(told) if told.isascii() and told.isdigit() else 0

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


def open_session(
    server: NextHopServer,
    host_name: str,
    password: Callable[[], str],
    trust: str,
    budget: Budget,
    note: Note = _nobody,
    reachable: Container[str] | None = None,
) -> Session:
    """Connect and get ready. ``password`` is asked for only when needed; ``trust`` is a file of CA certificates or empty.

    ``note`` may be told of steps twice: where going on in the clear began a second connection. ``reachable`` are the
    addresses that may be connected to, ``None`` for all. Raises ``ConnectionFailed`` for whatever keeps mail from being sent, and what ``password`` raises.
    """
    try:
        return _open(server, host_name, password, trust, budget, note, reachable, encrypt=server.starttls != "none")
    except TlsFailed:
        if server.starttls != "opportunistic" or server.port == IMPLICIT_TLS_PORT:
            raise
    return _open(server, host_name, password, trust, budget, note, reachable, encrypt=False)


def _open(
    server: NextHopServer,
    host_name: str,
    password: Callable[[], str],
    trust: str,
    budget: Budget,
    note: Note,
    reachable: Container[str] | None,
    *,
    encrypt: bool,
) -> Session:
    connection = Connection.open(server.host, server.port, budget, reachable)
    note(HopStep.CONNECT, "")
    try:
        if server.port == IMPLICIT_TLS_PORT:
            _handshake(connection, server, trust)
        greeting = connection.reply()
        _expect(greeting, 220, "the server is not ready")
        extensions = _hello(connection, host_name)
        note(HopStep.GREETING, greeting.text)
        if encrypt and not connection.encrypted:
            if "STARTTLS" in extensions and _expect_tls(connection, server):
                _handshake(connection, server, trust)
                extensions = _hello(connection, host_name)  # what was offered in the clear does not count
            elif server.starttls != "opportunistic":
                raise ConnectionFailed("the server offers no STARTTLS", "4.7.4")
        if server.starttls != "none" or connection.encrypted:
            note(HopStep.ENCRYPT, connection.tls_version)
        if server.username:
            if not connection.encrypted and server.starttls != "none":
                raise ConnectionFailed("no password is sent without encryption", "4.7.11")
            _authenticate(connection, extensions.get("AUTH", ""), server.username, password())
            note(HopStep.AUTHENTICATE, "")
        return Session(connection, extensions)
    except BaseException:
        connection.close()
        raise


def _expect_tls(connection: Connection, server: NextHopServer) -> bool:
    """Ask for TLS. ``False`` where the server will not, and the policy allows to go on without."""
    reply = connection.command(b"STARTTLS")
    if reply.code != 220 and server.starttls == "opportunistic" and reply.code != 421:
        return False
    _expect(reply, 220, "the server does not start TLS", "4.7.4")
    return True


def _handshake(connection: Connection, server: NextHopServer, trust: str) -> None:
    try:
        connection.start_tls(_context(server.starttls == "verified", trust), server.host)
    except ConnectionFailed as error:
        raise TlsFailed(error.text, error.status) from error


@cache
def _context(verified: bool, trust: str) -> ssl.SSLContext:
    """Made once: reading the system's certificates takes longer than a handshake."""
    context = ssl.create_default_context(cafile=trust or None)
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


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


def _authenticate(connection: Connection, offered: str, username: str, password: str) -> None:
    """AUTH PLAIN (RFC 4616) or LOGIN. That a server refuses a password is for the administrator, not for the sender."""
    mechanisms = offered.upper().split()
    refused = "the server refuses the user name and password"
    if "PLAIN" in mechanisms:
        reply = connection.command(b"AUTH PLAIN " + _base64(f"\0{username}\0{password}"))
    elif "LOGIN" in mechanisms:
        reply = connection.command(b"AUTH LOGIN")
        for answer in (username, password):
            _expect_silently(reply, 334, refused)
            reply = connection.command(_base64(answer))
    else:
        raise ConnectionFailed("the server offers neither AUTH PLAIN nor LOGIN", "4.7.8")
    _expect_silently(reply, 235, refused)


def _expect_silently(reply: Reply, code: int, otherwise: str) -> None:
    """As ``_expect``, without the server's text: it may repeat what it was sent."""
    if reply.code != code:
        raise ConnectionFailed(f"{otherwise}: {reply.code}", "4.7.8")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def _expect(reply: Reply, code: int, otherwise: str, status: str = "4.3.2") -> None:
    """A session that is refused says nothing about a message: whatever the code, it is temporary.

    (A greeting of 554 may be meant for this client's address; another server, or a later hour, may think otherwise.)
    """
    if reply.code != code:
        raise ConnectionFailed(f"{otherwise}: {reply.code} {reply.text}".strip(), status)
