"""One log line for each message and stage, keyed by its queue id. Never bodies, passwords or tokens."""

from __future__ import annotations

import json
import logging

from shared.core.message.identity import MessageRef

_logger = logging.getLogger("matta")


def stage(name: str, ref: MessageRef, outcome: str, **fields: str | int | float) -> None:
    """Say that a stage is done with a message. ``fields`` are short facts, no personal content."""
    _logger.info(_line(name, ref, outcome, fields))


def trouble(name: str, ref: MessageRef | None, error: BaseException, **fields: str | int | float) -> None:
    """Say that a stage met an error: its type and where it came from. The cause's text stays in the traceback."""
    _logger.warning(_line(name, ref, f"error:{type(error).__name__}", fields), exc_info=error)


def _line(name: str, ref: MessageRef | None, outcome: str, fields: dict[str, str | int | float]) -> str:
    line: dict[str, str | int | float] = {"stage": name, "outcome": outcome}
    if ref is not None:
        line |= {"queue_id": ref.queue_id, "tenant": ref.tenant_id}
    return json.dumps(line | fields, ensure_ascii=False)
