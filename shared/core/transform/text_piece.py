"""What is to be inserted into one part: its text in that part's form, at its place, in its own lines. Stage 4b.

Places are offsets into the part's decoded content. A piece stands on lines of its own: a line end is put before and
after it where the content has none, and nothing else is added.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.core.message.headers import token
from shared.core.message.source import Buffer
from shared.core.message.spans import Part
from shared.core.transform.text_charset import is_stateful, mask_escaped, return_to_ascii
from shared.core.transform.text_flowed import ends_flowing, flowed
from shared.core.transform.text_html import place_at_bottom, place_at_top
from shared.core.transform.text_places import HTML, Place

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Content:
    """Decoded content of a part, where it lies: ``data[start:end]`` (of an unencoded body, the message itself)."""

    data: Buffer
    start: int
    end: int

    def cut(self, start: int, end: int) -> bytes:
        """Bytes by offsets into the content, as far as it reaches."""
        return bytes(self.data[self.start + max(0, start) : min(self.end, self.start + max(0, end))])

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes for an offset of the content: ``lead`` and ``trail`` are what keeps ``core`` apart from its neighbours.

    ``there`` says that ``core`` stands at that place already.
    """

    offset: int
    lead: bytes
    core: bytes
    trail: bytes
    there: bool

    @property
    def joined(self) -> bytes:
        """All of it."""
        return self.lead + self.core + self.trail


def form_of(part: Part, text: str, html: str) -> str:
    """The text as the part's type wants it, with ``\\n`` for line ends and none at its end."""
    kind = part.content.value
    if kind in HTML:
        return html
    if kind == "text/enriched":  # RFC 1896: one line end is a space, n+1 are n
        return text.replace("<", "<<").replace("\n", "\n\n")
    if kind == "text/richtext":  # RFC 1341 section 7.1.3
        return text.replace("<", "<lt>").replace("\n", "<nl>\n")
    if token(part.content.parameters, "format") == "flowed":
        return flowed(text, delete_space=token(part.content.parameters, "delsp") == "yes")
    return text


def piece_for(content: Content, part: Part, place: Place, core: bytes, charset: str, line_end: bytes) -> Piece:
    """Where ``core`` goes and what keeps it apart. Raises ``text_html.Frames`` for HTML without a body."""
    if part.content.value in HTML:
        return _html_piece(content, place, core, charset, line_end)
    return _plain_piece(content, part, place, core, charset, line_end)


def _plain_piece(content: Content, part: Part, place: Place, core: bytes, charset: str, line_end: bytes) -> Piece:
    size = len(content)
    if place == "top":
        offset = 3 if content.cut(0, 3) == _BOM else 0
        return Piece(offset, b"", core, line_end, _begins_with(content, offset, core))
    tail = content.cut(size - max(len(core), 1000) - 8, size)
    lead = b""
    if is_stateful(charset):
        lead += return_to_ascii(content.data, content.start, content.end)
    if lead or (tail and not _ends_line(tail)):
        lead += line_end
    if tail and token(part.content.parameters, "format") == "flowed" and ends_flowing(tail):
        lead += line_end
    return Piece(size, lead, core, line_end if not tail or _ends_line(tail) else b"", _ends_with(tail, core))


def _html_piece(content: Content, place: Place, core: bytes, charset: str, line_end: bytes) -> Piece:
    data, start, end = content.data, content.start, content.end
    if is_stateful(charset):
        data, start, end = mask_escaped(content.cut(0, len(content))), 0, len(content)
    offset = (place_at_top if place == "top" else place_at_bottom)(data, start, end) - start
    before = content.cut(offset - len(core) - 8, offset)
    lead = line_end if before and not _ends_line(before) else b""
    if place == "top":
        # A core that begins like a head (a style sheet, say) may by now lie before the place that is found.
        around = content.cut(offset - len(core) - 3, offset + len(core) + 4)
        there = _stands_in(around, core, at_start=offset <= len(core) + 3)
    else:
        there = _ends_with(before, core)
    if is_stateful(charset) and (back := return_to_ascii(content.data, content.start, content.start + offset)):
        lead = back + line_end
    return Piece(offset, lead, core, line_end, there)


def _begins_with(content: Content, offset: int, core: bytes) -> bool:
    found = content.cut(offset, offset + len(core) + 1)
    return found.startswith(core) and found[len(core) :] in (b"", b"\r", b"\n")


def _stands_in(window: bytes, core: bytes, *, at_start: bool) -> bool:
    """Whether the core stands on lines of its own in a stretch of the content, which may begin it."""
    before = rb"(?:\A|(?<=[\r\n]))" if at_start else rb"(?<=[\r\n])"
    return re.search(before + re.escape(core) + rb"(?=[\r\n]|\Z)", window) is not None


def _ends_with(tail: bytes, core: bytes) -> bool:
    """Whether the core stands last, on lines of its own, with a line end behind it or without."""
    return any(
        found.endswith(core) and found[: len(found) - len(core)][-1:] in (b"", b"\r", b"\n")
        for found in (tail, tail.removesuffix(b"\n").removesuffix(b"\r"))
    )


def _ends_line(data: bytes) -> bool:
    return data.endswith((b"\n", b"\r"))
