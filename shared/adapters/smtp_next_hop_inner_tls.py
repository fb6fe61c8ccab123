"""TLS within TLS: encryption up to the next hop inside of that to the egress proxy. Part of stage 4b (deliver).

``ssl.SSLSocket`` takes the file descriptor of what it wraps and would write past the outer encryption, so the inner one
works on memory and hands its bytes on.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

_RECEIVE = 32 * 1024
_PIECE = 128 * 1024
T = TypeVar("T")


class Wire(Protocol):
    """What a connection needs of a socket. All but ``close`` raise ``OSError``; times are in seconds."""

    def settimeout(self, seconds: float, /) -> None:
        """Longest time of each call from now on."""
        ...

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""
        ...

    def recv(self, size: int, /) -> bytes:
        """What is there, once there is something; empty at the end."""
        ...

    def close(self) -> None:
        """Cut it."""
        ...


class InnerTls:
    """A ``Wire`` that is encrypted on top of another one. The handshake is done when it is made."""

    def __init__(self, outer: Wire, context: ssl.SSLContext, name: str, *, seconds: float = 60.0) -> None:
        """Raises ``OSError`` (``ssl.SSLError`` among them) where there is no TLS within ``seconds``."""
        self._outer = outer
        self._seconds = seconds
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._do(self._tls.do_handshake)

    def settimeout(self, seconds: float, /) -> None:
        """See ``Wire``."""
        self._seconds = seconds

    def sendall(self, data: bytes, /) -> None:
        """See ``Wire``."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            while piece:
                written = self._do(lambda piece=piece: self._tls.write(piece))  # type: ignore[misc]  # bound by value
                piece = piece[written:]

    def recv(self, size: int, /) -> bytes:
        """See ``Wire``."""
        try:
            return self._do(lambda: self._tls.read(size))
        except ssl.SSLZeroReturnError:
            return b""

    def version(self) -> str | None:
        """Such as ``TLSv1.3``."""
        return self._tls.version()

    def close(self) -> None:
        """See ``Wire``."""
        self._outer.close()

    def _do(self, step: Callable[[], T]) -> T:
        """One step of TLS, with whatever has to go out and come in for it."""
        end = time.monotonic() + self._seconds
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._flush(end)
                self._fill(end)
            except ssl.SSLError:
                with contextlib.suppress(OSError):  # what went wrong first is what is told
                    self._flush(end)  # the alert that tells the server
                raise
            else:
                self._flush(end)
                return done

    def _flush(self, end: float) -> None:
        if self._outgoing.pending:
            self._outer.settimeout(_left(end))
            self._outer.sendall(self._outgoing.read())

    def _fill(self, end: float) -> None:
        self._outer.settimeout(_left(end))
        received = self._outer.recv(_RECEIVE)
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()


def _left(end: float) -> float:
    return max(end - time.monotonic(), 0.001)
