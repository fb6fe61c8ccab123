"""A client that says when it has written the last byte of a message, and smtp-source for load."""

from __future__ import annotations

import socket
import subprocess
import time

from local.debian_packages import find_program

SENDER = "sato@aozora.example"
RECIPIENT = "suzuki@aozora.example"
"""Both inside the demo tenant, so that no rule holds the message."""
_LINE = b"This line stands for text of an ordinary mail between colleagues.\r\n"


def message(message_id: str, size: int) -> bytes:
    """A plain message of about ``size`` bytes."""
    head = (
        f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: status of the week\r\nMessage-ID: <{message_id}>\r\n"
        "Date: Mon, 03 Aug 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    ).encode("ascii")
    return head + _LINE * max(1, (size - len(head)) // len(_LINE))


class Client:
    """One SMTP session; use it in a ``with`` block."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __enter__(self) -> Client:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")
        self._expect(b"220")
        self._command(b"EHLO bench.localhost", b"250")
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()
        self._socket.close()

    def send(self, content: bytes) -> tuple[float, float]:
        """One transaction; ``content`` must not need dot-stuffing. Returns when its last byte was written and when the
        server took it, on the clock of ``time.perf_counter``.
        """
        self._command(f"MAIL FROM:<{SENDER}>".encode(), b"250")
        self._command(f"RCPT TO:<{RECIPIENT}>".encode(), b"250")
        self._command(b"DATA", b"354")
        self._socket.sendall(content + b".\r\n")
        written = time.perf_counter()
        self._expect(b"250")
        return written, time.perf_counter()

    def _command(self, line: bytes, wanted: bytes) -> None:
        self._socket.sendall(line + b"\r\n")
        self._expect(wanted)

    def _expect(self, wanted: bytes) -> None:
        while (line := self._file.readline())[3:4] == b"-":
            pass
        if not line.startswith(wanted):
            raise RuntimeError(f"the server answered {line!r}, not {wanted!r}")


def load(port: int, messages: int, *, sessions: int, size: int) -> None:
    """Send messages as fast as the server takes them. Raises ``RuntimeError`` when it does not take one."""
    command = [
        *(
            find_program("smtp-source") or "smtp-source",
            "-s",
            str(sessions),
            "-m",
            str(messages),
            "-l",
            str(size),
            "-S",
            "status of the week",
        ),
        *("-f", SENDER, "-t", RECIPIENT, f"127.0.0.1:{port}"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if result.returncode or result.stderr:
        raise RuntimeError(f"smtp-source ended with {result.returncode}: {result.stderr[-500:]}")
