"""The end of a part's content without decoding all of it: archives say there what they hold. Stage parse."""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from shared.core.message.source import Buffer, cut
from shared.core.message.spans import Span
from shared.core.message.transfer import decoded_span

_IDENTITY = frozenset({"7bit", "8bit", "binary"})
_MOST_DECODED = 4 * 1024 * 1024
_NOT_BASE64 = bytes(
    byte for byte in range(256) if byte not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)


def content_ends(data: Buffer, span: Span, encoding: str, length: int) -> Iterator[bytes]:
    """The last ``length`` bytes of encoded content, in forms of which one is right; whoever asks knows by what is in it.

    Base64 read from its middle may begin at any of four letters. A large body in an encoding without fixed widths
    (quoted-printable, uuencode) gives nothing.
    """
    if encoding == "base64":
        # Line ends take 2 of 78 bytes; lines of one group of four letters, which nobody writes, would take a third.
        start = max(span.start, span.end - length * 2 - 1024)
        if start > span.start:
            letters = cut(data, start, span.end).translate(None, _NOT_BASE64)
            for skipped in range(4):
                yield _decoded(letters[skipped:])[-length:]
            return
    elif encoding in _IDENTITY:
        yield cut(data, max(span.start, span.end - length), span.end)
        return
    elif span.length > _MOST_DECODED:
        return
    yield b"".join(decoded_span(data, span, encoding))[-length:]


def _decoded(letters: bytes) -> bytes:
    usable = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))
