"""What the relay has done since it started, as plain numbers. Stage receive; whoever exports metrics reads them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Numbers that only grow. ``deferred`` (4xx) and ``refused`` (5xx) count messages and connections by reason."""

    sessions: int = 0
    accepted: int = 0
    accepted_bytes: int = 0
    deferred: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
