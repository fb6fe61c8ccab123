"""Where the mailbox keeps what it has received: two files for each message, the raw bytes and the envelope.

``{id}.eml`` holds the bytes as they came in, dot-stuffing undone and nothing else changed. ``{id}.json`` holds the
envelope and is written last, so that a message without it was never accepted. Identifiers sort by time of arrival.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from pathlib import Path

_HEADER_BYTES = 256 * 1024
"""How much of a message is looked at for the subject line of the list."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What the SMTP session said about a message."""

    sender: str
    """MAIL FROM without angle brackets; empty for the null sender."""
    recipients: tuple[str, ...]
    """RCPT TO, in the order given, only those that were accepted."""
    options: tuple[str, ...] = ()
    """Parameters of MAIL FROM, such as ``SIZE=…`` or ``BODY=8BITMIME``."""
    helo: str = ""
    peer: str = ""
    tls: bool = False
    user: str = ""
    """Name given to AUTH, if any."""


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One received message."""

    id: str
    received: float
    """Seconds since the epoch, taken when the last byte was in."""
    size: int
    subject: str
    header_from: str
    envelope: Transaction
    directory: Path

    @property
    def raw(self) -> bytes:
        """The message as it came in.

        :raises FileNotFoundError: it was deleted meanwhile.
        """
        return self.path.read_bytes()

    @property
    def path(self) -> Path:
        """The file with the raw bytes."""
        return self.directory / f"{self.id}.eml"


def display(value: object) -> str:
    """A header field's text for people, encoded words decoded as far as they can be; raw 8-bit ones are no ``str``."""
    text = " ".join(str(value or "").split())
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError, MessageError):
        return text


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(content)
    temporary.replace(path)


class MailStore:
    """The messages of one directory. Safe to use from several threads of one process."""

    def __init__(self, directory: Path) -> None:
        """Open ``directory`` (made if missing) with all that an earlier run left in it."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._changed = threading.Condition()
        self._messages: dict[str, StoredMessage] = {}
        self._last_stamp = 0
        for path in sorted(directory.glob("*.json")):
            content = json.loads(path.read_text("utf-8"))
            envelope = content.pop("envelope")
            for field in ("recipients", "options"):
                envelope[field] = tuple(envelope[field])
            self._messages[content["id"]] = StoredMessage(
                **content, envelope=Transaction(**envelope), directory=directory
            )

    def _next_id(self) -> str:
        # Two messages of one microsecond still get identifiers in the order of their arrival.
        stamp = max(self._last_stamp + 1, time.time_ns() // 1000)
        self._last_stamp = stamp
        return f"{stamp:016d}-{secrets.token_hex(3)}"

    def add(self, envelope: Transaction, raw: bytes) -> StoredMessage:
        """Keep a message; it is on disk (not necessarily through the disk's cache) when this returns."""
        received = time.time()
        header = BytesHeaderParser().parsebytes(raw[:_HEADER_BYTES])
        with self._changed:
            message = StoredMessage(
                id=self._next_id(),
                received=received,
                size=len(raw),
                subject=display(header.get("Subject")),
                header_from=display(header.get("From")),
                envelope=envelope,
                directory=self.directory,
            )
        _write(message.path, raw)
        content = asdict(message)
        del content["directory"]
        _write(message.path.with_suffix(".json"), json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
        with self._changed:
            self._messages[message.id] = message
            self._changed.notify_all()
        return message

    def get(self, message_id: str) -> StoredMessage | None:
        """One message, or None."""
        return self._messages.get(message_id)

    def messages(self, *, person: str = "", after: str = "") -> Sequence[StoredMessage]:
        """Messages in the order of arrival; ``person`` keeps those from or to that address, ``after`` the later ones."""
        wanted = person.casefold()
        with self._changed:
            everything = list(self._messages.values())
        return [
            message
            for message in everything
            if message.id > after
            and (
                not wanted or wanted in {a.casefold() for a in (message.envelope.sender, *message.envelope.recipients)}
            )
        ]

    def wait_for(self, count: int, *, timeout_seconds: float = 90.0, person: str = "") -> Sequence[StoredMessage]:
        """Block until there are at least ``count`` messages (of ``person``), then return them.

        :raises TimeoutError: there were fewer after ``timeout_seconds``.
        """
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while len(found := self.messages(person=person)) < count:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise TimeoutError(f"{len(found)} of {count} messages arrived within {timeout_seconds} s")
                self._changed.wait(remaining)
            return found

    def clear(self) -> int:
        """Delete everything; returns how many messages there were."""
        with self._changed:
            gone = list(self._messages.values())
            self._messages.clear()
        for message in gone:
            for path in (message.path.with_suffix(".json"), message.path):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
        return len(gone)
