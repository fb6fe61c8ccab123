"""One log line for each message and stage, keyed by its queue id. Never bodies, passwords or tokens."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar

from shared.core.message.identity import MessageRef

_logger = logging.getLogger("matta")
_followed: ContextVar[tuple[str, str]] = ContextVar("followed", default=("", ""))


def follow(ref: MessageRef, session: str) -> None:
    """From now on lines about this message bear the id of the SMTP session that it came by, in this thread or task."""
    _followed.set((ref.queue_id, session))


def stage(name: str, ref: MessageRef, outcome: str, **fields: str | int | float) -> None:
    """Say that a stage is done with a message. ``fields`` are short facts, no personal content."""
    _logger.info(_line(name, ref, outcome, fields))


def figures(name: str, **fields: str | int | float) -> None:
    """Say how the service stands, in numbers that alerts and the workbook read; about no message."""
    _logger.info(_line(name, None, "measured", fields))


def trouble(name: str, ref: MessageRef | None, error: BaseException, **fields: str | int | float) -> None:
    """Say that a stage met an error: its type and where it came from. The cause's text stays in the traceback."""
    _logger.warning(_line(name, ref, f"error:{type(error).__name__}", fields), exc_info=error)


def _line(name: str, ref: MessageRef | None, outcome: str, fields: dict[str, str | int | float]) -> str:
    line: dict[str, str | int | float] = {"stage": name, "outcome": outcome}
    if ref is not None:
        line |= {"queue_id": ref.queue_id, "tenant": ref.tenant_id}
        queue_id, session = _followed.get()
        if session and queue_id == ref.queue_id:
            line["session"] = session
    return json.dumps(line | fields, ensure_ascii=False)
