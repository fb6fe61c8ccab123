"""Logs of the host and of the app, one JSON object a line on standard output; beside every stage."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NOISY_LOGGERS = ("azure", "aiohttp", "asyncio", "urllib3", "msal")


class JsonLines(logging.Formatter):
    """A record as one JSON line: time (UTC), level, logger, message, then what was given as `extra`.

    A message that is itself a JSON object is merged, so that structured logs of the app stay searchable.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line without line ends."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        text = record.getMessage()
        structured = _json_object(text)
        if structured is None:
            line["message"] = text
        else:
            line.update((name, value) for name, value in structured.items() if name not in line)
        line.update((name, value) for name, value in vars(record).items() if name not in _STANDARD_FIELDS)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _json_object(text: str) -> dict[str, Any] | None:
    if not (text.startswith("{") and text.endswith("}")):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def configure(stream: TextIO | None = None, level: str = "INFO") -> None:
    """Send every logger of this process to `stream` (standard output) as JSON lines.

    The libraries below the host are quieter: storage requests at INFO would be most of the log. aiohttp's server prints
    request lines of malformed requests, and those can carry links with tokens, so it is silent.
    """
    logging.raiseExceptions = False
    handler = logging.StreamHandler(stream if stream is not None else sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL + 1)
