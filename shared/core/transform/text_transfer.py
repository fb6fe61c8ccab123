"""Bytes into an encoded body (RFC 2045 section 6) with as few of its encoded bytes changed as can be. Stage 4b.

Unencoded and quoted-printable bodies keep every byte: something is only put between. In base64 three bytes are one unit,
so what follows the inserted bytes is encoded anew, from the unit that holds the place; text at the end costs one unit.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence

from shared.core.message.source import Buffer, cut, find
from shared.core.message.spans import Span
from shared.core.transform.splice import Splice

LONGEST_LINE = 998
"""Octets of a line without its end (RFC 5322 section 2.1.1)."""
_WIDTH = 76
_CHUNK = 57 * 1024
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_LETTERS = bytes(byte for byte in range(256) if byte not in _LETTERS)
_NOT_PADDING = bytes(byte for byte in range(256) if byte not in b"=")
_IS_LETTER = re.compile(rb"[A-Za-z0-9+/]")
_SOFT_BREAK_OPEN = re.compile(rb"=[ \t]*\Z")
_QP_ITEM = re.compile(rb"[^=]+|=[0-9A-Fa-f]{2}|=\r?\n|=")
_BARE_RETURN = re.compile(rb"\r(?!\n)")
_LINE_END = re.compile(rb"[\r\n]")
_TAIL = 200
_MOSTLY_ASCII = 6


def fits_unencoded(piece: bytes, *, seven_bit: bool, boundaries: Sequence[bytes]) -> bool:
    """Whether bytes can stand in a body without encoding: width of characters and lines, and no line like a boundary."""
    if seven_bit and not piece.isascii():
        return False
    if b"\0" in piece:
        return False
    if any(len(line) > LONGEST_LINE for line in _LINE_END.split(piece)):
        return False
    return not holds_boundary(piece, boundaries)


def holds_boundary(text: bytes, boundaries: Sequence[bytes]) -> bool:
    """Whether some line begins like a boundary line of a multipart around it (RFC 2046 section 5.1.1)."""
    if b"--" not in text:
        return False
    starts = tuple(b"--" + boundary for boundary in boundaries)
    return bool(starts) and any(line.startswith(starts) for line in _LINE_END.split(text))


def best_encoding(content: bytes, line_end: bytes, boundaries: Sequence[bytes]) -> str:
    """``quoted-printable`` for text that is mostly ASCII in even lines, else ``base64``."""
    wide = len(content) - len(content.translate(None, bytes(range(0x80, 0x100))))
    if wide * _MOSTLY_ASCII > len(content) or b"\x1b" in content or b"\0" in content or _BARE_RETURN.search(content):
        return "base64"
    if content.count(b"\n") != content.count(line_end) or line_end not in (b"\r\n", b"\n"):
        return "base64"
    return "base64" if holds_boundary(content, boundaries) else "quoted-printable"


def encode_body(content: bytes, encoding: str, line_end: bytes) -> bytes:
    """A whole body in an encoding; base64 without a last line end, as the caller knows whether one belongs there."""
    if encoding == "base64":
        return b"".join(base64_lines((content,), 0, line_end))
    return quoted_printable(content, line_end) if encoding == "quoted-printable" else content


def quoted_printable(content: bytes, line_end: bytes) -> bytes:
    """Text in quoted-printable; its line ends, which must be ``line_end``, stay line ends."""
    lines = [_quoted_line(line, line_end) for line in content.split(line_end)]
    return line_end.join(lines)


def _quoted_line(line: bytes, line_end: bytes) -> bytes:
    quoted = binascii.b2a_qp(line, istext=False)
    return quoted.replace(b"=\n", b"=" + line_end) if b"\n" in quoted else quoted


def into_quoted_printable(
    data: Buffer, body: Span, offset: int, piece: bytes, line_end: bytes
) -> tuple[Span, bytes] | None:
    """Span and bytes of the splice that puts ``piece`` at ``offset`` of the decoded content; ``None`` where the place cannot be found."""
    place = _quoted_place(data, body, offset)
    if place is None:
        return None
    before = cut(data, max(body.start, place - _TAIL), place)
    encoded = quoted_printable(piece, line_end)
    if _SOFT_BREAK_OPEN.search(before):
        encoded = line_end + encoded  # ends the soft line break, adds nothing
    elif before and not before.endswith((b"\n", b"\r")) and not piece.startswith(line_end):
        encoded = b"=" + line_end + encoded
    if place < body.end and not encoded.endswith(line_end):
        encoded += b"=" + line_end
    return Span(place, place), encoded


def _quoted_place(data: Buffer, body: Span, offset: int) -> int | None:
    """Where in the body the encoded form of the content's byte ``offset`` begins."""
    if offset == 0:
        return body.start
    position, left = body.start, offset
    while position < body.end:
        end = find(data, b"\n", position, body.end)
        stop = end + 1 if end >= 0 else body.end
        line = cut(data, position, stop)
        size = len(binascii.a2b_qp(line))
        if size > left:
            return _place_in_line(line, position, left)
        position, left = stop, left - size
        if left == 0:
            return position
    return None


def _place_in_line(line: bytes, start: int, left: int) -> int | None:
    position = 0
    for item in _QP_ITEM.finditer(line):
        if left == 0:
            break
        if item.group()[:1] != b"=":
            step = min(left, item.end() - item.start())
            position, left = item.start() + step, left - step
        else:
            position = item.end()
            left -= len(binascii.a2b_qp(item.group()))
    wanted = len(binascii.a2b_qp(line[:position]))
    rest = len(binascii.a2b_qp(line)) - wanted
    return start + position if left == 0 and len(binascii.a2b_qp(line[position:])) == rest else None


def into_base64(data: Buffer, body: Span, content: bytes, offset: int, piece: bytes, line_end: bytes) -> Splice:
    """The splice that puts ``piece`` at ``offset`` of the decoded ``content``. A damaged body is encoded anew as a whole."""
    unit = offset // 3
    place = _unit_place(data, body, unit) if _is_regular(data, body) else None
    if place is None:
        unit, place = 0, body.start
    line = max(body.start, _last_line_start(data, body.start, place))
    column = place - line
    view = memoryview(content)
    pieces = (view[unit * 3 : offset], piece, view[offset:])
    end = _end_of_letters(data, body)

    def encoded() -> Iterator[bytes]:
        yield from base64_lines(pieces, column, line_end)
        if end <= body.start:
            yield line_end

    return Splice(Span(place, max(place, end)), encoded)


def base64_lines(pieces: Sequence[bytes | memoryview], column: int, line_end: bytes) -> Iterator[bytes]:
    """The joined pieces in lines of 76; ``column`` letters stand on the first line already. No line end after the last."""
    rest = b""
    first = True
    room = (_WIDTH - column) // 4 * 3
    if column and room <= 0:
        yield line_end
        room = _WIDTH // 4 * 3
    for piece in pieces:
        for start in range(0, len(piece), _CHUNK):
            block = rest + piece[start : start + _CHUNK]
            position = 0
            out = bytearray()
            while len(block) - position > room:  # what may be the last line waits
                out += b"" if first else line_end
                out += binascii.b2a_base64(block[position : position + room], newline=False)
                position += room
                first, room = False, _WIDTH // 4 * 3
            rest = block[position:]
            if out:
                yield bytes(out)
    if rest:
        yield (b"" if first else line_end) + binascii.b2a_base64(rest, newline=False)


def _is_regular(data: Buffer, body: Span) -> bool:
    """Whether base64 letters are a whole number of units, padded at the end alone."""
    letters = padding = 0
    for start in range(body.start, body.end, 256 * 1024):
        chunk = cut(data, start, min(start + 256 * 1024, body.end))
        found = len(chunk.translate(None, _NOT_LETTERS))
        if found and padding:
            return False
        equals = len(chunk.translate(None, _NOT_PADDING))
        if equals and found and _IS_LETTER.search(chunk, chunk.index(b"=")):
            return False
        letters, padding = letters + found, padding + equals
    return padding <= 2 and (letters + padding) % 4 == 0


def _unit_place(data: Buffer, body: Span, unit: int) -> int | None:
    """Where the unit of that number begins; the place after the last letter for the one after the last unit."""
    left = unit * 4
    after = body.start
    for start in range(body.start, body.end, 256 * 1024):
        stop = min(start + 256 * 1024, body.end)
        chunk = cut(data, start, stop)
        found = len(chunk.translate(None, _NOT_LETTERS))
        if found > left:
            for letter in _IS_LETTER.finditer(chunk):
                if left == 0:
                    return start + letter.start()
                left -= 1
        left -= found
        if found:
            after = start + max(chunk.rfind(bytes((byte,))) for byte in set(chunk) & set(_LETTERS)) + 1
    return after if left == 0 else None


def _end_of_letters(data: Buffer, body: Span) -> int:
    """Where the encoded text ends, before line ends and white space at the body's end."""
    end = body.end
    while end > body.start and data[end - 1] in b" \t\r\n":
        end -= 1
    return end


def _last_line_start(data: Buffer, start: int, place: int) -> int:
    near = cut(data, max(start, place - 4096), place)
    return place - len(near) + near.rfind(b"\n") + 1
