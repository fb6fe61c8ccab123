"""A text on its way into one part: in its charset and transfer encoding, or the part moved to UTF-8. Stage 4b.

The bytes that are there stay wherever the encoding allows it. Where it does not, the part's body is written anew, and
of its header the charset parameter and the Content-Transfer-Encoding change.
"""

from __future__ import annotations

from functools import cached_property

from shared.core.message.attachments import Leaf
from shared.core.message.charsets import is_known
from shared.core.message.headers import raw_parameter, token
from shared.core.message.source import cut, find
from shared.core.message.spans import Part, Span, Tree
from shared.core.message.transfer import decoded
from shared.core.transform.splice import Splice
from shared.core.transform.text_charset import UTF_8, charset_by_content, decode, encode, is_ascii_based
from shared.core.transform.text_header import header_splices, line_end_of
from shared.core.transform.text_html import Frames, meta_charset, name_charset
from shared.core.transform.text_piece import Content, Piece, piece_for
from shared.core.transform.text_places import HTML, Place
from shared.core.transform.text_transfer import (
    best_encoding,
    encode_body,
    fits_unencoded,
    holds_boundary,
    into_base64,
    into_quoted_printable,
)
from shared.core.transform.would_break import WouldBreak

LARGEST_REWRITTEN = 32 * 1024 * 1024
"""Bytes of a part's content up to which it is held in memory, to look for a place in it or to encode it anew."""
_HEAD = 64 * 1024
_UNENCODED = frozenset({"7bit", "8bit", "binary"})
_ASCII_LABELS = frozenset({"us-ascii", "ascii", "ansi_x3.4-1968", "us"})
"""Labels that old mailers put on anything."""


class CannotInsert(WouldBreak):
    """A part cannot take the text without loss. ``what`` is ``charset``, ``transfer-encoding``, ``frames`` or ``too-large``."""

    public = "The text of the message is in a form that no text can be added to."


class Insertion:
    """A text on its way into one part."""

    def __init__(self, tree: Tree, leaf: Leaf, core: str, place: Place) -> None:
        self.tree = tree
        self.part = leaf.part
        self.core = core
        self.place: Place = place
        self.is_html = leaf.part.content.value in HTML
        self.line_end = line_end_of(tree, leaf.part)
        self.boundaries = _boundaries(leaf.above)
        if self.part.encoding not in _UNENCODED | {"quoted-printable", "base64"}:
            raise CannotInsert("transfer-encoding")

    def edit(self) -> tuple[list[Splice], str]:
        """The splices of this part, and the word for what was done."""
        charset = self.charset
        core = self._encoded(charset)
        if core is None:
            return self._moved(charset)
        piece = self._piece(self.content, core, charset)
        if piece.there or self._is_there_with_other_line_ends(charset):
            return [], "already-there"
        if charset == UTF_8 and self._needs_name:
            return self._into_body(piece, new_charset=UTF_8), "moved-to-utf-8"
        return self._into_body(piece, new_charset=""), "inserted"

    def _is_there_with_other_line_ends(self, charset: str) -> bool:
        """A run before may have had others before it: moving a part to UTF-8 can change its transfer encoding, too."""
        for line_end in (b"\r\n", b"\n"):
            if line_end != self.content_line_end:
                core = encode(self.core.replace("\n", line_end.decode("ascii")), charset or "us-ascii")
                if core and self._piece(self.content, core, charset, line_end).there:
                    return True
        return False

    @property
    def _needs_name(self) -> bool:
        """Whether readers would have to guess the charset of what is inserted."""
        named = token(self.part.content.parameters, "charset")
        if self.core.isascii() or (_is_usable(named) and named not in _ASCII_LABELS):
            return False
        return not (self.is_html and meta_charset(self.content.cut(0, _HEAD)))

    @cached_property
    def whole(self) -> bytes:
        """The decoded content. Raises ``CannotInsert`` where it is too large to be held."""
        part = self.part
        if part.body.length > LARGEST_REWRITTEN * (1 if part.encoding in _UNENCODED else 4 / 3 + 0.1):
            raise CannotInsert("too-large")
        if part.encoding in _UNENCODED:
            return cut(self.tree.data, part.body.start, part.body.end)
        return b"".join(decoded(self.tree.data, part))

    @cached_property
    def content(self) -> Content:
        """The decoded content, of an unencoded body where it lies."""
        if self.part.encoding in _UNENCODED:
            return Content(self.tree.data, self.part.body.start, self.part.body.end)
        return Content(self.whole, 0, len(self.whole))

    @cached_property
    def charset(self) -> str:
        """The charset that the content is in, ``""`` where nobody can tell."""
        head = self.content.cut(0, _HEAD)
        if head.startswith(b"\xef\xbb\xbf"):
            return UTF_8
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        named = token(self.part.content.parameters, "charset")
        if not _is_usable(named) and self.is_html:
            named = meta_charset(head)
        if _is_usable(named) and named not in _ASCII_LABELS:
            return named
        content = self.content
        if self.core.isascii() and find(content.data, b"\x1b", content.start, content.end) < 0:
            return "us-ascii"
        return charset_by_content(self.whole)

    def _encoded(self, charset: str) -> bytes | None:
        """The core in a charset, with this part's line ends; ``None`` where it does not fit."""
        if self.core.isascii() and is_ascii_based(charset):
            return self._lines(self.core).encode("ascii")
        if not is_ascii_based(charset):
            return None
        return encode(self._lines(self.core), charset)

    def _lines(self, core: str) -> str:
        return core.replace("\n", self.content_line_end.decode("ascii"))

    @cached_property
    def content_line_end(self) -> bytes:
        """The line end of the decoded content: in base64 what stands there, else what the message has."""
        if self.part.encoding != "base64":
            return self.line_end
        whole = self.whole if is_ascii_based(self.charset) else self.whole.replace(b"\0", b"")
        at = whole.find(b"\n")
        if at < 0:
            return b"\r" if b"\r" in whole else b"\r\n"
        return b"\r\n" if whole[at - 1 : at] == b"\r" else b"\n"

    def _piece(self, content: Content, core: bytes, charset: str, line_end: bytes = b"") -> Piece:
        try:
            return piece_for(content, self.part, self.place, core, charset, line_end or self.content_line_end)
        except Frames:
            raise CannotInsert("frames") from None

    def _moved(self, charset: str) -> tuple[list[Splice], str]:
        """The part moved to UTF-8, with the text in it."""
        whole = self.whole
        core = self._lines(self.core).encode(UTF_8)
        if charset in ("us-ascii", UTF_8) and not self._names_charset(whole):
            piece = self._piece(self.content, core, UTF_8)
            return self._into_body(piece, new_charset=UTF_8), "moved-to-utf-8"
        text = decode(whole, charset) if charset else None
        if text is None:
            return self._with_references(charset), "inserted"
        moved = text.removeprefix("\ufeff").encode(UTF_8)
        moved = name_charset(moved, UTF_8.encode()) if self.is_html else moved
        piece = self._piece(Content(moved, 0, len(moved)), core, UTF_8)
        return self._rewritten(moved, piece, UTF_8), "moved-to-utf-8"

    def _names_charset(self, whole: bytes) -> bool:
        return self.is_html and meta_charset(whole[:_HEAD]).lower() not in ("", UTF_8)

    def _with_references(self, charset: str) -> list[Splice]:
        """HTML whose charset cannot be left, with what does not fit as character references. Raises ``CannotInsert``."""
        if not self.is_html or not is_ascii_based(charset):
            raise CannotInsert("charset")
        core = self._lines(self.core).encode("ascii", "xmlcharrefreplace")
        piece = self._piece(self.content, core, charset)
        return [] if piece.there else self._into_body(piece, new_charset="")

    def _into_body(self, piece: Piece, new_charset: str) -> list[Splice]:
        """The piece between the bytes that are there, where the encoding allows; else the body encoded anew."""
        part, data = self.part, self.tree.data
        splice: Splice | None = None
        if part.encoding == "base64":
            splice = into_base64(data, part.body, self.whole, piece.offset, piece.joined, self.line_end)
        elif part.encoding == "quoted-printable":
            found = into_quoted_printable(data, part.body, piece.offset, piece.joined, self.line_end)
            if found and not holds_boundary(found[1], self.boundaries):
                splice = Splice(*found)
        elif fits_unencoded(piece.joined, seven_bit=self._is_seven_bit(piece), boundaries=self.boundaries):
            place = part.body.start + piece.offset
            splice = Splice(Span(place, place), piece.joined)
        if splice is None:
            return self._rewritten(self.whole, piece, new_charset)
        return [*header_splices(self.tree, part, new_charset, ""), splice]

    def _is_seven_bit(self, piece: Piece) -> bool:
        """Whether 8-bit bytes have no place in the body. One that says 7bit and holds them is what it is."""
        return self.part.encoding == "7bit" and (piece.joined.isascii() or self.whole.isascii())

    def _rewritten(self, content: bytes, piece: Piece, new_charset: str) -> list[Splice]:
        """The whole body from new content, in the encoding that it has, or in one that can carry it."""
        part = self.part
        content = content[: piece.offset] + piece.joined + content[piece.offset :]
        encoding = part.encoding
        if encoding in _UNENCODED:
            seven_bit = encoding == "7bit"
            if not fits_unencoded(content, seven_bit=seven_bit, boundaries=self.boundaries):
                encoding = best_encoding(content, self.line_end, self.boundaries)
        body = encode_body(content, encoding, self.line_end)
        if encoding == "quoted-printable" and holds_boundary(body, self.boundaries):
            encoding = "base64"
            body = encode_body(content, encoding, self.line_end)
        old = cut(self.tree.data, max(part.body.start, part.body.end - 2), part.body.end)
        if encoding == "base64" and (not old or old.endswith((b"\r", b"\n"))):
            body += self.line_end
        changed = encoding if encoding != part.encoding else ""
        return [*header_splices(self.tree, part, new_charset, changed), Splice(part.body, body)]


def _is_usable(label: str) -> bool:
    return bool(label) and is_known(label)


def _boundaries(above: tuple[Part, ...]) -> tuple[bytes, ...]:
    found = (raw_parameter(part.content.parameters, "boundary") for part in above)
    return tuple(boundary.rstrip() for boundary in found if boundary is not None)
