"""What a report brings back of the message: its header section, or all of it (RFC 3461, RFC 6522, RFC 6533). Stage 5.

A whole message comes back as it was or not at all: a message in a message may not be encoded (RFC 2046 section 5.2.1),
and a report must get through every server. So one that needs eight bits, has lines too long for SMTP, or is large comes
back as its header.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

LONGEST_HEADER = 32 * 1024
"""Bytes of the original header that are returned."""
LARGEST_WHOLE = 1024 * 1024
"""Bytes of a message that is returned whole."""
_LONGEST_LINE = 998
_LINE_END = re.compile(rb"\r\n|\r|\n")
_STRAY = re.compile(rb"\0|\r(?!\n)|(?<!\r)\n")


@dataclass(frozen=True, slots=True)
class Original:
    """The message that is reported on: its first bytes, or where ``whole``, all that there is of it."""

    data: bytes
    whole: bool = False


def returns_whole(original: Original, *, utf8: bool, boundary: str) -> bool:
    """Whether the message can come back as it was."""
    data = original.data
    return (
        original.whole
        and len(data) <= LARGEST_WHOLE
        and (utf8 or data.isascii())
        and _is_utf8(data[: len(data) - len(_body(data))])
        and not _STRAY.search(data)
        and all(len(line) <= _LONGEST_LINE for line in data.split(b"\r\n"))
        and boundary.encode() not in data
    )


def returned_part(original: Original, *, utf8: bool, boundary: str) -> bytes:
    """The part with its own header."""
    if returns_whole(original, utf8=utf8, boundary=boundary):
        data = original.data
        kind = "message/rfc822" if data[: len(data) - len(_body(data))].isascii() else "message/global"
        return _part(kind, "7bit" if data.isascii() else "8bit", data)
    body = header_section(original.data)
    if utf8:
        kind, plain = "message/global-headers", "8bit"
        body = body.decode("utf-8", "replace").encode()
    else:
        kind, plain = "text/rfc822-headers", "7bit"
    is_plain = (
        (utf8 or body.isascii())
        and all(len(line) <= _LONGEST_LINE for line in body.split(b"\r\n"))
        and boundary.encode() not in body
    )
    if not is_plain:
        body = binascii.b2a_qp(body.replace(b"\r\n", b"\n"), istext=True).replace(b"\n", b"\r\n")
    return _part(kind, plain if is_plain else "quoted-printable", body)


def header_section(start: bytes) -> bytes:
    """The header section in the first bytes of a message: CRLF line ends, no NUL, whole lines, bounded."""
    lines: list[bytes] = []
    size = 0
    for line in _LINE_END.split(start[: LONGEST_HEADER * 2]):
        size += len(line) + 2
        if not line or size > LONGEST_HEADER:
            break
        lines.append(line.replace(b"\0", b""))
    return b"\r\n".join(lines) + b"\r\n"


def _part(kind: str, encoding: str, body: bytes) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def _body(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[2]


def _is_utf8(header: bytes) -> bool:
    try:
        header.decode()
    except UnicodeDecodeError:
        return False
    return True
