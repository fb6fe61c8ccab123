"""A message in 7 bits, for next hops without 8BITMIME: the bodies with 8-bit bytes get an encoding (RFC 6152). Stage 4b.

Only the bodies that need it are written anew; of the parts around them the field that says 8bit changes to 7bit (RFC 2045
section 6.4). What cannot stand in 7 bits without another change (8-bit bytes in a header, in a boundary, within
something signed) makes the whole refuse: then the message does not fit the server, and the sender is told so.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence

from shared.core.message.facts import Protection
from shared.core.message.headers import raw_parameter
from shared.core.message.protection import find_protections
from shared.core.message.source import Buffer, cut
from shared.core.message.spans import Part, Span, Tree
from shared.core.message.transfer import IDENTITY_ENCODINGS
from shared.core.transform.splice import PIECE, Edit, Splice, apply
from shared.core.transform.text_header import header_splices, line_end_of
from shared.core.transform.text_transfer import LONGEST_LINE, best_encoding, encode_body, holds_boundary
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable

LARGEST_TEXT = 8 * 1024 * 1024
"""Bytes of a body up to which it is held in memory to see whether quoted-printable suits it; larger ones get base64."""
_UNIT = 57 * 1024
_SIGNED = frozenset({"multipart/signed", "multipart/encrypted"})
_LINE_END = re.compile(rb"[\r\n]")


def seven_bit(tree: Tree) -> Edit:
    """The splices after which no byte is above 127. The decoded content of every part stays what it is.

    Raises ``WouldBreak`` where that cannot be, ``Unreadable`` for a tree that broke a bound.
    """
    if _is_ascii(tree.data, Span(0, len(tree.data))):
        return Edit()
    if tree.unreadable:
        raise Unreadable(f"not to be changed: {tree.unreadable}")
    _refuse_what_is_sealed(tree)
    named = (raw_parameter(part.content.parameters, "boundary") for part in _parts(tree.root))
    boundaries = tuple(boundary.rstrip() for boundary in named if boundary is not None)
    splices = [splice for part in _parts(tree.root) for splice in _of_part(tree, part, boundaries)]
    if not all(piece.isascii() for piece in apply(tree.data, splices)):
        raise WouldBreak("header")  # or a boundary, or what stands between parts
    return Edit(tuple(splices))


def _refuse_what_is_sealed(tree: Tree) -> None:
    if tree.root.first(b"dkim-signature") is not None:
        raise WouldBreak("dkim")
    found = find_protections(tree) - {Protection.TNEF}  # TNEF is an attachment like any other here
    if found:
        raise WouldBreak(min(found))
    for part in _parts(tree.root):
        if part.content.value in _SIGNED and not _is_ascii(tree.data, part.span):
            raise WouldBreak(part.content.sub)


def _parts(part: Part) -> Iterator[Part]:
    waiting = [part]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.children)


def _of_part(tree: Tree, part: Part, boundaries: Sequence[bytes]) -> list[Splice]:
    if not part.is_leaf:
        return header_splices(tree, part, "", "7bit") if part.encoding in ("8bit", "binary") else []
    if _is_ascii(tree.data, part.body):
        return []
    if part.encoding not in IDENTITY_ENCODINGS:
        raise WouldBreak("transfer-encoding")
    if part.content.main in ("multipart", "message"):
        raise WouldBreak(part.content.main)  # an encoding there would hide what is inside (RFC 2045 section 6.4)
    line_end = line_end_of(tree, part)
    if part.body.length > LARGEST_TEXT:
        return [*header_splices(tree, part, "", "base64"), Splice(part.body, lambda: _base64(tree.data, part.body))]
    content = tree.bytes_of(part.body)
    encoding = "base64"
    if part.content.main == "text" and all(len(line) <= LONGEST_LINE for line in _LINE_END.split(content)):
        encoding = best_encoding(content, line_end, ())
    body = encode_body(content, encoding, line_end)
    if encoding == "quoted-printable" and holds_boundary(body, boundaries):  # a soft line break before two hyphens
        encoding = "base64"
        body = encode_body(content, encoding, line_end)
    if encoding == "base64" and content.endswith((b"\r", b"\n")):
        body += line_end
    return [*header_splices(tree, part, "", encoding), Splice(part.body, body)]


def _base64(data: Buffer, span: Span) -> Iterator[bytes]:
    for start in range(span.start, span.end, _UNIT):
        block = cut(data, start, min(start + _UNIT, span.end))
        yield b"".join(
            binascii.b2a_base64(block[place : place + 57], newline=False) + b"\r\n"
            for place in range(0, len(block), 57)
        )


def _is_ascii(data: Buffer, span: Span) -> bool:
    return all(cut(data, start, min(start + PIECE, span.end)).isascii() for start in range(span.start, span.end, PIECE))
