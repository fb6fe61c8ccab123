"""The bytes of a message as DATA sends them (RFC 5321 section 4.5.2). Part of stage 4b (deliver).

A dot is doubled only where a line begins as RFC 5321 says: at the very beginning and after CRLF. Nothing else is
changed; a message that does not end with CRLF gets one, since the end of DATA cannot be told without it.

Servers exist that take a bare LF or CR for a line end, or drop NULs before they look for one. To one of those, a message
with LF ``.`` CRLF, or CRLF NUL ``.`` CRLF, in it ends there, and what follows is a second message that nobody has judged
(SMTP smuggling). Such a message is not sent at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

BLOCK = 128 * 1024
"""Bytes sent at once, about."""
END_OF_DATA = b".\r\n"
_HEADER_LIMIT = 1024 * 1024
_LONE_DOTS = (re.compile(rb"\n\.[\r\n \t]"), re.compile(rb"\r\.[\r\n \t]"))
"""What ends a message for a lax server, or may where it overlooks spaces. Two fixed bytes first are found fast."""


class Smuggling(Exception):
    """What would be sent holds a dot that stands alone on its line for a server that is lax about line ends."""


def stuffed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content ready to be sent, line end added where missing, without the final dot.

    Raises ``Smuggling`` before the bytes that would make the sequence complete are given out.
    """
    held = b"\r\n"  # as if a line end came before the beginning, which is not sent
    seen = b""  # the last bytes that were looked at
    sent = len(held)
    for chunk in _blocks(chunks):
        data = held + chunk
        # A line end at the very end stays back, so that it is seen together with a dot that may follow.
        keep = 2 if data.endswith(b"\r\n") else 1 if data.endswith(b"\r") else 0
        held = data[len(data) - keep :]
        ready = data[: len(data) - keep].replace(b"\r\n.", b"\r\n..")
        seen = _look(seen, ready)
        if len(ready) > sent:
            yield ready[sent:]
        if ready:
            sent = 0
    last = held if held.endswith(b"\r\n") else held + b"\r\n"
    _look(seen, last)
    end = last[sent:]
    if end:
        yield end


def header_is_ascii(chunks: Iterable[bytes]) -> bool:
    """Whether the header, up to the first empty line, has no byte above 127 (RFC 6531: then SMTPUTF8 is not needed)."""
    header = b""
    for chunk in chunks:
        header += chunk
        end = header.find(b"\r\n\r\n")
        if end >= 0:
            return header[:end].isascii()
        if len(header) > _HEADER_LIMIT:
            return False
    return header.isascii()


def is_seven_bit(chunks: Iterable[bytes]) -> bool:
    """Whether no byte is above 127. Reads as far as the first that is."""
    return all(chunk.isascii() for chunk in chunks)


def _look(seen: bytes, ready: bytes) -> bytes:
    """Look for a lone dot that ends in ``ready``, bytes as they will be sent; returns what to call ``seen`` next.

    Dots after CRLF are doubled by now: one that is still alone on its line was begun by something else. NULs are left out,
    which finds what a server sees that drops them, and everything that others see as well.
    """
    window = seen + (ready.replace(b"\0", b"") if b"\0" in ready else ready)
    if any(pattern.search(window) for pattern in _LONE_DOTS):
        raise Smuggling
    return window[-2:]


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Small chunks joined and very large ones cut, so that every block costs one send and little memory."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        for start in range(0, len(chunk), BLOCK):
            piece = chunk[start : start + BLOCK]
            waiting.append(piece)
            size += len(piece)
            if size >= BLOCK:
                yield b"".join(waiting)
                waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
