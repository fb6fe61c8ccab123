"""An encrypted ZIP archive as a stream of bytes, from files that are streams themselves. Stage 4b.

Nothing is held but a piece of one file and the headers for the end. Random bytes are drawn once, when the archive is
described; what is then written is the same each time it is read.

A file that does not shrink (most office files, pictures and PDFs) is stored, and read twice so that its header can tell
size and checksum: readers that go by headers alone, as some on phones and Macs do, cannot tell where a stored file ends.
A file that shrinks is deflated on the way, and its sizes follow it, as in the archives of Info-ZIP and macOS.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.core.transform.archive import records
from shared.core.transform.archive.aes import SALT_BYTES, AesCipher
from shared.core.transform.archive.records import Header
from shared.core.transform.archive.zipcrypto import HEAD_BYTES, ZipCryptoCipher

_LEVEL = 6
_SAMPLE_LEVEL = 1
_WORTH_DEFLATING = 0.97
_ZIP64_FROM = 0xFFFF_0000
"""Bytes of a file from which its sizes get eight bytes; below the limit by what deflating and encryption may add."""


class ZipMethod(StrEnum):
    """How the files of an archive are encrypted. The values are those of settings."""

    AES_256 = "aes-256"
    ZIPCRYPTO = "zipcrypto"


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A file to be put into an archive.

    ``content`` gives its bytes, the same each time it is called. ``samples`` gives some of them, by which it is judged
    whether deflating is worth the time. ``longest`` is a number of bytes that the content does not exceed.
    """

    name: str
    content: Callable[[], Iterable[bytes]]
    samples: Callable[[], Iterable[bytes]]
    longest: int


@dataclass(frozen=True, slots=True)
class EncryptedZip:
    """An archive that is written whenever it is iterated over. ``modified`` is the local time that its files bear."""

    files: tuple[ArchiveFile, ...]
    method: ZipMethod
    password: bytes = field(repr=False)
    modified: datetime
    noise: tuple[bytes, ...] = field(repr=False)

    def __iter__(self) -> Iterator[bytes]:
        """The archive's bytes in pieces of bounded size."""
        directory: list[bytes] = []
        offset = 0
        for file, noise in zip(self.files, self.noise, strict=True):
            header = yield from self._write(file, noise)
            directory.append(records.central_header(header, offset))
            offset += len(records.local_header(header)) + header.packed
            offset += len(records.descriptor(header)) if header.streamed else 0
        listing = b"".join(directory)
        yield listing + records.end_of_archive(len(self.files), len(listing), offset)

    def _write(self, file: ArchiveFile, noise: bytes) -> Generator[bytes, None, Header]:
        """Write one file and return what has become known of it."""
        header = self._header(file)
        cipher = self._cipher(header, noise)
        header = replace(header, packed=header.size + cipher.overhead)
        yield records.local_header(header) + cipher.head
        if not header.streamed:
            for piece in file.content():
                yield cipher.encrypt(piece)
            yield cipher.tail()
            return header
        crc = size = packed = 0
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        for piece in file.content():
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            if deflated := squeeze.compress(piece):
                packed += len(deflated)
                yield cipher.encrypt(deflated)
        deflated = squeeze.flush()
        yield cipher.encrypt(deflated) + cipher.tail()
        header = replace(header, crc=crc, size=size, packed=packed + len(deflated) + cipher.overhead)
        yield records.descriptor(header)
        return header

    def _header(self, file: ArchiveFile) -> Header:
        """What is known of a file before it is written; of one that is stored, everything but what encryption adds."""
        streamed = _shrinks(file.samples())
        header = Header(
            file.name,
            records.DEFLATED if streamed else records.STORED,
            self.modified,
            aes=self.method is ZipMethod.AES_256,
            streamed=streamed,
            zip64=file.longest >= _ZIP64_FROM,
        )
        if streamed:
            return header
        crc = size = 0
        for piece in file.content():
            crc = zlib.crc32(piece, crc)
            size += len(piece)
        return replace(header, crc=crc, size=size, zip64=size >= _ZIP64_FROM)

    def _cipher(self, header: Header, noise: bytes) -> _Cipher:
        if header.aes:
            return AesCipher(self.password, noise)
        return ZipCryptoCipher(self.password, noise, header.dos_time >> 8 if header.streamed else header.crc >> 24)


def encrypted_zip(
    files: Sequence[ArchiveFile],
    method: ZipMethod,
    password: str,
    modified: datetime,
    random: Callable[[int], bytes],
) -> EncryptedZip:
    """Describe an archive. ``password`` is ASCII; ``random`` gives that many random bytes, fit for cryptography.

    Raises ``UnicodeEncodeError`` for a password that is not ASCII: programs do not agree on how to read any other.
    """
    length = SALT_BYTES if method is ZipMethod.AES_256 else HEAD_BYTES - 1
    noise = tuple(random(length) for _ in files)
    return EncryptedZip(tuple(files), method, password.encode("ascii"), modified, noise)


class _Cipher(Protocol):
    """What both ciphers offer."""

    head: bytes
    overhead: int

    def encrypt(self, data: bytes) -> bytes: ...

    def tail(self) -> bytes: ...


def _shrinks(samples: Iterable[bytes]) -> bool:
    """Whether deflating saves enough to be worth its time."""
    plain = deflated = 0
    for sample in samples:
        plain += len(sample)
        deflated += len(zlib.compress(sample, _SAMPLE_LEVEL, -zlib.MAX_WBITS))
    return deflated < plain * _WORTH_DEFLATING
