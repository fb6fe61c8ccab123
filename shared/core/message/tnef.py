"""The little that must be known of a TNEF stream (winmail.dat): its message class, and whether it carries files. Stage parse.

Layout and names: Microsoft [MS-OXTNEF] sections 2.1.3.1 to 2.1.3.3.5. A TNEF stream is a 32-bit signature, a 16-bit key and then
attributes of level (1 byte), id (4), length (4), data, checksum (2), all little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_SIGNATURE = 0x223E9F78
_MESSAGE_CLASS = 0x00078008
_LEVEL_ATTACHMENT = 2
_MAX_ATTRIBUTES = 1000


@dataclass(frozen=True, slots=True)
class TnefSummary:
    """``message_class`` as the stream names it; ``complete`` whether all of it was seen; ``carries_files`` whether it holds attachments."""

    message_class: str
    carries_files: bool
    complete: bool


def summarise_tnef(data: bytes) -> TnefSummary | None:
    """What the start of a TNEF stream tells, ``None`` if it is none. ``data`` may be cut anywhere."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    position, message_class, carries_files = 6, "", False
    for _ in range(_MAX_ATTRIBUTES):
        if position + 9 > len(data):
            break
        level, identifier, length = struct.unpack_from("<BII", data, position)
        start = position + 9
        position = start + length + 2
        if level == _LEVEL_ATTACHMENT:
            carries_files = True
        elif identifier == _MESSAGE_CLASS and start + length <= len(data):
            message_class = data[start : start + min(length, 256)].rstrip(b"\0").decode("ascii", "replace")
    return TnefSummary(message_class, carries_files, position == len(data))
