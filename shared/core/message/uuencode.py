"""Files that stand uuencoded in a plain text body, as old mailers attach them. Stage parse.

The format is that of POSIX ``uuencode``: a ``begin`` line with mode and name, lines that begin with their length, ``end``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from shared.core.message.decode import clean, raw_text
from shared.core.message.source import Buffer, find
from shared.core.message.spans import Span

_BEGIN = re.compile(rb"begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n(?=([!-`])([^\r\n]*))")
_END = re.compile(rb"\n(?:`\r?\n| ?\r?\n)?end[ \t]*(?:\r?\n|\r|\Z)")
_LENGTHS = re.compile(rb"\n([!-_])(?=[^\r\n])")
_MAX_FILES = 200


class UuFile(NamedTuple):
    """One uuencoded file: its name, its size in decoded bytes, and where ``begin`` to ``end`` stand in the message."""

    name: str
    size: int
    span: Span


def uuencoded_files(data: Buffer, body: Span) -> tuple[UuFile, ...]:
    """The files in one text body, in order, at most 200."""
    found: list[UuFile] = []
    position = body.start
    while len(found) < _MAX_FILES:
        at = find(data, b"begin ", position, body.end)
        if at < 0:
            break
        position = at + 6
        if at > body.start and data[at - 1] != 0x0A:
            continue
        begin = _BEGIN.match(data, at, body.end)
        if begin is None or not _plausible(begin.group(2), begin.group(3)):
            continue
        end = _END.search(data, begin.end() - 1, body.end)
        if end is None:
            break  # no file ends from here on, so none begins
        stop = end.end()
        size = sum((line.group(1)[0] - 32) & 63 for line in _LENGTHS.finditer(data, begin.end() - 1, end.start()))
        found.append(UuFile(clean(raw_text(begin.group(1))).strip(), size, Span(at, stop)))
        position = stop
    return tuple(found)


def _plausible(length: bytes, rest: bytes) -> bool:
    """Whether a line has about as many characters as its length character says."""
    announced = ((length[0] - 32) & 63) if length != b"`" else 0
    needed = (announced + 2) // 3 * 4
    return needed - 4 <= len(rest.rstrip(b"\r")) <= needed + 4
