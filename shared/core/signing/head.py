"""A message cut where signatures cut it: its header fields as they stand, and the body in pieces. Part of stage 4b.

A line ends with CRLF or a bare LF: verifiers read a bare LF as a line end, or get it as one from the server before them.
Everything else is a character. The parser (``core/message``) is more lenient, which would not do here: what is signed
must be what every verifier sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

LARGEST_HEAD = 1024 * 1024
"""Bytes of header fields beyond which a message is not signed."""
_PIECE = 256 * 1024
_END = re.compile(rb"\n\r?\n")
_NEW_FIELD = re.compile(rb"\r?\n(?![ \t])")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:", re.DOTALL)
_LINE_END = re.compile(rb"\r?\n")
_SPACES = re.compile(rb"[ \t]+")
_DISPUTED = re.compile(rb"[\x00\x0b\x0c]|\r(?!\n)")


class NotSignable(Exception):
    """The header is such that verifiers would not agree about what it says. The text is a stable word."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: ``key`` is its name in lower case, ``raw`` all its bytes without the last line end."""

    key: bytes
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands behind the colon."""
        return self.raw.partition(b":")[2]

    def relaxed(self) -> bytes:
        """Canonical form "relaxed" (RFC 6376 section 3.4.2), without the final CRLF."""
        return self.key + b":" + _SPACES.sub(b" ", _LINE_END.sub(b"", self.value)).strip(b" \t")

    def simple(self) -> bytes:
        """Canonical form "simple" (section 3.4.1), with line ends as the wire has them, without the final CRLF."""
        return _LINE_END.sub(b"\r\n", self.raw)

    @property
    def is_disputed(self) -> bool:
        """Whether it holds control characters of which some verifiers drop and others keep."""
        return _DISPUTED.search(self.raw) is not None


def split(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The header section without the blank line, and the body's pieces. Raises ``NotSignable`` for one without end."""
    rest = iter(chunks)
    head = b""
    for chunk in rest:
        start = max(len(head) - 2, 0)
        head = head + chunk if head else chunk
        if head.startswith((b"\n", b"\r\n")):
            return b"", chain(_pieces(head, head.index(b"\n") + 1), rest)
        end = _END.search(head, start)
        if (end.start() if end is not None else len(head)) > LARGEST_HEAD:
            raise NotSignable("header-too-large")
        if end is not None:
            return head[: end.start() + 1], chain(_pieces(head, end.end()), rest)
    return head, iter(())


def _pieces(data: bytes, start: int) -> Iterator[bytes]:
    """A large message that comes as one chunk is not copied as a whole."""
    return (data[place : place + _PIECE] for place in range(start, len(data), _PIECE))


def read_fields(head: bytes) -> tuple[Field, ...]:
    """The fields from the top. Raises ``NotSignable`` where a line is none."""
    fields = []
    plain = head[:-2] if head.endswith(b"\r\n") else head[:-1] if head.endswith(b"\n") else head
    if not plain:
        return ()
    for raw in _NEW_FIELD.split(plain):
        found = _FIELD.match(raw)
        if found is None:
            raise NotSignable("stray-line")
        fields.append(Field(found.group(1).lower(), raw))
    return tuple(fields)


def selected(fields: Iterable[Field], names: Iterable[bytes]) -> Iterator[Field]:
    """The instances that a list of names stands for: of each name from the bottom up (RFC 6376 section 5.4.2)."""
    waiting: dict[bytes, list[Field]] = {}
    for field in fields:
        waiting.setdefault(field.key, []).append(field)
    for name in names:
        left = waiting.get(name)
        if left:
            yield left.pop()
