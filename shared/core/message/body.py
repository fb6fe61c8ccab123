"""The text of a message: which parts hold it, decoded to characters, bounded. For display and for rules that ask for it.

An attached message's text is its own, not that of the message; text attachments are attachments. HTML comes as it is:
whoever shows it must make it safe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.message.attachments import is_body_text, leaves
from shared.core.message.charsets import decode_text, guess_text, is_known
from shared.core.message.decode import clean_lines
from shared.core.message.headers import token
from shared.core.message.limits import DEFAULT_LIMITS, Limits
from shared.core.message.spans import Part, Tree
from shared.core.message.transfer import decoded, decoded_head

_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_META_REACH = 2048
_BYTES_PER_CHARACTER = 4
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MAX_TEXTS = 100


@dataclass(frozen=True, slots=True)
class BodyText:
    """One text part. ``is_html`` tells markup from plain text; ``truncated`` that the bound cut it; ``part`` is its IMAP section."""

    text: str
    is_html: bool
    part: str
    charset: str
    truncated: bool = False


def body_texts(tree: Tree, limits: Limits = DEFAULT_LIMITS) -> tuple[BodyText, ...]:
    """The texts of a message in order, each form of an alternative included, together at most ``max_text_length`` characters.

    An unreadable message gives none.
    """
    if tree.unreadable:
        return ()
    found: list[BodyText] = []
    room = limits.max_text_length
    for leaf in leaves(tree):
        if room <= 0 or len(found) >= _MAX_TEXTS:
            break
        if is_body_text(tree, leaf):
            text = part_text(tree, leaf.part, room)
            room -= len(text.text)
            found.append(text)
    return tuple(found)


def part_text(tree: Tree, part: Part, longest: int) -> BodyText:
    """One text part as characters, at most ``longest`` of them, with ``\\n`` for line ends and without control characters."""
    reach = longest * _BYTES_PER_CHARACTER
    raw = decoded_head(tree.data, part, reach + 1)
    is_html = part.content.value == "text/html"
    charset = _charset(part, raw, is_html)
    text = clean_lines(decode_text(raw[:reach], charset) if charset else guess_text(raw[:reach]))
    truncated = len(raw) > reach or len(text) > longest
    # A cut may go through the middle of a character.
    shown = text[:longest].rstrip("\N{REPLACEMENT CHARACTER}") if truncated else text
    return BodyText(shown, is_html, part.path, charset, truncated)


def attachment_content(tree: Tree, path: str) -> Iterator[bytes] | None:
    """The decoded bytes of the part at an IMAP section in bounded pieces, ``None`` if there is no such part."""
    part = tree.part(path)
    return decoded(tree.data, part) if part is not None else None


def _charset(part: Part, raw: bytes, is_html: bool) -> str:
    """The charset to read a text as: a byte order mark, the parameter, the HTML's own word, or ``""`` to guess."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return name
    named = token(part.content.parameters, "charset")
    if named and is_known(named):
        return named
    if is_html:
        meta = _META_CHARSET.search(raw, 0, _META_REACH)
        if meta and is_known(stated := meta.group(1).decode("ascii")):
            return stated
    return ""
