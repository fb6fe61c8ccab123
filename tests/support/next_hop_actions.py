"""What a ``NextHopServer`` can be told to do in place of its usual answer; a plain text is a reply."""

from __future__ import annotations

from dataclasses import dataclass

GREETING = "(greeting)"
CONTENT = "(content)"
HANDSHAKE = "(handshake)"


@dataclass(frozen=True)
class Drop:
    """Cut the connection."""


@dataclass(frozen=True)
class Silence:
    """Say nothing and wait for the client to go."""


@dataclass(frozen=True)
class HalfClose:
    """Close the server's direction only and read on."""


@dataclass(frozen=True)
class Raw:
    """Send these bytes, whatever they are."""

    data: bytes


@dataclass(frozen=True)
class Late:
    """Answer after a while."""

    seconds: float
    reply: str


@dataclass(frozen=True)
class Drip:
    """Answer one byte at a time."""

    reply: str
    pause: float


@dataclass(frozen=True)
class StopReading:
    """Inside DATA: after so many bytes say something (or nothing), read no more for a while, then cut the connection."""

    after: int
    reply: str = ""
    hold: float = 0.0


Action = str | Drop | Silence | HalfClose | Raw | Late | Drip | StopReading
