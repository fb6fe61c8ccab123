"""One JSON line on standard output for each session and each message. Stage receive.

Lines carry ids, sizes, counts and outcomes; never an address of a person, a word of a message, a password.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

import msgspec

_encode = msgspec.json.Encoder().encode


class EventLog:
    """Writes events. One for a process."""

    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output

    def write(self, event: str, **facts: str | int | float | bool | None) -> None:
        """One line: the time, the event, and its facts; empty ones are left out.

        Never raises: a full disk or a reader that went away must not turn a stored message into a failed one.
        """
        line: dict[str, object] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event}
        line.update((name, value) for name, value in facts.items() if value not in {None, ""})
        output = self._output or sys.stdout
        with suppress(OSError, ValueError):
            output.write(_encode(line).decode() + "\n")
            output.flush()


class LogHandler(logging.Handler):
    """Brings what libraries log into the same stream: level, where, and the kind of an exception, without its text."""

    def __init__(self, log: EventLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        kind = record.exc_info[0] if record.exc_info else None
        self._log.write(
            "library",
            level=record.levelname,
            logger=record.name,
            place=f"{record.module}:{record.lineno}",
            error=kind.__name__ if kind else "",
        )


def route_library_logs(log: EventLog) -> None:
    """Send the logging of libraries to ``log``; the SMTP library's own lines hold addresses and are dropped."""
    logging.basicConfig(handlers=[LogHandler(log)], level=logging.WARNING, force=True)
    mail = logging.getLogger("mail.log")
    mail.propagate = False
    mail.disabled = True
