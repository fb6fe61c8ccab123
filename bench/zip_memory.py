"""A process of its own that encrypts the attachment of a large message and prints what memory that took.

Called as ``python -m bench.zip_memory METHOD MEGABYTES``; prints bytes beyond those of the process before, as a number.
"""

from __future__ import annotations

import base64
import mmap
import random
import resource
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from shared.core.message.parse import parse
from shared.core.message.source import Buffer
from shared.core.transform.archive.write import ZipMethod
from shared.core.transform.splice import apply
from shared.core.transform.zip_attachments import ZipArguments, zip_attachments

_HEADER = (
    b"From: a@example.co.jp\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nHello\r\n--B\r\n'
    b"Content-Type: application/octet-stream; name=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)
_STEP = 57 * 10_000


def write_message(path: Path, size: int, *, shrinks: bool = False) -> None:
    """A message with one attachment of about ``size`` bytes, which deflating makes smaller or not."""
    source = random.Random(size)
    with path.open("wb") as file:
        file.write(_HEADER)
        for _ in range(size // _STEP + 1):
            block = source.randbytes(_STEP)
            file.write(base64.encodebytes(block.hex()[:_STEP].encode() if shrinks else block).replace(b"\n", b"\r\n"))
        file.write(b"--B--\r\n")


def encrypt(data: Buffer, method: ZipMethod) -> int:
    """Encrypt and throw away; the number of bytes that came out."""
    source = random.Random(1).randbytes
    edit = zip_attachments(parse(data), ZipArguments("Kx7mQ2vR9p", datetime(2026, 1, 1), source, method))  # noqa: DTZ001 (any time)
    return sum(len(piece) for piece in apply(data, edit.splices))


def extra_memory(method: ZipMethod, size: int, *, shrinks: bool = False) -> int:
    """Bytes by which encrypting a message raises this process's peak. The message is in memory before, and not counted."""
    with tempfile.TemporaryDirectory() as name:
        paths = Path(name) / "small", Path(name) / "large"
        for path, length in zip(paths, (_STEP, size), strict=True):
            write_message(path, length, shrinks=shrinks)
        for kind in ZipMethod:
            encrypt(paths[0].read_bytes(), kind)  # loads the ciphers, which is once for a process
        with paths[1].open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            sum(data[place] for place in range(0, len(data), mmap.PAGESIZE))
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if encrypt(data, method) < len(data) // 3:
                raise RuntimeError("the message came out too short")
            return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024


if __name__ == "__main__":
    kind, megabytes, *rest = sys.argv[1:]
    print(extra_memory(ZipMethod(kind), int(megabytes) * 1_000_000, shrinks=bool(rest)))
