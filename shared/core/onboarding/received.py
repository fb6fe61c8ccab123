"""The Received fields of a message as places with times (RFC 5321 section 4.4): the way to Matta. Part of onboarding.

Whoever had the message could write them, so they are shown and believed by nobody. Bounded: so many fields, so long.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.core.message.decode import unfold
from shared.core.notice.safe_text import one_line
from shared.core.onboarding.canary import Hop, HopKind

MOST_FIELDS = 30
LONGEST_FIELD = 4000
LONGEST_NAME = 255
HEAD_BYTES = 256 * 1024
"""As much of a message is looked at."""
_NAME = b"received"


def received_hops(head: bytes) -> tuple[Hop, ...]:
    """One hop for each field that can be read, the first server first. ``head`` is the beginning of a message."""
    found: list[Hop] = []
    for body in _bodies(head[:HEAD_BYTES]):
        hop = _hop(body)
        if hop is not None:
            found.append(hop)
    return tuple(reversed(found))


def _bodies(head: bytes) -> list[bytes]:
    """Bodies of the Received fields, from the top."""
    bodies: list[bytes] = []
    lines: list[bytes] | None = None
    for line in head.splitlines(keepends=True):
        if line.strip(b"\r\n") == b"":
            break
        if line[:1] in b" \t" and line[:1]:
            if lines is not None and sum(map(len, lines)) < LONGEST_FIELD:
                lines.append(line)
            continue
        if lines is not None:
            bodies.append(b"".join(lines)[:LONGEST_FIELD])
            if len(bodies) == MOST_FIELDS:
                return bodies
        name, colon, rest = line.partition(b":")
        lines = [rest] if colon and name.strip().lower() == _NAME else None
    if lines is not None:
        bodies.append(b"".join(lines)[:LONGEST_FIELD])
    return bodies


def _hop(body: bytes) -> Hop | None:
    text, semicolon, date = unfold(body).decode("utf-8", "replace").rpartition(";")
    if not semicolon:
        return None
    try:
        at = parsedate_to_datetime(date.strip())
        at = (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not datetime(2000, 1, 1, tzinfo=UTC) <= at < datetime(2200, 1, 1, tzinfo=UTC):
        return None
    words = text.split()
    lower = [word.lower() for word in words]
    place = next((place for place in range(len(words) - 1) if lower[place] == "by"), None)
    name = words[place + 1] if place is not None else words[0] if words else ""
    return Hop(HopKind.SERVER, one_line(name, LONGEST_NAME), at)
