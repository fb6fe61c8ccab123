"""Reading a message's bytes where they lie: ``bytes``, a memory map, or a view of somebody else's buffer. Stage parse.

The parser needs three things of a buffer, and the three kinds offer them under different names: find a pattern, cut a
small piece out as ``bytes``, and tell the length. Nothing here copies more than the piece asked for.
"""

from __future__ import annotations

import mmap

Buffer = bytes | memoryview | mmap.mmap
"""What a message may be handed over as. A memory map must stay open as long as its tree is used."""


_FIRST_WINDOW = 4 * 1024
_WINDOW = 256 * 1024


def find(data: Buffer, pattern: bytes, start: int, end: int) -> int:
    """Lowest position in ``data[start:end]`` where ``pattern`` begins and fits, or -1."""
    if not isinstance(data, memoryview):
        return data.find(pattern, start, end)
    # A view cannot search. Copies of small windows that overlap by all but one byte of the pattern can, and fast.
    end = min(end, len(data))
    window = _FIRST_WINDOW
    while start + len(pattern) <= end:
        stop = min(start + max(window, 2 * len(pattern)), end)
        at = bytes(data[start:stop]).find(pattern)
        if at >= 0:
            return start + at
        if stop == end:
            break
        start, window = stop - len(pattern) + 1, _WINDOW + len(pattern)
    return -1


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
