"""The canary: a marked message that proves a tenant's route. Its token, and the way that it went. Pure; part of onboarding.

It is ordinary mail and goes the ordinary way: rules apply to it. The token in its subject is keyed, so that a forged one
costs nothing, and says when it ends; what it is about is kept by the port ``OnboardingLog``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared.core.message.keys import SigningKey

MARK = "[matta-canary:"
"""What a subject with a token has in it: the only thing that is looked for in every message."""
LIFETIME = timedelta(hours=2)
ID_RANDOM = 10
"""Random bytes of an id."""
_TOKEN = re.compile(r"\[matta-canary:([a-z2-7]{16})([a-z2-7]{7})([a-z2-7]{16})\]")
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
"""The letters of base 32 (RFC 4648), in the order in which texts sort."""
_END_LETTERS = 7
_MAC_BYTES = 10
_LONGEST_SUBJECT = 4000


class CanaryWay(StrEnum):
    """How a canary sets out."""

    INSIDE = "inside"
    """Matta puts it into its own spool: proves judging and the next hop."""
    OUTSIDE = "outside"
    """A person sends it from Outlook: proves Exchange's connectors and rule as well."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One canary. ``recipient`` is to whom it goes; ``queue_id`` is empty until it was seen."""

    id: str
    way: CanaryWay
    recipient: str
    started_at: datetime
    started_by: str
    queue_id: str = ""
    seen_at: datetime | None = None


class HopKind(StrEnum):
    """What happened at a place of the way."""

    SERVER = "server"
    """A server on the way to Matta wrote that it received the message."""
    RELAY = "relay"
    JUDGED = "judged"
    HELD = "held"
    RELEASED = "released"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Hop:
    """A place of the way. ``seconds`` since the one before; below zero where two clocks differ, ``None`` for the first."""

    kind: HopKind
    name: str
    at: datetime
    seconds: float | None = None


def new_id(random: bytes) -> str:
    """A fresh id from ``ID_RANDOM`` random bytes."""
    if len(random) != ID_RANDOM:
        raise ValueError("an id takes 10 random bytes")
    return b32encode(random).decode("ascii").lower()


def make_token(tenant_id: str, id_: str, started_at: datetime, key: SigningKey) -> str:
    """What the subject must have in it."""
    end = _end(started_at + LIFETIME)
    return f"{MARK}{id_}{end}{_mac(tenant_id, id_ + end, key)}]"


def read_token(tenant_id: str, subject: str, keys: Sequence[SigningKey], now: datetime) -> str:
    """The id of the canary that the subject names; empty for a token that is forged, another tenant's, or too old."""
    found = _TOKEN.search(subject[:_LONGEST_SUBJECT])
    if found is None:
        return ""
    id_, end, mac = found.groups()
    if end < _end(now):  # texts that sort by time
        return ""
    body = id_ + end
    return id_ if any(hmac.compare_digest(_mac(tenant_id, body, key), mac) for key in keys) else ""


def in_order(hops: Iterable[Hop]) -> tuple[Hop, ...]:
    """The hops with the time that each took since the one before; their order stays."""
    timed: list[Hop] = []
    for hop in hops:
        seconds = (hop.at - timed[-1].at).total_seconds() if timed else None
        timed.append(Hop(hop.kind, hop.name, hop.at, seconds))
    return tuple(timed)


def _end(moment: datetime) -> str:
    """Whole seconds since 2020 in letters that sort by time."""
    number = max(0, int((moment - _EPOCH).total_seconds()))
    letters = ""
    for _ in range(_END_LETTERS):
        number, digit = divmod(number, 32)
        letters = _DIGITS[digit] + letters
    return letters


def _mac(tenant_id: str, body: str, key: SigningKey) -> str:
    text = f"matta-canary-v1\0{tenant_id}\0{body}".encode()
    return b32encode(hmac.new(key.secret, text, hashlib.sha256).digest()[:_MAC_BYTES]).decode("ascii").lower()
