"""The records that a ZIP archive is made of, as bytes. Stage 4b.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.3.12 (central directory), 4.3.14 to
4.3.16 (end records), 4.5.3 (ZIP64), appendix D (UTF-8 names); for AES the WinZip specification "AE-1/AE-2", version 1.04.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

STORED = 0
DEFLATED = 8
WINZIP_AES = 99
ENCRYPTED = 1 << 0
DESCRIPTOR_FOLLOWS = 1 << 3
UTF8_NAME = 1 << 11

_LIMIT_32 = 0xFFFFFFFF
_LIMIT_16 = 0xFFFF
_VERSION = 20
_VERSION_ZIP64 = 45
_VERSION_AES = 51
_MADE_ON_UNIX = 3 << 8
_REGULAR_FILE = 0o100644 << 16
_AES_256 = 3
_AE_2 = 2


@dataclass(frozen=True, slots=True)
class Header:
    """What local header and central directory say of one file.

    ``method`` is ``STORED`` or ``DEFLATED``, also where ``aes`` hides it behind ``WINZIP_AES``. ``modified`` is taken as
    local time, without a zone. Where ``streamed``, ``crc`` and the sizes (bytes; ``packed`` with all that encryption adds)
    are unknown in front and follow the content; ``zip64`` reserves eight bytes for each of them.
    """

    name: str
    method: int
    modified: datetime
    aes: bool
    streamed: bool
    zip64: bool
    crc: int = 0
    size: int = 0
    packed: int = 0

    @property
    def flags(self) -> int:
        """General purpose bits. Every file is encrypted."""
        named = 0 if self.name.isascii() else UTF8_NAME
        return ENCRYPTED | named | (DESCRIPTOR_FOLLOWS if self.streamed else 0)

    @property
    def dos_time(self) -> int:
        """Hour, minute and half of the second in 16 bits."""
        return self.modified.hour << 11 | self.modified.minute << 5 | self.modified.second // 2

    @property
    def dos_date(self) -> int:
        """Year from 1980 to 2107, month and day in 16 bits."""
        if self.modified.year < 1980:
            return 1 << 5 | 1
        return min(self.modified.year - 1980, 127) << 9 | self.modified.month << 5 | self.modified.day

    @property
    def _shown_crc(self) -> int:
        """AE-2 leaves the checksum of the plain content out: of a short file it would tell the content."""
        return 0 if self.aes else self.crc

    @property
    def _fixed(self) -> tuple[int, int, int, int, int]:
        """Version needed, flags, method, time, date: the same in both headers."""
        version = _VERSION_AES if self.aes else _VERSION_ZIP64 if self.zip64 else _VERSION
        return version, self.flags, WINZIP_AES if self.aes else self.method, self.dos_time, self.dos_date

    @property
    def _aes_extra(self) -> bytes:
        return struct.pack("<HHH2sBH", 0x9901, 7, _AE_2, b"AE", _AES_256, self.method) if self.aes else b""


def local_header(header: Header) -> bytes:
    """What stands before a file's content."""
    name = header.name.encode("utf-8")
    crc, size, packed = (0, 0, 0) if header.streamed else (header._shown_crc, header.size, header.packed)
    extra = header._aes_extra
    if header.zip64:
        extra = struct.pack("<HHQQ", 1, 16, size, packed) + extra
        size = packed = _LIMIT_32
    return struct.pack("<4s5H3L2H", b"PK\3\4", *header._fixed, crc, packed, size, len(name), len(extra)) + name + extra


def descriptor(header: Header) -> bytes:
    """What follows a streamed file's content. ``header`` holds what has become known."""
    return struct.pack(
        "<4sLQQ" if header.zip64 else "<4sLLL", b"PK\7\x08", header._shown_crc, header.packed, header.size
    )


def central_header(header: Header, offset: int) -> bytes:
    """A file's entry in the central directory. ``offset`` is where its local header begins."""
    name = header.name.encode("utf-8")
    version, *rest = header._fixed
    size, packed, place = header.size, header.packed, offset
    large = b""
    if header.zip64 or max(size, packed) >= _LIMIT_32:
        large = struct.pack("<QQ", size, packed)
        size = packed = _LIMIT_32
    if offset >= _LIMIT_32:
        large += struct.pack("<Q", offset)
        place = _LIMIT_32
    if large:
        large = struct.pack("<HH", 1, len(large)) + large
        version = max(version, _VERSION_ZIP64)
    extra = large + header._aes_extra
    return (
        struct.pack(
            "<4s6H3L5H2L",
            b"PK\1\2",
            _MADE_ON_UNIX | max(version, _VERSION_AES if header.aes else _VERSION),
            version,
            *rest,
            header._shown_crc,
            packed,
            size,
            len(name),
            len(extra),
            0,
            0,
            0,
            _REGULAR_FILE,
            place,
        )
        + name
        + extra
    )


def end_of_archive(files: int, directory_size: int, directory_offset: int) -> bytes:
    """What ends an archive, with the ZIP64 records where a number needs them."""
    large = b""
    if files >= _LIMIT_16 or directory_size >= _LIMIT_32 or directory_offset >= _LIMIT_32:
        version = _MADE_ON_UNIX | _VERSION_ZIP64
        numbers = (files, files, directory_size, directory_offset)
        large = struct.pack("<4sQHHLL4Q", b"PK\6\6", 44, version, _VERSION_ZIP64, 0, 0, *numbers)
        large += struct.pack("<4sLQL", b"PK\6\7", 0, directory_offset + directory_size, 1)
    shown = min(files, _LIMIT_16)
    sizes = min(directory_size, _LIMIT_32), min(directory_offset, _LIMIT_32)
    return large + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, shown, shown, *sizes, 0)
