"""The header of a text part: its charset and transfer encoding changed, every other byte of it left. Stage 4b."""

from __future__ import annotations

import re

from shared.core.message.headers import parse_structured, token
from shared.core.message.spans import HeaderField, Part, Span, Tree
from shared.core.transform.splice import Splice

_PARAMETER = re.compile(
    rb"[ \t\r\n]*+;[ \t\r\n]*+([^\s=;\"]++)(?:[ \t\r\n]*+=[ \t\r\n]*+(\"(?:[^\"\\]|\\.)*+\"|[^;\s]*+)"
    rb"(?:[ \t\r\n]*+\([^()]*+\))?)?",
    re.DOTALL,
)
_CHARSET = re.compile(rb"charset(?:\*[0-9]*\*?)?", re.IGNORECASE)


def line_end_of(tree: Tree, part: Part) -> bytes:
    """The line ending that a part uses: that of its blank line, else of a header field, else the message's."""
    for span in (part.separator, *(field.full for field in part.fields[-1:])):
        found = _ending(tree.bytes_of(Span(max(span.start, span.end - 2), span.end)))
        if found:
            return found
    return line_end_of(tree, tree.root) if part is not tree.root else b"\r\n"


def header_splices(tree: Tree, part: Part, charset: str, encoding: str) -> list[Splice]:
    """Splices that set charset and transfer encoding (each ``""`` to leave it), and see to a blank line before the body."""
    line_end = line_end_of(tree, part)
    splices: list[Splice] = []
    added = b""
    if charset:
        field = part.first(b"content-type")
        if field is None:
            added += b'Content-Type: %s; charset="%s"%s' % (part.content.value.encode(), charset.encode(), line_end)
        else:
            splices.append(Splice(field.body, _with_charset(tree.bytes_of(field.body), part, charset.encode())))
    if encoding:
        field = part.first(b"content-transfer-encoding")
        if field is None:
            added += b"Content-Transfer-Encoding: %s%s" % (encoding.encode(), line_end)
        else:
            splices.append(Splice(field.body, b" " + encoding.encode()))
    if added and part is tree.root and part.first(b"mime-version") is None:
        added = b"MIME-Version: 1.0" + line_end + added
    blank = b"" if part.separator.length else line_end
    if added or blank:
        ended = _end_of_last_field(tree, part, line_end)
        at = part.separator.start
        splices.append(Splice(Span(at, at), ended + added + blank))
    return splices


def _with_charset(raw: bytes, part: Part, charset: bytes) -> bytes:
    """A Content-Type body with its charset parameter set; the parameter is added where there is none."""
    value = b'"' + charset + b'"'
    out = bytearray()
    position = raw.find(b";") if b";" in raw else len(raw)
    head = len(raw[:position].rstrip())
    position = head
    done = False
    kept = 0
    while (match := _PARAMETER.match(raw, position)) is not None:
        position = match.end()
        if not _CHARSET.fullmatch(match.group(1)):
            continue
        out += raw[kept : match.start(1)] if not done else raw[kept : match.start()]
        if not done:
            out += b"charset=" + (charset if match.group(2) and not match.group(2).startswith(b'"') else value)
        kept, done = match.end(), True
    out += raw[kept:]
    changed = bytes(out) if done else raw[:head] + b"; charset=" + value + raw[head:]
    kind, parameters = parse_structured(changed)
    if kind == part.content.value and token(parameters, "charset") == charset.decode():
        return changed
    return b" " + part.content.value.encode() + b"; charset=" + value  # no Content-Type that anybody can read


def _end_of_last_field(tree: Tree, part: Part, line_end: bytes) -> bytes:
    """The line end that the last field of a header lacks, where the message ends in it."""
    last: HeaderField | None = part.fields[-1] if part.fields else None
    return line_end if last is not None and not _ending(tree.bytes_of(Span(last.end - 1, last.end))) else b""


def _ending(tail: bytes) -> bytes:
    if tail.endswith(b"\r\n"):
        return b"\r\n"
    return tail[-1:] if tail.endswith((b"\n", b"\r")) else b""
