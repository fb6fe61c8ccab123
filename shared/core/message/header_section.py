"""One header section: which bytes are fields, which are stray lines, and where the body begins. Stage parse.

RFC 5322 section 2.2, and what reaches a mail server in its name: fields folded by any line ending, lines that are no
field, no blank line at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from shared.core.message.limits import LimitPassed, Limits
from shared.core.message.source import Buffer
from shared.core.message.spans import HeaderField, Span

LINE_END = rb"(?:\r{0,2}\n|\r(?!\r?\n))"
"""A line ending, for patterns: CRLF, LF, CR, and the CRCRLF that text-mode accidents write."""
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\r\n]*+(?:" + LINE_END + rb"[ \t][^\r\n]*+)*+)(?:" + LINE_END + rb"|\Z)")
_BLANK = re.compile(LINE_END)
_LINE = re.compile(rb"[^\r\n]*+(?:" + LINE_END + rb"|\Z)")
_FIELD_LIKE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,99}[ \t]*+:|[ \t]")
_ODD_FIELD = re.compile(rb"[^\s:]{1,100}+[ \t]*+:")
_MBOX = re.compile(rb">?From ")
_DASH = 0x2D


def read_header_section(
    data: Buffer, start: int, limits: Limits, is_boundary: Callable[[int], bool], fields: list[HeaderField]
) -> Span:
    """The blank line that ends the header section at ``start``, empty where there is none; its fields go to ``fields``.

    ``is_boundary`` tells whether a boundary line begins at a position: there the section ends. Raises ``LimitPassed``;
    the fields found until then are in ``fields``.
    """
    end = len(data)
    bound = min(end, start + limits.max_header_bytes)
    position = start
    match = _FIELD.match
    while position < end:
        if position >= bound:
            raise LimitPassed("header-too-large")
        if data[position] == _DASH and is_boundary(position):
            break
        found = match(data, position, bound)
        if found is not None:
            stop = found.end()
            if stop == bound < end:
                raise LimitPassed("header-too-large")
            body_start, body_end = found.span(2)
            field = HeaderField(found.group(1).lower(), position, found.end(1), body_start, body_end, stop)
        else:
            blank = _BLANK.match(data, position)
            if blank is not None:
                return Span(position, blank.end())
            line_end = _stray_line(data, position, bound, bool(fields))
            if line_end is None:
                break
            stop = line_end
            field = HeaderField(b"", position, position, position, position, stop)
        if len(fields) >= limits.max_header_fields:
            raise LimitPassed("too-many-header-fields")
        fields.append(field)
        position = stop
    return Span(position, position)


def _stray_line(data: Buffer, position: int, bound: int, after_field: bool) -> int | None:
    """Where a line ends that is no field but still belongs to the header section; ``None`` if the body starts at it.

    A line without a colon ends the header, as it does for Postfix, unless header fields go on right after it.
    """
    line = _LINE.match(data, position, bound)
    stop = line.end() if line else bound
    if stop == bound < len(data):
        return None
    if position == 0 and _MBOX.match(data):
        return stop
    if _FIELD_LIKE.match(data, stop, bound):
        return stop
    # A field whose name holds 8-bit or control characters, last before the blank line.
    if after_field and _ODD_FIELD.match(data, position, stop) and _BLANK.match(data, stop):
        return stop
    return None
