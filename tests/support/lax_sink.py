"""An SMTP server for tests that is lax about line ends, as servers were that let a second message be smuggled past others.

with LaxSink(LAX["bare LF"]) as sink:
    …deliver to 127.0.0.1:sink.port…
    assert [message.recipients for message in sink.messages] == [("taro@partner.example",)]
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Reading:
    """What a server takes for the end of a line, and what it leaves out before it looks."""

    line_end: re.Pattern[bytes]
    drops_nul: bool = False
    trims: bool = False
    """Whether spaces and tabs after a dot do not count."""

    def is_end(self, line: bytes) -> bool:
        """Whether the line is the lone dot."""
        return (line.rstrip(b" \t") if self.trims else line) == b"."

    def ends(self, wire: bytes) -> int:
        """How many lone dots there are in what follows DATA."""
        seen = wire.replace(b"\0", b"") if self.drops_nul else wire
        return sum(self.is_end(line) for line in self.line_end.split(seen))


STRICT = Reading(re.compile(rb"\r\n"))
LAX = {
    "bare LF": Reading(re.compile(rb"\r?\n")),
    "bare CR": Reading(re.compile(rb"\r\n|\r")),
    "any line end": Reading(re.compile(rb"\r\n|\r|\n")),
    "several CR": Reading(re.compile(rb"\r*\n")),
    "drops NUL": Reading(re.compile(rb"\r\n"), drops_nul=True),
    "drops NUL, any line end": Reading(re.compile(rb"\r\n|\r|\n"), drops_nul=True),
    "spaces after the dot": Reading(re.compile(rb"\r?\n"), trims=True),
}


@dataclass(frozen=True)
class Taken:
    """One message as such a server sees it."""

    sender: str
    recipients: tuple[str, ...]
    lines: tuple[bytes, ...]


class LaxSink:
    """Listens on 127.0.0.1 on a free port while the ``with`` block lasts; takes everything."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.messages: list[Taken] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> LaxSink:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.wait()

    def wait(self) -> None:
        """Return when every connection that was made is over."""
        for thread in self._threads[1:]:
            thread.join(20)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _ = self._listener.accept()
                connected.settimeout(15)
                thread = threading.Thread(target=self._serve, args=(connected,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connected: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), connected:
            lines = _Lines(connected, self.reading)
            connected.sendall(b"220 lax\r\n")
            sender, recipients = "", list[str]()
            while True:
                line = lines.next()
                verb = line[:4].upper()
                reply = b"250 ok"
                if verb == b"EHLO":
                    reply = b"250-lax\r\n250-8BITMIME\r\n250 SMTPUTF8"
                elif verb == b"MAIL":
                    sender, recipients = line.decode(), []
                elif verb == b"RCPT":
                    recipients.append(line.decode().partition("<")[2].partition(">")[0])
                elif verb == b"DATA":
                    connected.sendall(b"354 go ahead\r\n")
                    content = list[bytes]()
                    while not self.reading.is_end(line := lines.next()):
                        content.append(line)
                    self.messages.append(Taken(sender, tuple(recipients), tuple(content)))
                elif verb == b"QUIT":
                    connected.sendall(b"221 bye\r\n")
                    return
                connected.sendall(reply + b"\r\n")


class _Lines:
    def __init__(self, connected: socket.socket, reading: Reading) -> None:
        self._connected, self._reading = connected, reading
        self._received = b""

    def next(self) -> bytes:
        """Raises ``EOFError`` at the end of the connection."""
        while True:
            found = self._reading.line_end.search(self._received)
            # A CR at the very end may be the first half of CRLF.
            if found is not None and not (found.end() == len(self._received) and found[0] == b"\r"):
                line = self._received[: found.start()]
                self._received = self._received[found.end() :]
                return line
            more = self._connected.recv(65536)
            if not more:
                raise EOFError
            self._received += more.replace(b"\0", b"") if self._reading.drops_nul else more
