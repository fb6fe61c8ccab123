"""The part of a message that holds an archive: its header, and its content in base64, as a stream. Stage 4b.

The name is written for old and new readers: RFC 2231 in Content-Disposition, RFC 2047 in the ``name`` of Content-Type, which the
RFC does not allow there and which Outlook and many Japanese mail programs read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator

from shared.core.message.headers import first_body
from shared.core.message.spans import Part, Tree

MARK = b"X-Matta-Archive"
"""Field of the part by which a second run knows what the first one made."""
_LINE = 57
_WIDTH = 76
_BLOCK = _LINE * 512
"""Bytes that are cut into lines at a time: each line is an object of its own for a moment."""
_WORD_BYTES = 42
_SEGMENT = 54
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`{}~")
"""What RFC 2231 leaves as it is (``attribute-char`` of RFC 5987)."""


def part_header(name: str, content_type: str, method: str, line_end: bytes) -> bytes:
    """The header section with its blank line. ``name`` has no control characters, quotes or backslashes."""
    if name.isascii() and len(name) <= _SEGMENT:
        shown = b'name="%s"' % name.encode("ascii")
        filed = [b'filename="%s"' % name.encode("ascii")]
    else:
        shown = b'name="%s"' % (line_end + b" ").join(_words(name))
        filed = _segments(name)
    fold = line_end + b" "
    lines = [
        b"Content-Type: " + content_type.encode("ascii") + b";" + fold + shown,
        b"Content-Disposition: attachment;" + fold + (b";" + fold).join(filed),
        b"Content-Transfer-Encoding: base64",
        MARK + b": " + method.encode("ascii"),
    ]
    return line_end.join(lines) + line_end * 2


def bears_mark(tree: Tree, part: Part) -> bool:
    """Whether a part says that it is an archive of ours. Anybody can write that: it proves nothing alone."""
    return bool(first_body(tree, part, MARK.lower()).strip())


def base64_lines(pieces: Iterable[bytes], line_end: bytes) -> Iterator[bytes]:
    """The pieces in base64, in lines of 76 letters (RFC 2045 section 6.8), without a line ending after the last."""
    rest = b""
    between = b""
    for piece in pieces:
        block = rest + piece
        whole = len(block) // _LINE * _LINE
        rest = block[whole:]
        for start in range(0, whole, _BLOCK):
            yield between + _lines(block[start : min(start + _BLOCK, whole)], line_end)
            between = line_end
    if rest:
        yield between + _lines(rest, line_end)


def _lines(block: bytes, line_end: bytes) -> bytes:
    letters = binascii.b2a_base64(block, newline=False)
    return line_end.join([letters[place : place + _WIDTH] for place in range(0, len(letters), _WIDTH)])


def _words(name: str) -> list[bytes]:
    """The name as encoded words (RFC 2047) of at most 75 letters, cut between characters."""
    words: list[bytes] = []
    for piece in _pieces(name, _WORD_BYTES):
        words.append(b"=?UTF-8?B?%s?=" % base64.b64encode(piece))
    return words


def _segments(name: str) -> list[bytes]:
    """The name as one or more ``filename*`` parameters (RFC 2231 sections 3 and 4)."""
    found: list[bytes] = []
    line = b""
    for character in name:
        # Not cut within a character: some programs decode each segment by itself.
        text = b"".join(bytes((byte,)) if byte in _PLAIN else b"%%%02X" % byte for byte in character.encode("utf-8"))
        if len(line) + len(text) > _SEGMENT:
            found.append(line)
            line = b""
        line += text
    found.append(line)
    if len(found) == 1:
        return [b"filename*=UTF-8''" + line]
    return [b"filename*%d*=" % index + (b"" if index else b"UTF-8''") + text for index, text in enumerate(found)]


def _pieces(text: str, longest: int) -> Iterator[bytes]:
    piece = b""
    for character in text:
        encoded = character.encode("utf-8")
        if len(piece) + len(encoded) > longest:
            yield piece
            piece = b""
        piece += encoded
    yield piece
