"""Bytes to the tree of spans, in one pass, without recursion. Any bytes give a tree. Stage parse.

The parser reads a header section, asks which boundary comes next, ends what that boundary ends, and goes on. Bodies are
searched, never read line by line.
"""

from __future__ import annotations

from shared.core.message.boundaries import OpenBoundaries
from shared.core.message.header_section import read_header_section
from shared.core.message.headers import ATTACHED_MESSAGE, TEXT_PLAIN, parse_content_type, raw_parameter
from shared.core.message.limits import DEFAULT_LIMITS, LimitPassed, Limits
from shared.core.message.source import Buffer, cut, plain
from shared.core.message.spans import ContentType, HeaderField, Part, Span, Tree
from shared.core.message.transfer import IDENTITY_ENCODINGS

_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global"})
_LINE_FEED, _CARRIAGE_RETURN = 0x0A, 0x0D


class _Frame:
    """An entity that is still open."""

    __slots__ = ("children", "closed", "content", "delimiters", "encoding", "fields", "path", "separator", "start")

    def __init__(
        self, path: str, start: int, fields: list[HeaderField], separator: Span, content: ContentType, encoding: str
    ) -> None:
        self.path = path
        self.start = start
        self.fields = fields
        self.separator = separator
        self.content = content
        self.encoding = encoding
        self.children: list[Part] = []
        self.delimiters: list[Span] = []
        self.closed = False

    def part(self, end: int) -> Part:
        """The finished entity."""
        return Part(
            self.path,
            Span(self.start, end),
            tuple(self.fields),
            self.separator,
            Span(self.separator.end, end),
            self.content,
            self.encoding,
            tuple(self.children),
            tuple(self.delimiters),
            self.closed,
        )


def parse(data: Buffer, limits: Limits = DEFAULT_LIMITS) -> Tree:
    """The tree of a message. Never raises for what the bytes hold; see ``Tree.unreadable`` for passed limits."""
    return _Parser(plain(data), limits).tree()


class _Parser:
    def __init__(self, data: Buffer, limits: Limits) -> None:
        self.data = data
        self.end = len(data)
        self.limits = limits
        self.stack: list[_Frame] = []
        self.boundaries = OpenBoundaries(data, limits)
        self.parts = 0
        self.floor = 0  # bytes before this have been given to a span
        self.fields: list[HeaderField] = []  # of the header section being read

    def tree(self) -> Tree:
        try:
            return Tree(self.data, self._entities())
        except LimitPassed as passed:
            return Tree(self.data, self._opaque(), str(passed))

    def _opaque(self) -> Part:
        """The message as one body under the header fields that were read before the limit was passed."""
        if self.stack:
            top = self.stack[0]
            return _Frame("1", top.start, top.fields, top.separator, top.content, top.encoding).part(self.end)
        stop = self.fields[-1].end if self.fields else 0
        return _Frame("1", 0, self.fields, Span(stop, stop), TEXT_PLAIN, "7bit").part(self.end)

    def _entities(self) -> Part:
        start = 0
        while True:
            self._open(start)
            top = self.stack[-1]
            holds_message = top.content.value in _MESSAGE_TYPES and top.encoding in IDENTITY_ENCODINGS
            if holds_message and self.floor < self.end and not self.boundaries.begins_at(self.floor):
                start = self.floor
                continue
            next_start = self._next_part()
            if next_start is None:
                return self._close_down_to(0, self.end)
            start = next_start

    def _open(self, start: int) -> None:
        """Read one header section and put its entity on the stack."""
        self.parts += 1
        if self.parts > self.limits.max_parts:
            raise LimitPassed("too-many-parts")
        if len(self.stack) > self.limits.max_depth:
            raise LimitPassed("too-deep")
        fields = self.fields = []
        separator = read_header_section(self.data, start, self.limits, self.boundaries.begins_at, fields)
        content, encoding = self._nature(fields)
        self.stack.append(_Frame(self._path(content), start, fields, separator, content, encoding))
        self.floor = separator.end
        if content.value.startswith("multipart/"):
            boundary = raw_parameter(content.parameters, "boundary")
            if boundary is not None:
                self.boundaries.open(boundary.rstrip(), len(self.stack) - 1)

    def _path(self, content: ContentType) -> str:
        """The IMAP section of the entity that is being opened under the top of the stack."""
        is_multipart = content.value.startswith("multipart/")
        if not self.stack:
            return "TEXT" if is_multipart else "1"
        above = self.stack[-1]
        if above.content.value in _MESSAGE_TYPES:
            return f"{above.path}.TEXT" if is_multipart else f"{above.path}.1"
        number = len(above.children) + 1
        return str(number) if above.path == "TEXT" else f"{above.path.removesuffix('.TEXT')}.{number}"

    def _nature(self, fields: list[HeaderField]) -> tuple[ContentType, str]:
        """Content-Type and transfer encoding; the first of each counts."""
        in_digest = bool(self.stack) and self.stack[-1].content.value == "multipart/digest"
        content: ContentType | None = None
        encoding = ""
        for field in fields:
            if field.key == b"content-type" and content is None:
                content = parse_content_type(cut(self.data, field.body_start, field.body_end))
            elif field.key == b"content-transfer-encoding" and not encoding:
                word = cut(self.data, field.body_start, min(field.body_end, field.body_start + 200))
                encoding = word.partition(b"(")[0].strip(b" \t\r\n;\"'").lower().decode("ascii", "replace")
        return content or (ATTACHED_MESSAGE if in_digest else TEXT_PLAIN), encoding or "7bit"

    def _next_part(self) -> int | None:
        """Close what the next boundary line closes; where the part after it starts, ``None`` at the end of the message."""
        while (line := self.boundaries.next_line(self.floor)) is not None:
            before = self._line_end_before(line.start)
            if len(self.stack) > line.depth + 1:
                self._close_down_to(line.depth + 1, before)
            owner = self.stack[line.depth]
            owner.delimiters.append(Span(before, line.end))
            self.floor = line.end
            if not line.closes:
                return line.end
            owner.closed = True
            self.boundaries.close(line.depth)
        return None

    def _line_end_before(self, at: int) -> int:
        """Where the line ending before a boundary line begins: it belongs to the boundary, unless a header needs it."""
        before = at
        if before > self.floor and self.data[before - 1] == _LINE_FEED:
            before -= 1
            if before > self.floor and self.data[before - 1] == _CARRIAGE_RETURN:
                before -= 1
        elif before > self.floor and self.data[before - 1] == _CARRIAGE_RETURN:
            before -= 1
        return before

    def _close_down_to(self, depth: int, end: int) -> Part:
        """End the entities from the top of the stack down to ``depth``; the last one is returned."""
        self.boundaries.close(depth)
        while True:
            part = self.stack.pop().part(end)
            if self.stack:
                self.stack[-1].children.append(part)
            if len(self.stack) <= depth:
                return part
