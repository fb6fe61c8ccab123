"""The tree of byte spans: what lies where in a message, without a copy of any of it. Stage parse.

A tree never writes a message. Transforms replace single spans and leave the bytes between them alone, so everything
that nobody asked to change leaves as it came. ``Tree.pieces`` is the proof: its spans, joined, are the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from shared.core.message.source import Buffer, cut


class Span(NamedTuple):
    """Half-open range of byte offsets into the message."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Number of bytes."""
        return self.end - self.start


class HeaderField(NamedTuple):
    """One header field, folded lines included.

    ``key`` is the name in lower case, and empty for a line in the header section that is no field (an mbox ``From ``
    line, a stray continuation, garbage). Offsets: the name is ``start..name_end``, the body after the colon
    ``body_start..body_end`` (with its leading space, without the last line ending), the whole ``start..end``.
    """

    key: bytes
    start: int
    name_end: int
    body_start: int
    body_end: int
    end: int

    @property
    def name(self) -> Span:
        """The field name without colon."""
        return Span(self.start, self.name_end)

    @property
    def body(self) -> Span:
        """What stands after the colon, up to the field's last line ending."""
        return Span(self.body_start, self.body_end)

    @property
    def full(self) -> Span:
        """The whole field with its last line ending."""
        return Span(self.start, self.end)


class ContentType(NamedTuple):
    """A parsed Content-Type: ``value`` such as ``text/plain`` in lower case, and raw parameters in order.

    Parameter names are lower case as written (``name*0*`` stays so); values are bytes without quotes, not decoded.
    """

    value: str
    parameters: tuple[tuple[str, bytes], ...] = ()

    @property
    def main(self) -> str:
        """The part before the slash."""
        return self.value.partition("/")[0]

    @property
    def sub(self) -> str:
        """The part after the slash."""
        return self.value.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Part:
    """One entity: the message itself, a part of a multipart, or a message inside a ``message/rfc822`` part.

    ``path`` is the IMAP section (RFC 9051 section 6.4.5): ``"1"``, ``"2.1"``; a multipart that is the top of a message
    is ``"TEXT"``, of an attached message ``"2.TEXT"``. ``span`` runs from the first header byte to the last body byte;
    boundary lines, with the line ending before them, belong to the multipart above (RFC 2046 section 5.1.1).
    ``separator`` is the blank line, empty where there is none. ``delimiters`` are the boundary lines of a multipart,
    ``closed`` whether the last one is the end boundary. ``encoding`` is the lower-case Content-Transfer-Encoding,
    ``7bit`` where unset. A multipart whose boundary is never found has no children and counts as a leaf.
    """

    path: str
    span: Span
    fields: tuple[HeaderField, ...]
    separator: Span
    body: Span
    content: ContentType
    encoding: str
    children: tuple[Part, ...] = ()
    delimiters: tuple[Span, ...] = ()
    closed: bool = False

    @property
    def is_leaf(self) -> bool:
        """Whether the body is content rather than further parts."""
        return not self.children

    @property
    def is_message(self) -> bool:
        """Whether this part holds one message that was descended into."""
        return bool(self.children) and not self.delimiters

    @property
    def preamble(self) -> Span:
        """What stands before the first boundary line (for a leaf: the whole body)."""
        return Span(self.body.start, self.delimiters[0].start) if self.delimiters else self.body

    @property
    def epilogue(self) -> Span:
        """What stands after the end boundary; empty where it is missing."""
        start = self.delimiters[-1].end if self.closed and self.delimiters else self.body.end
        return Span(start, self.body.end)

    def first(self, key: bytes) -> HeaderField | None:
        """The first field of that lower-case name."""
        for field in self.fields:
            if field.key == key:
                return field
        return None

    def all(self, key: bytes) -> tuple[HeaderField, ...]:
        """Every field of that lower-case name, in order."""
        return tuple(field for field in self.fields if field.key == key)


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed message over the bytes it was parsed from.

    ``unreadable`` is ``""``, or the word for the bound that was broken: ``too-deep``, ``too-many-parts``,
    ``header-too-large``, ``too-many-header-fields``, ``too-many-boundaries``. Then ``root`` is one opaque body under what
    could be read of the first header section.
    """

    data: Buffer
    root: Part
    unreadable: str = ""

    def walk(self) -> Iterator[Part]:
        """Every part, parents first, in the order of the message."""
        waiting = [self.root]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))

    def part(self, path: str) -> Part | None:
        """The part of that IMAP section, or ``None``."""
        for part in self.walk():
            if part.path == path:
                return part
        return None

    def bytes_of(self, span: Span) -> bytes:
        """A copy of the bytes of a span."""
        return cut(self.data, span.start, span.end)

    def pieces(self) -> Iterator[Span]:
        """All spans in order, without gap or overlap: joined they are the message, byte for byte."""
        waiting: list[Part | Span] = [self.root]
        while waiting:
            item = waiting.pop()
            if isinstance(item, Span):
                if item.end > item.start:
                    yield item
                continue
            for field in item.fields:
                yield field.full
            waiting.extend(reversed(_below(item)))


def _below(part: Part) -> list[Part | Span]:
    """What follows a part's header fields, in order."""
    if part.is_leaf and not part.delimiters:
        return [part.separator, part.body]
    if part.is_message:
        return [part.separator, part.children[0]]
    items: list[Part | Span] = [part.separator, part.preamble]
    children = iter(part.children)
    for index, delimiter in enumerate(part.delimiters):
        items.append(delimiter)
        if not (part.closed and index == len(part.delimiters) - 1):
            items.append(next(children))
    items.append(part.epilogue)
    return items
