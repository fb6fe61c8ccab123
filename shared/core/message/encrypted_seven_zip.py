"""Whether the files of a 7z archive are encrypted, by its header, unpacked where it is packed. Stage parse.

Source: ``7zFormat.txt`` and ``Methods.txt`` of the LZMA SDK 24: the start header of 32 bytes names place, size and CRC of the header
at the end, whose kind is 0x01 (plain) or 0x17 (packed, itself perhaps encrypted). Coder 06F10701 is AES-256.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_START_BYTES = 32
_PLAIN = 0x01
_PACKED = 0x17
_AES = b"\x06\xf1\x07\x01"
_LZMA = b"\x23\x03\x01\x01\x05"
"""A coder with properties (0x20), an identifier of three bytes, and its five bytes of properties."""
_LZMA2 = b"\x21\x21\x01"
_LARGEST_HEADER = 1024 * 1024
_LARGEST_DICTIONARY = 16 * 1024 * 1024


def header_size(head: bytes) -> int | None:
    """Bytes from the start of what is packed for the header up to the end, as far as can be told; ``None`` for no header."""
    if len(head) < _START_BYTES:
        return None
    size: int = struct.unpack_from("<Q", head, 20)[0]
    return size if 0 < size <= _LARGEST_HEADER else None


def is_encrypted(head: bytes, end: bytes) -> bool | None:
    """Whether encryption is among the methods; ``None`` where ``end`` does not end this archive, or the header stays unknown."""
    offset, size, crc = struct.unpack_from("<QQL", head, 12)
    header = end[-size:]
    if len(header) != size or zlib.crc32(header) != crc:
        return None
    if _AES in header:
        return True
    if header[0] == _PLAIN:
        return False
    if header[0] != _PACKED:
        return None
    unpacked = _unpacked(header, end, _START_BYTES + offset + size)
    return None if unpacked is None else _AES in unpacked


def _unpacked(header: bytes, end: bytes, total: int) -> bytes | None:
    """The header that a packed one stands for, ``None`` where it cannot be had."""
    try:
        numbers = _numbers(header[1:])
        kind, position, streams, marker, packed_size = (next(numbers) for _ in range(5))
    except (StopIteration, RuntimeError):
        return None
    if (kind, streams, marker) != (0x06, 1, 0x09):
        return None
    from_end = total - _START_BYTES - position
    if not 0 < packed_size <= from_end <= len(end):
        return None
    packed = end[len(end) - from_end :][:packed_size]
    if (place := header.find(_LZMA)) >= 0:
        properties = header[place + len(_LZMA) :][:5]
        return _expand(packed, properties)
    if header.find(_LZMA2) >= 0:
        return None
    return packed  # stored


def _expand(packed: bytes, properties: bytes) -> bytes | None:
    """Raw LZMA with the properties byte and dictionary size of the archive."""
    if len(properties) < 5 or properties[0] >= 225:
        return None
    packing, dictionary = struct.unpack("<BL", properties)
    filters = {
        "id": lzma.FILTER_LZMA1,
        "lc": packing % 9,
        "lp": packing // 9 % 5,
        "pb": packing // 45,
        "dict_size": max(4096, min(dictionary, _LARGEST_DICTIONARY)),
    }
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[filters]).decompress(packed, _LARGEST_HEADER)
    except lzma.LZMAError:
        return None


def _numbers(data: bytes) -> Iterator[int]:
    """Numbers in the format's own form: the leading ones of the first byte tell how many bytes follow."""
    position = 0
    while position < len(data):
        first = data[position]
        position += 1
        more = 0
        while more < 8 and first & (0x80 >> more):
            more += 1
        value = int.from_bytes(data[position : position + more], "little")
        if more < 7:
            value |= (first & ((0x80 >> more) - 1)) << (8 * more)
        position += more
        yield value
