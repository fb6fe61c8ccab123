"""One connection to an SMTP server: bytes out, replies in, never longer than it may take. Part of stage 4b (deliver)."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Container

from shared.adapters.smtp_next_hop_inner_tls import InnerTls, Wire
from shared.adapters.smtp_next_hop_reply import Garbage, Reply, is_last_line, read_reply

CONNECT_SECONDS = 30.0
"""Longest time for the TCP connection to one address."""
_LONGEST_LINE = 8192
_MOST_LINES = 300
_RECEIVE = 16 * 1024
_TOO_SLOW = "the server was too slow"


class ConnectionFailed(Exception):
    """The connection cannot be used any more: refused, lost, too slow, or what came is no SMTP. Always temporary.

    ``status`` is an enhanced status code of RFC 3463 for it.
    """

    def __init__(self, text: str, status: str = "4.4.2") -> None:
        super().__init__(text)
        self.text = text
        self.status = status


class ConnectionLost(ConnectionFailed):
    """The server (or the network) has ended the connection."""


class Budget:
    """Time for all that is done with one server: ``seconds`` from now, and never more than ``step`` for one step.

    ``reserve`` is the part of it that only the last step may use.
    """

    def __init__(self, seconds: float, step: float, reserve: float = 0.0) -> None:
        self._end = time.monotonic() + seconds
        self._reserve = reserve
        self.step = step

    @property
    def left(self) -> float:
        """Seconds left in all; never negative."""
        return max(self._end - time.monotonic(), 0.0)

    def limit(self, step: float | None = None) -> float:
        """The end, by the monotonic clock, of a step that begins now. Raises ``ConnectionFailed`` when time is over."""
        if self.left <= 0:
            raise ConnectionFailed(_TOO_SLOW, "4.4.1")
        return min(time.monotonic() + (self.step if step is None else step), self._end)

    def extend(self, seconds: float) -> None:
        """Allow for more."""
        self._end += seconds

    def check_reserve(self) -> None:
        """Raise ``ConnectionFailed`` when nothing but the reserve is left."""
        if self.left < self._reserve:
            raise ConnectionFailed(_TOO_SLOW, "4.4.1")


class Connection:
    """A connected socket. Every method raises ``ConnectionFailed``; after that only ``close`` makes sense."""

    def __init__(self, connected: Wire, budget: Budget) -> None:
        self._socket: Wire = connected
        self._budget = budget
        self._received = bytearray()
        self.encrypted = False

    @classmethod
    def open(cls, host: str, port: int, budget: Budget, reachable: Container[str] | None = None) -> Connection:
        """Connect to the first of the host's addresses that answers and is ``reachable`` (``None``: all are)."""
        name = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        try:
            addresses = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ConnectionFailed(f"the name of the server cannot be resolved: {kind_of(error)}", "4.4.3") from error
        if reachable is not None:
            addresses = [found for found in addresses if str(found[4][0]) in reachable]
            if not addresses:
                raise ConnectionFailed("the server's address is not one that mail may be sent to", "4.4.3")
        cause: OSError | None = None
        for family, kind, protocol, _, address in addresses:
            connecting = socket.socket(family, kind, protocol)
            try:
                connecting.settimeout(_seconds_to(budget.limit(min(CONNECT_SECONDS, budget.step))))
                connecting.connect(address)
                connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return cls(connecting, budget)
            except OSError as error:
                connecting.close()
                cause = error
            except ConnectionFailed:
                connecting.close()
                raise
        raise ConnectionFailed(f"no connection: {kind_of(cause)}", "4.4.1") from cause

    def serve(self, budget: Budget) -> None:
        """Go on within another budget: for a connection that was kept."""
        self._budget = budget

    @property
    def is_quiet(self) -> bool:
        """Whether nothing came that was not asked for, as far as it was read."""
        return not self._received

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Encrypt from here on. Bytes that came before in the clear are an attack (RFC 3207 section 5) and end it.

        A connection that is encrypted already (that to the egress proxy) carries the new encryption within its own.
        """
        if self._received:
            raise ConnectionFailed("the server sent more than its answer to STARTTLS", "4.7.5")
        try:
            self._socket.settimeout(_seconds_to(self._budget.limit()))
            if isinstance(self._socket, socket.socket) and not isinstance(self._socket, ssl.SSLSocket):
                self._socket = context.wrap_socket(self._socket, server_hostname=host.strip("[]"))
            else:
                self._socket = InnerTls(self._socket, context, host.strip("[]"))
        except (OSError, ValueError) as error:
            raise ConnectionFailed(f"no TLS: {kind_of(error)}", "4.7.5") from error
        self.encrypted = True

    def tunnelled(self) -> None:
        """What encrypts this connection so far ends at a proxy; the server behind it has yet to be spoken to."""
        self.encrypted = False

    @property
    def tls_version(self) -> str:
        """Such as ``TLSv1.3``; empty in the clear."""
        if not self.encrypted or not isinstance(self._socket, ssl.SSLSocket | InnerTls):
            return ""
        return self._socket.version() or ""

    def send(self, data: bytes, seconds: float | None = None) -> None:
        """Send all of it within one step."""
        try:
            self._socket.settimeout(_seconds_to(self._budget.limit(seconds)))
            self._socket.sendall(data)
        except OSError as error:
            raise _failure(error)(f"the connection was lost: {kind_of(error)}") from error

    def reply(self, seconds: float | None = None) -> Reply:
        """The next reply, all of it within one step (or ``seconds``)."""
        limit = self._budget.limit(seconds)
        lines: list[bytes] = []
        try:
            while True:
                lines.append(self._line(limit))
                if is_last_line(lines[-1]):
                    return read_reply(lines)
                if len(lines) >= _MOST_LINES:
                    raise Garbage("a reply without end")
        except Garbage as error:
            raise ConnectionFailed(f"the server does not speak SMTP: {error}", "4.5.0") from error

    def command(self, line: bytes) -> Reply:
        """Send one command line and return its reply."""
        self.send(line + b"\r\n")
        return self.reply()

    def close(self) -> None:
        """Cut it, without a word. Never raises."""
        self._socket.close()

    def head(self, longest: int) -> bytes:
        """The head of an HTTP answer, up to its empty line. What follows stays for the next who reads."""
        limit = self._budget.limit()
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            if len(self._received) > longest:
                raise ConnectionFailed("an answer without end", "4.5.0")
            self._receive(limit)
        found = bytes(self._received[:end])
        del self._received[: end + 4]
        return found

    def _line(self, limit: float) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            if len(self._received) > _LONGEST_LINE:
                raise Garbage("a line without end")
            self._receive(limit)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line.removesuffix(b"\r")

    def _receive(self, limit: float) -> None:
        try:
            self._socket.settimeout(_seconds_to(limit))
            received = self._socket.recv(_RECEIVE)
        except OSError as error:
            raise _failure(error)(f"no answer: {kind_of(error)}") from error
        if not received:
            raise ConnectionLost("the server closed the connection")
        self._received += received


def _failure(error: OSError) -> type[ConnectionFailed]:
    return ConnectionFailed if isinstance(error, TimeoutError) else ConnectionLost


def _seconds_to(limit: float) -> float:
    """For ``settimeout``, which takes 0 for "do not wait at all"."""
    return max(limit - time.monotonic(), 0.001)


def kind_of(error: BaseException | None) -> str:
    """What went wrong, without addresses or anything else that an error's text may hold."""
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate does not hold: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return str(error.reason or type(error).__name__)
    return type(error).__name__
