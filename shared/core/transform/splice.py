"""``Splice`` and ``Edit``: a change of a message as replacements of byte spans, and their application. Stage 4b.

Several transforms follow each other: each gets the tree of what the one before made. An ``Edit`` without splices is the
message itself, so a transform that finds nothing to do changes no byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.core.message.source import Buffer, cut
from shared.core.message.spans import Span

PIECE = 256 * 1024
"""Bytes that are handed on at a time from an untouched stretch."""

Stream = Callable[[], Iterable[bytes]]
"""Bytes that are made while they are read, for replacements too large to hold; may be read more than once."""


class OverlappingSplices(ValueError):
    """Two splices name the same byte: the transform that made them is at fault."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace a span. An empty span inserts; several at one place keep their order."""

    span: Span
    replacement: bytes | Stream


@dataclass(frozen=True, slots=True)
class Edit:
    """What a transform wants: splices of the bytes, and recipients to be added to or dropped from the envelope.

    ``notes`` are (stable word, argument) pairs for the record: what was done, or why nothing was.
    """

    splices: tuple[Splice, ...] = ()
    added_recipients: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


NOTHING = Edit()


def apply(data: Buffer, splices: Sequence[Splice]) -> Iterator[bytes]:
    """The message with the splices applied, in pieces. Raises ``OverlappingSplices``, also for a span out of bounds."""
    position = 0
    for splice in ordered(splices, len(data)):
        yield from _untouched(data, position, splice.span.start)
        if isinstance(splice.replacement, bytes):
            yield splice.replacement
        else:
            yield from splice.replacement()
        position = splice.span.end
    yield from _untouched(data, position, len(data))


def ordered(splices: Sequence[Splice], size: int) -> tuple[Splice, ...]:
    """The splices by place. Raises ``OverlappingSplices``."""
    found = tuple(sorted(splices, key=lambda splice: (splice.span.start, splice.span.end)))
    position = 0
    for splice in found:
        if splice.span.start < position or splice.span.end < splice.span.start or splice.span.end > size:
            raise OverlappingSplices(f"splice at {splice.span.start}..{splice.span.end}")
        position = splice.span.end
    return found


def _untouched(data: Buffer, start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end, PIECE):
        yield cut(data, place, min(place + PIECE, end))
