"""Content-Transfer-Encoding (RFC 2045 section 6): decoded bytes as a stream, and their number without decoding. Stage parse."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from shared.core.message.source import Buffer, cut, find
from shared.core.message.spans import Part, Span

IDENTITY_ENCODINGS = frozenset({"7bit", "8bit", "binary"})
"""Encodings that leave the content as it is."""
_CHUNK = 256 * 1024
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_LETTERS = bytes(byte for byte in range(256) if byte not in _BASE64_LETTERS)
_NOT_LETTERS_OR_PADDING = bytes(byte for byte in _NOT_LETTERS if byte != 0x3D)
_SOFT_TAIL = re.compile(rb"=[ \t\r0-9A-Fa-f]{0,2}\Z|[ \t\r]+\Z")
_TAIL = 16
_UU_ENCODINGS = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decoded(data: Buffer, part: Part) -> Iterator[bytes]:
    """The content of a leaf part in pieces of bounded size. Damaged encodings give what can be had; nothing is raised."""
    return decoded_span(data, part.body, part.encoding)


def decoded_span(data: Buffer, span: Span, encoding: str) -> Iterator[bytes]:
    """The same for any span of the message."""
    if encoding == "base64":
        return _base64(data, span)
    if encoding == "quoted-printable":
        return _quoted_printable(data, span)
    if encoding in _UU_ENCODINGS:
        return _uuencoded(data, span)
    return _chunks(data, span)


def decoded_head(data: Buffer, part: Part, length: int) -> bytes:
    """The first ``length`` bytes of a leaf part's content, fewer where it is shorter. Reads no further than needed."""
    # Encoded text is at most four times its content, except for padding that nobody writes on purpose.
    near = Span(part.body.start, min(part.body.end, part.body.start + length * 4 + 1024))
    pieces: list[bytes] = []
    got = 0
    for piece in decoded_span(data, near, part.encoding):
        pieces.append(piece)
        got += len(piece)
        if got >= length:
            break
    return b"".join(pieces)[:length]


def decoded_size(data: Buffer, part: Part) -> int:
    """How many bytes the content of a leaf part has. Base64 in even lines is counted, not decoded."""
    if part.encoding == "base64":
        return _base64_size(data, part.body)
    if part.encoding == "quoted-printable" or part.encoding in _UU_ENCODINGS:
        return sum(len(piece) for piece in decoded(data, part))
    return part.body.length


def _chunks(data: Buffer, span: Span) -> Iterator[bytes]:
    for start in range(span.start, span.end, _CHUNK):
        yield cut(data, start, min(start + _CHUNK, span.end))


def _base64(data: Buffer, span: Span) -> Iterator[bytes]:
    rest = b""
    for chunk in _chunks(data, span):
        # Padding ends a run; more may follow where a gateway put encoded pieces one behind the other.
        *closed, rest = (rest + chunk.translate(None, _NOT_LETTERS_OR_PADDING)).split(b"=")
        whole = len(rest) // 4 * 4
        out = b"".join(_base64_run(run) for run in closed if run) + binascii.a2b_base64(rest[:whole])
        rest = rest[whole:]
        if out:
            yield out
    if len(rest) > 1:
        yield _base64_run(rest)


def _base64_run(letters: bytes) -> bytes:
    """Letters without padding, decoded; a lone last letter, which holds no whole byte, is dropped."""
    usable = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


def _base64_size(data: Buffer, span: Span) -> int:
    """Number of bytes that a base64 body stands for."""
    letters = _regular_base64_letters(data, span)
    return letters * 3 // 4 if letters is not None else sum(len(piece) for piece in _base64(data, span))


def _regular_base64_letters(data: Buffer, span: Span) -> int | None:
    """Letters of a body whose lines are all of one length, found by looking at line ends only; ``None`` for any other."""
    first = find(data, b"\n", span.start, min(span.end, span.start + 1000))
    if first < 0:
        return None
    step = first + 1 - span.start
    ending = 2 if step > 1 and data[first - 1] == 0x0D else 1
    width = step - ending
    whole = span.length // step
    if width < 4 or whole < 16:
        return None
    last_line = span.start + (whole - 1) * step
    for offset, mark in ((step - 1, b"\n"), (step - 2, b"\r")):
        if mark == b"\r" and ending == 1:
            continue
        column = bytes(data[span.start + offset : last_line : step])
        if column.count(mark) != whole - 1:
            return None
    if any(find(data, odd, span.start, last_line) >= 0 for odd in (b"=", b" ", b"\t")):
        return None
    return width * (whole - 1) + len(cut(data, last_line, span.end).translate(None, _NOT_LETTERS))


def _quoted_printable(data: Buffer, span: Span) -> Iterator[bytes]:
    rest = b""
    for chunk in _chunks(data, span):
        block = rest + chunk
        # A chunk may end within an escape or in white space that the next line end makes void.
        tail = _SOFT_TAIL.search(block, max(0, len(block) - _TAIL))
        cut_at = tail.start() if tail else len(block)
        block, rest = block[:cut_at], block[cut_at:]
        if block:
            yield binascii.a2b_qp(block)
    if rest:
        yield binascii.a2b_qp(rest)


def _uuencoded(data: Buffer, span: Span) -> Iterator[bytes]:
    """Lines between ``begin`` and ``end``; a damaged line gives nothing."""
    rest = b""
    started = False
    for chunk in _chunks(data, span):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()[-1000:]
        out, started = uudecode_lines(lines, started)
        if out:
            yield out
    out, _ = uudecode_lines([rest], started)
    if out:
        yield out


def uudecode_lines(lines: list[bytes], started: bool) -> tuple[bytes, bool]:
    """Decoded bytes of some lines of a uuencoded body, and whether ``begin`` was seen and ``end`` was not."""
    out = bytearray()
    for line in lines:
        text = line.rstrip(b"\r\n")
        if not started:
            started = text.startswith(b"begin ")
        elif text in (b"end", b"`", b""):
            started = text != b"end"
        else:
            try:
                out += binascii.a2b_uu(text)
            except binascii.Error:
                # Some encoders count one line short: keep the bytes that the length character announces.
                announced = ((text[0] - 32) & 63) * 4 // 3 + 2
                try:
                    out += binascii.a2b_uu(text[:announced])
                except binascii.Error:
                    continue
    return bytes(out), started
