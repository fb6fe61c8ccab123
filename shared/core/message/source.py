"""Reading a message's bytes where they lie: ``bytes``, a memory map, or a view of somebody else's buffer. Stage parse.

The parser needs three things of a buffer, and the three kinds offer them under different names: find a pattern, cut a
small piece out as ``bytes``, and tell the length. Nothing here copies more than the piece asked for.
"""

from __future__ import annotations

import mmap
import re

Buffer = bytes | memoryview | mmap.mmap
"""What a message may be handed over as. A memory map must stay open as long as its tree is used."""


def find(data: Buffer, pattern: bytes, start: int, end: int) -> int:
    """Lowest position in ``data[start:end]`` where ``pattern`` begins and fits, or -1."""
    if isinstance(data, memoryview):
        match = re.compile(re.escape(pattern)).search(data, start, end)
        return match.start() if match else -1
    return data.find(pattern, start, end)


def cut(data: Buffer, start: int, end: int) -> bytes:
    """A copy of ``data[start:end]``."""
    return bytes(data[start:end])


def plain(data: Buffer) -> Buffer:
    """The fastest form of the same bytes: a view of a whole ``bytes`` object is that object."""
    if isinstance(data, memoryview):
        if isinstance(data.obj, bytes) and data.nbytes == len(data.obj) and data.contiguous:
            return data.obj
        return data.cast("B") if data.format != "B" or data.ndim != 1 else data
    return data
