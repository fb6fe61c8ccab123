"""Misbehaviour on demand: which replies the mailbox gives in place of success, to whom, how often.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import fnmatch
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Stage = Literal["connect", "mail", "rcpt", "data", "content"]
"""When a fault strikes: the greeting, MAIL, RCPT, DATA, or the reply after the last dot."""

NOISE = "%PDF-1.4 \x01\x02 this is no reply"
_REPLY = re.compile(r"[245]\d\d[ -].*", re.DOTALL)


class FaultError(ValueError):
    """A fault's description makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule of misbehaviour."""

    stage: Stage
    address: str = "*"
    """Pattern (``*``, ``?``) for the address it is about: the sender at ``mail``, the recipient at ``rcpt``, any accepted
    recipient at ``content`` and ``data``. Not looked at for ``connect``."""
    reply: str = ""
    """Full SMTP reply such as ``451 4.2.1 busy``; empty: no reply of its own (only the delay), or none at all with
    ``drop``."""
    drop: bool = False
    """Cut the connection without any reply."""
    half_close: bool = False
    """Say nothing any more, but leave the connection open the other way, as a server does that is shutting down."""
    garbage: bool = False
    """Answer with something that is no SMTP."""
    delay: float = 0.0
    """Seconds to wait first."""
    times: int = 0
    """How often it strikes; 0 means always."""
    store: bool = False
    """At ``content``: keep the message although the answer is bad or lost, as a server does that crashes between
    taking a message and saying so."""

    @property
    def is_bad(self) -> bool:
        """Whether the client does not hear of a success."""
        return self.drop or self.half_close or self.garbage or self.reply[:1] in ("4", "5")

    @property
    def answer(self) -> str:
        """What to say instead; empty where the fault is a delay, or silence."""
        return NOISE if self.garbage else self.reply

    def __post_init__(self) -> None:
        if self.stage not in get_args(Stage):
            raise FaultError(f"stage must be one of {', '.join(get_args(Stage))}, not {self.stage!r}")
        if self.reply and not _REPLY.fullmatch(self.reply):
            raise FaultError(f"reply must begin with a reply code, such as '451 busy', not {self.reply!r}")
        if self.delay < 0 or self.times < 0:
            raise FaultError("delay and times can't be negative")


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

    def add(self, *faults: Fault) -> None:
        """Put faults in force, after those that are."""
        with self._lock:
            self._entries += [(fault, 0) for fault in faults]

    def clear(self) -> None:
        """Behave well from now on."""
        with self._lock:
            self._entries = []

    def strike(self, stage: Stage, addresses: Iterable[str] = ()) -> Fault | None:
        """The fault that strikes now, or None. Counts it."""
        candidates = [address.casefold() for address in addresses]
        with self._lock:
            for index, (fault, struck) in enumerate(self._entries):
                if fault.stage != stage or (fault.times and struck >= fault.times):
                    continue
                pattern = fault.address.casefold()
                if stage == "connect" or any(fnmatch.fnmatchcase(address, pattern) for address in candidates):
                    self._entries[index] = (fault, struck + 1)
                    return fault
        return None

    def as_json(self) -> Sequence[dict[str, Any]]:
        """What is in force, with ``struck``: how often each has struck."""
        with self._lock:
            return [{**asdict(fault), "struck": struck} for fault, struck in self._entries]
