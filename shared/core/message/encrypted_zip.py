"""Whether the files of a ZIP archive are encrypted, by its central directory. Stage parse.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16, and 4.4.4 (bit 0: the file is encrypted).
"""

from __future__ import annotations

import struct

SIGNATURE = b"PK\3\4"
_END = b"PK\5\6"
_END_ZIP64 = b"PK\6\6"
_LOCATOR = b"PK\6\7"
_ENTRY = b"PK\1\2"
_ENTRY_BYTES = 46
_UNKNOWN = 0xFFFFFFFF
_MOST_FILES = 100_000


def first_is_encrypted(head: bytes) -> bool:
    """What the first local header says; ``head`` is the start of an archive."""
    return len(head) >= 8 and bool(struct.unpack_from("<H", head, 6)[0] & 1)


def directory_size(end: bytes) -> int | None:
    """Bytes of the central directory with all that follows it; ``None`` where ``end`` is not the end of an archive."""
    place = end.rfind(_END)
    if place < 0 or place + 22 > len(end):
        return None
    size: int = struct.unpack_from("<L", end, place + 12)[0]
    begin = place
    if end[place - 20 : place - 16] == _LOCATOR and (large := end.rfind(_END_ZIP64, 0, place)) >= 0:
        begin = large
        if size == _UNKNOWN and large + 56 <= len(end):
            size = struct.unpack_from("<Q", end, large + 40)[0]
    return size + len(end) - begin


def encrypted_files(end: bytes) -> tuple[int, int] | None:
    """How many files the central directory names, and how many of them are encrypted. Plain ones that are empty do not count.

    ``end`` begins with the directory, as long as ``directory_size`` says. ``None`` where it does not.
    """
    position = files = encrypted = 0
    while end.startswith(_ENTRY, position) and files < _MOST_FILES:
        if position + _ENTRY_BYTES > len(end):
            return None
        is_encrypted = struct.unpack_from("<H", end, position + 8)[0] & 1
        size, name, extra, comment = struct.unpack_from("<LHHH", end, position + 24)
        is_folder = end.startswith(b"/", position + _ENTRY_BYTES + name - 1)
        if is_encrypted or (size and not is_folder):
            files += 1
            encrypted += is_encrypted
        position += _ENTRY_BYTES + name + extra + comment
    known = end.startswith((_END, _END_ZIP64), position)
    return (files, encrypted) if known else None
