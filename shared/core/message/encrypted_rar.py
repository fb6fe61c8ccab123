"""Whether a RAR archive is encrypted, by the headers at its start. Stage parse.

Source: "RAR 5.0 archive format" (RARLAB), sections on general block format, encryption header and file encryption record; for the
older format ``technote.txt`` of RAR 3 and 4 (main header flag 0x0080, file header flag 0x0004).
"""

from __future__ import annotations

import struct

SIGNATURE_5 = b"Rar!\x1a\7\1\0"
SIGNATURE_4 = b"Rar!\x1a\7\0"
_MOST_BLOCKS = 50


def is_encrypted(head: bytes) -> tuple[bool, bool]:
    """Whether the first file is encrypted, and whether the names are (then everything is). ``head`` is the archive's start."""
    if head.startswith(SIGNATURE_5):
        return _five(head)
    return _four(head)


def _five(head: bytes) -> tuple[bool, bool]:
    position = len(SIGNATURE_5)
    for _ in range(_MOST_BLOCKS):
        size, start = _number(head, position + 4)
        end = start + size
        kind, place = _number(head, start)
        flags, place = _number(head, place)
        extra_size, place = _number(head, place) if flags & 1 else (0, place)
        data_size, place = _number(head, place) if flags & 2 else (0, place)
        if kind == 4:
            return True, True
        if kind == 2:
            return _has_encryption_record(head, end - extra_size, end), False
        if not 0 < size <= 2 * 1024 * 1024 or kind == 5 or end + data_size > len(head):
            break
        position = end + data_size
    return False, False


def _has_encryption_record(head: bytes, position: int, end: int) -> bool:
    while 0 < position < min(end, len(head)):
        size, start = _number(head, position)
        kind, _ = _number(head, start)
        if kind == 1:
            return True
        if size < 1:
            return False
        position = start + size
    return False


def _number(data: bytes, position: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends. Past the end of the data it is 0."""
    value = 0
    for index in range(10):
        if position + index >= len(data):
            return 0, position + index
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, position + index + 1
    return 0, position + 10


def _four(head: bytes) -> tuple[bool, bool]:
    position = len(SIGNATURE_4)
    for _ in range(_MOST_BLOCKS):
        if position + 11 > len(head):
            break
        kind, flags, size, data_size = struct.unpack_from("<BHHL", head, position + 2)
        if kind == 0x73 and flags & 0x80:
            return True, True
        if kind == 0x74:
            return bool(flags & 4), False
        if size < 7:
            break
        position += size + (data_size if flags & 0x8000 else 0)
    return False, False
