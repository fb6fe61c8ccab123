"""Mail clients for tests: programs that people use, and one of our own that sends any bytes as they are."""

from __future__ import annotations

import smtplib
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support.debian import require

Client = Callable[[int, str, Sequence[str], bytes, Path], None]
"""``(port, sender, recipients, content, directory for files)``; fails the test unless the message is taken."""


def with_smtplib(port: int, sender: str, recipients: Sequence[str], content: bytes, directory: Path) -> None:
    """Python's own client."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as connection:
        assert connection.sendmail(sender, list(recipients), content) == {}


def with_swaks(port: int, sender: str, recipients: Sequence[str], content: bytes, directory: Path) -> None:
    """swaks, the administrator's client. It adds a line end to what it is given."""
    file = directory / "swaks.eml"
    file.write_bytes(content.removesuffix(b"\r\n"))
    command = [
        *(require("swaks"), "--server", "127.0.0.1", "--port", str(port)),
        *("--from", sender, "--to", ",".join(recipients), "--data", f"@{file}"),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-500:]


def with_smtp_source(port: int, sender: str, recipients: Sequence[str], content: bytes, directory: Path) -> None:
    """Postfix's load generator: one recipient, lines with a bare line feed in its file, an empty line added at the end."""
    [recipient] = recipients
    assert content.endswith(b"\r\n\r\n")
    file = directory / "smtp-source.eml"
    file.write_bytes(content.removesuffix(b"\r\n\r\n").replace(b"\r\n", b"\n"))
    command = [require("smtp-source"), "-f", sender, "-t", recipient, "-F", str(file), f"127.0.0.1:{port}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")


CLIENTS: Mapping[str, Client] = {"smtplib": with_smtplib, "swaks": with_swaks, "smtp-source": with_smtp_source}


def carried(content: bytes) -> bytes:
    """What SMTP makes of a message: its end of data begins with a line end, so the message has one at its end."""
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def send_bytes(port: int, sender: str, recipients: Sequence[str], content: bytes, *, mail_options: str = "") -> str:
    """Send bytes with nothing but RFC 5321's transparency applied (section 4.5.2); returns the reply to the message.

    Replies of 4xx and 5xx to any command are returned too. Lines are those that end with CRLF.
    """
    stuffed = carried(content).replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, connection.makefile("rb") as replies:

        def reply() -> str:
            while (line := replies.readline())[3:4] == b"-":
                pass
            return line.decode("ascii", "replace").strip()

        reply()
        commands = [
            b"EHLO client.example",
            f"MAIL FROM:<{sender}>{mail_options}".encode(),
            *(f"RCPT TO:<{recipient}>".encode() for recipient in recipients),
            b"DATA",
        ]
        for command in commands:
            connection.sendall(command + b"\r\n")
            answer = reply()
            if answer[:1] not in "23":
                return answer
        connection.sendall(stuffed + b".\r\n")
        return reply()
