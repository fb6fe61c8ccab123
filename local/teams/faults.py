"""Misbehaviour on demand of Microsoft's side: throttled, unavailable, slow, cut off. As ``local.mailbox.faults`` for SMTP.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Stage = Literal["token", "keys", "post", "update"]
"""What the bot does when a fault strikes: fetch a token, fetch the signing keys, post an activity, update one."""


class FaultError(ValueError):
    """A fault's description makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule of misbehaviour."""

    stage: Stage
    person: str = "*"
    """Pattern (``*``, ``?``) for the address of the person whose chat it is. Not looked at for ``token`` and ``keys``."""
    status: int = 0
    """HTTP status to answer with; 0: no answer of its own (only the delay, or the cut)."""
    code: str = ""
    """Teams' error code in the body, such as ``ConversationBlockedByUser``."""
    retry_after: float = 0.0
    """Seconds for the ``Retry-After`` header; 0 leaves it out."""
    drop: bool = False
    """Cut the connection without an answer."""
    delay: float = 0.0
    """Seconds to wait first."""
    times: int = 0
    """How often it strikes; 0 means always."""
    done: bool = False
    """Do what was asked all the same, as a service does whose answer is lost on the way."""

    def __post_init__(self) -> None:
        if self.stage not in get_args(Stage):
            raise FaultError(f"stage must be one of {', '.join(get_args(Stage))}, not {self.stage!r}")
        if self.status and not 400 <= self.status <= 599:
            raise FaultError("status must be between 400 and 599, or 0")
        if self.delay < 0 or self.times < 0 or self.retry_after < 0:
            raise FaultError("delay, times and retry_after can't be negative")


def fault_from_json(content: Any) -> Fault:
    """The fault that a JSON object describes; keys as the fields of :class:`Fault`.

    :raises FaultError: unknown keys, or values that make no sense.
    """
    if not isinstance(content, dict):
        raise FaultError("a fault is a JSON object")
    try:
        return Fault(**content)
    except TypeError as error:
        raise FaultError(str(error)) from error


class Faults:
    """The faults in force, in order; the first that fits strikes. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[tuple[Fault, int]] = []  # with how often each has struck

    def replace(self, faults: Sequence[Fault]) -> None:
        """Put these in force in place of those that are; none: behave well from now on."""
        with self._lock:
            self._entries = [(fault, 0) for fault in faults]

    def strike(self, stage: Stage, person: str = "") -> Fault | None:
        """The fault that strikes now, or None. Counts it."""
        with self._lock:
            for index, (fault, struck) in enumerate(self._entries):
                if fault.stage != stage or (fault.times and struck >= fault.times):
                    continue
                if stage in ("token", "keys") or fnmatch.fnmatchcase(person.casefold(), fault.person.casefold()):
                    self._entries[index] = (fault, struck + 1)
                    return fault
        return None

    def as_json(self) -> Sequence[dict[str, Any]]:
        """What is in force, with ``struck``: how often each has struck."""
        with self._lock:
            return [{**asdict(fault), "struck": struck} for fault, struck in self._entries]
