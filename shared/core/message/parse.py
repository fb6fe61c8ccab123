"""Bytes to the tree of spans, in one pass, without recursion. Any bytes give a tree. Stage parse.

What decides where parts end is the set of boundaries that are open at that place. The nearest line of any of them ends
whatever is open inside of its owner, so a missing end boundary costs nothing but itself (RFC 2046 section 5.1.2).
"""

from __future__ import annotations

import re

from shared.core.message.headers import ATTACHED_MESSAGE, TEXT_PLAIN, parse_content_type, raw_parameter
from shared.core.message.limits import DEFAULT_LIMITS, Limits
from shared.core.message.source import Buffer, cut, find, plain
from shared.core.message.spans import ContentType, HeaderField, Part, Span, Tree
from shared.core.message.transfer import IDENTITY_ENCODINGS

_LINE_END = rb"(?:\r{0,2}\n|\r(?!\r?\n))"
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\r\n]*+(?:" + _LINE_END + rb"[ \t][^\r\n]*+)*+)(" + _LINE_END + rb"|\Z)")
_BLANK = re.compile(_LINE_END)
_LINE = re.compile(rb"[^\r\n]*+(" + _LINE_END + rb"|\Z)")
_FIELD_LIKE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,99}[ \t]*+:|[ \t]")
_ODD_FIELD = re.compile(rb"[^\s:]{1,100}+[ \t]*+:")
_MBOX = re.compile(rb">?From ")
_AFTER_BOUNDARY = re.compile(rb"(--|)([ \t]*+)((?<=[ \t])[^\r\n]*+|)(?:" + _LINE_END + rb"|\Z)")
_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global"})
_DASH = 0x2D
_SEARCHES = 16
_FREE_SEARCH = 64 * 1024 * 1024
_NOWHERE = -1
_UNKNOWN = -2


class _Bound(Exception):
    """A limit was passed; the argument is the word for it."""


class _Frame:
    """An entity that is still open. ``next_at`` is where its boundary comes next, ``searched_to`` up to where it does not."""

    __slots__ = (
        "body_start",
        "boundary",
        "children",
        "closed",
        "content",
        "delimiters",
        "encoding",
        "fields",
        "next_at",
        "path",
        "searched_to",
        "separator",
        "start",
    )

    def __init__(
        self, path: str, start: int, fields: list[HeaderField], separator: Span, content: ContentType, encoding: str
    ) -> None:
        self.path = path
        self.start = start
        self.fields = fields
        self.separator = separator
        self.body_start = separator.end
        self.content = content
        self.encoding = encoding
        self.boundary = b""
        self.next_at = _UNKNOWN
        self.searched_to = 0
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
            Span(self.body_start, end),
            self.content,
            self.encoding,
            tuple(self.children),
            tuple(self.delimiters),
            self.closed,
        )


def parse(data: Buffer, limits: Limits = DEFAULT_LIMITS) -> Tree:
    """The tree of a message. Never raises for what the bytes hold; see ``Tree.unreadable`` for broken bounds."""
    data = plain(data)
    return _Parser(data, limits).tree()


class _Parser:
    def __init__(self, data: Buffer, limits: Limits) -> None:
        self.data = data
        self.end = len(data)
        self.limits = limits
        self.stack: list[_Frame] = []
        self.owners: list[_Frame] = []  # open frames that own a boundary, outermost first
        self.parts = 0
        self.false_boundaries = 0
        self.search_budget = self.end * _SEARCHES + _FREE_SEARCH
        self.floor = 0  # bytes before this have been given to a span
        self.partial: list[HeaderField] = []  # the header section being read, and how far it got
        self.partial_end = 0

    def tree(self) -> Tree:
        try:
            return Tree(self.data, self._entities())
        except _Bound as bound:
            return Tree(self.data, self._opaque(), str(bound))

    def _opaque(self) -> Part:
        """The message as one body under the header fields that were read before the bound was hit."""
        if self.stack:
            top = self.stack[0]
            frame = _Frame("1", top.start, top.fields, top.separator, top.content, top.encoding)
        else:
            frame = _Frame("1", 0, self.partial, Span(self.partial_end, self.partial_end), TEXT_PLAIN, "7bit")
        return frame.part(self.end)

    def _entities(self) -> Part:
        start = 0
        while True:
            self._open(start)
            top = self.stack[-1]
            holds_message = top.content.value in _MESSAGE_TYPES and top.encoding in IDENTITY_ENCODINGS
            if holds_message and top.body_start < self.end and not self._at_boundary(top.body_start):
                start = top.body_start
                continue
            next_start = self._next_part()
            if next_start is None:
                return self._close_down_to(0, self.end)
            start = next_start

    def _open(self, start: int) -> None:
        """Read one header section and put its entity on the stack."""
        self.parts += 1
        if self.parts > self.limits.max_parts:
            raise _Bound("too-many-parts")
        if len(self.stack) > self.limits.max_depth:
            raise _Bound("too-deep")
        self.partial, self.partial_end = [], start
        fields, separator = self._header(start)
        default = ATTACHED_MESSAGE if self.stack and self.stack[-1].content.value == "multipart/digest" else TEXT_PLAIN
        content, encoding = self._nature(fields, default)
        frame = _Frame(self._path(content), start, fields, separator, content, encoding)
        self.stack.append(frame)
        self.floor = separator.end
        if content.value.startswith("multipart/"):
            boundary = raw_parameter(content.parameters, "boundary")
            # Where two levels share a boundary the outer one owns it: the inner one's content ends there.
            if boundary is not None and all(owner.boundary != boundary.rstrip() for owner in self.owners):
                frame.boundary = boundary.rstrip()
                self.owners.append(frame)

    def _path(self, content: ContentType) -> str:
        """The IMAP section of the entity that is being opened under the top of the stack."""
        is_multipart = content.value.startswith("multipart/")
        if not self.stack:
            return "TEXT" if is_multipart else "1"
        above = self.stack[-1]
        if above.content.value in _MESSAGE_TYPES:
            return f"{above.path}.TEXT" if is_multipart else f"{above.path}.1"
        return f"{above.path.removesuffix('TEXT')}.{len(above.children) + 1}".replace("..", ".").lstrip(".")

    def _nature(self, fields: list[HeaderField], default: ContentType) -> tuple[ContentType, str]:
        content, encoding = default, "7bit"
        seen_type = seen_encoding = False
        for field in fields:
            if field.key == b"content-type" and not seen_type:
                content = parse_content_type(cut(self.data, field.body_start, field.body_end), TEXT_PLAIN)
                seen_type = True
            elif field.key == b"content-transfer-encoding" and not seen_encoding:
                word = cut(self.data, field.body_start, min(field.body_end, field.body_start + 200))
                encoding = word.partition(b"(")[0].strip(b" \t\r\n;\"'").lower().decode("ascii", "replace") or "7bit"
                seen_encoding = True
        return content, encoding

    def _header(self, start: int) -> tuple[list[HeaderField], Span]:
        """The fields of the header section at ``start`` and the blank line after it."""
        data, end, fields = self.data, self.end, self.partial
        bound = min(end, start + self.limits.max_header_bytes)
        position = start
        match = _FIELD.match
        while position < end:
            if position >= bound:
                raise _Bound("header-too-large")
            if data[position] == _DASH and self._at_boundary(position):
                break
            found = match(data, position, bound)
            if found is not None:
                stop = found.end()
                if stop == bound < end:
                    raise _Bound("header-too-large")
                body_start, body_end = found.span(2)
                if len(fields) >= self.limits.max_header_fields:
                    raise _Bound("too-many-header-fields")
                fields.append(HeaderField(found.group(1).lower(), position, found.end(1), body_start, body_end, stop))
                position = self.partial_end = stop
                continue
            blank = _BLANK.match(data, position)
            if blank is not None:
                return fields, Span(position, blank.end())
            line_end = self._stray_line(position, bound)
            if line_end is None:
                break
            if len(fields) >= self.limits.max_header_fields:
                raise _Bound("too-many-header-fields")
            fields.append(HeaderField(b"", position, position, position, position, line_end))
            position = self.partial_end = line_end
        return fields, Span(position, position)

    def _stray_line(self, position: int, bound: int) -> int | None:
        """Where a line ends that is no field but still belongs to the header section; ``None`` if the body starts at it.

        A line without a colon ends the header, as it does for Postfix, unless header fields go on right after it.
        """
        line = _LINE.match(self.data, position, bound)
        stop = line.end() if line else bound
        if stop == bound < self.end:
            return None
        if position == 0 and _MBOX.match(self.data):
            return stop
        if _FIELD_LIKE.match(self.data, stop, bound):
            return stop
        # A field whose name holds 8-bit or control characters, last before the blank line.
        if self.partial and _ODD_FIELD.match(self.data, position, stop) and _BLANK.match(self.data, stop):
            return stop
        return None

    def _at_boundary(self, position: int) -> bool:
        """Whether a boundary line of an open multipart begins at this line start."""
        for owner in self.owners:
            needle = b"--" + owner.boundary
            if cut(self.data, position, position + len(needle)) == needle and self._boundary_line(owner, position):
                return True
        return False

    def _boundary_line(self, owner: _Frame, position: int) -> tuple[int, bool] | None:
        """End of the boundary line at ``position`` and whether it is the end boundary; ``None`` if it only looks like one.

        White space may follow, and after that anything: RFC 2046 section 5.1.1 lets a reader be content with the start
        of the line, and some recipient's reader is. A line that is exactly another open boundary belongs to that one.
        """
        line = _AFTER_BOUNDARY.match(self.data, position + len(owner.boundary) + 2)
        if line is None:
            return None
        if line.start(3) != line.end(3):
            exact = cut(self.data, position + 2, line.end(3)).rstrip(b" \t")
            if any(exact in (other.boundary, other.boundary + b"--") for other in self.owners if other is not owner):
                return None
        return line.end(), line.start(1) != line.end(1)

    def _next_part(self) -> int | None:
        """Close what the next boundary line closes; where the part after it starts, ``None`` at the end of the message."""
        data = self.data
        while (owner := self._nearest_owner()) is not None:
            at = owner.next_at
            line = self._boundary_line(owner, at) if at == 0 or data[at - 1] in b"\r\n" else None
            if line is None:
                self.false_boundaries += 1
                if self.false_boundaries > self.limits.max_false_boundaries:
                    raise _Bound("too-many-boundaries")
                owner.next_at, owner.searched_to = _UNKNOWN, at + 1
                continue
            stop, closes = line
            before = self._line_end_before(at)
            self._close_above(owner, before)
            owner.delimiters.append(Span(before, stop))
            self.floor = stop
            if not closes:
                return stop
            owner.closed = True
            self.owners.remove(owner)
        return None

    def _nearest_owner(self) -> _Frame | None:
        """The open multipart whose boundary comes next; the outermost where two begin at one place.

        An inner boundary is looked for only up to the next outer one, which would end the inner multipart anyway.
        """
        nearest: _Frame | None = None
        dash = _UNKNOWN
        for owner in self.owners:
            if owner.next_at == _UNKNOWN or _NOWHERE < owner.next_at < self.floor:
                if dash == _UNKNOWN:
                    # Encoded bodies hold no dash, and looking for one byte is ten times faster than for a boundary.
                    dash = find(self.data, b"-", self.floor, self.end)
                if dash == _NOWHERE:
                    owner.next_at = _NOWHERE
                    continue
                start = max(dash, owner.searched_to)
                if nearest is None:
                    owner.next_at = self._find(owner, start, self.end)
                else:
                    at = self._find(owner, start, min(self.end, nearest.next_at + len(owner.boundary) + 1))
                    if at == _NOWHERE:
                        owner.next_at, owner.searched_to = _UNKNOWN, max(start, nearest.next_at)
                    else:
                        owner.next_at = at
            if owner.next_at >= 0 and (nearest is None or owner.next_at < nearest.next_at):
                nearest = owner
        return nearest

    def _find(self, owner: _Frame, start: int, end: int) -> int:
        """Where an open boundary comes next. Many open boundaries that never come would cost a search of the rest each."""
        at = find(self.data, b"--" + owner.boundary, start, end)
        self.search_budget -= max(0, (at if at != _NOWHERE else end) - start)
        if self.search_budget < 0:
            raise _Bound("too-many-boundaries")
        return at

    def _line_end_before(self, at: int) -> int:
        """Where the line ending before a boundary line begins: it belongs to the boundary, unless a header needs it."""
        before = at
        if before > self.floor and self.data[before - 1] == 0x0A:
            before -= 1
            if before > self.floor and self.data[before - 1] == 0x0D:
                before -= 1
        elif before > self.floor and self.data[before - 1] == 0x0D:
            before -= 1
        return before

    def _close_above(self, owner: _Frame, end: int) -> None:
        index = self.stack.index(owner)
        if len(self.stack) > index + 1:
            self._close_down_to(index + 1, end)

    def _close_down_to(self, index: int, end: int) -> Part:
        """End the entities from the top of the stack down to ``index``; the last one is returned."""
        while True:
            frame = self.stack.pop()
            if self.owners and self.owners[-1] is frame:
                self.owners.pop()
            part = frame.part(end)
            if self.stack:
                self.stack[-1].children.append(part)
            if len(self.stack) <= index:
                return part
