"""Where text goes into an HTML body, found by a tokenizer that reads bytes as browsers do (WHATWG HTML, 13.2.5). Stage 4b.

Comments (conditional ones too), scripts, style sheets and quoted attributes are passed over as a whole, so a ``</body>``
in one of them is none. Time is linear: every search moves on, and one that fails ends the reading. Charsets need not be
known: in every one that is built on ASCII, markup is ASCII (text behind escape sequences is masked by the caller).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from shared.core.message.source import Buffer

_ATTRIBUTES = rb"(?:[^>=]++|=[ \t\r\n\f]*+(?:\"[^\"]*+\"|'[^']*+'|[^ \t\r\n\f\"'>][^ \t\r\n\f>]*+|(?=>)))*+>"
_OPAQUE = rb"script|style|xmp|iframe|noembed|noframes|textarea|title|plaintext"
_NAMED = rb"(?:" + _OPAQUE + rb"|body|html|head|frameset)(?=[ \t\r\n\f/>])"
_TAG = re.compile(rb"<(/?)([a-zA-Z][^ \t\r\n\f/>]*+)" + _ATTRIBUTES)
_HARMLESS = (
    rb"(?:[acdegjklmoqruvwyz]|t(?!extarea|itle)|s(?!cript|tyle)|p(?!laintext)|b(?!ody)|h(?!tml|ead)|i(?!frame)|(?!"
    + _NAMED
    + rb")[a-z])"
)
"""The beginning of every other name; the common ones without a look at the list, which halves the time."""
_ORDINARY = re.compile(
    rb"(?:[^<]++|</?+" + _HARMLESS + rb"(?:[^>=]*+>|" + _ATTRIBUTES + rb")|<(?![a-zA-Z/!?]))*+", re.IGNORECASE
)
"""Text and tags that decide nothing, as many as follow each other: skipped in one step."""
_COMMENT_END = re.compile(rb"(?<=<!--)-?>|--!?>")
_BRACKET = re.compile(rb">")
_CLOSING = {
    name: re.compile(rb"</" + name + rb"(?=[ \t\r\n\f/>])", re.IGNORECASE)
    for name in _OPAQUE.split(b"|")
    if name != b"plaintext"
}
_SPACE = re.compile(rb"[ \t\r\n\f]*+")
_BOM = b"\xef\xbb\xbf"
_HEAD = frozenset({b"html", b"head", b"meta", b"title", b"style", b"script", b"base", b"link", b"basefont", b"bgsound"})
_META_CHARSET = re.compile(
    rb"(<meta(?=[\s/])[^>]{0,500}?charset\s*=\s*[\"']?\s*)([A-Za-z0-9_.:-]{1,60})", re.IGNORECASE
)
_META_REACH = 64 * 1024


class Frames(ValueError):
    """The document is a set of frames and has no body."""


@dataclass(frozen=True, slots=True)
class _Token:
    """``kind`` is ``comment``, ``start``, ``end``, ``text`` or ``open`` (something that never ends); ``name`` that of a tag."""

    kind: str
    name: bytes
    start: int
    end: int


def place_at_top(data: Buffer, start: int, end: int) -> int:
    """The offset in ``start..end`` where the body's content begins. Raises ``Frames``.

    After the body's tag; where there is none, after what belongs to a head: the first other thing opens the body.
    """
    position = start + 3 if bytes(data[start : start + 3]) == _BOM else start
    place = position
    while position < end:
        position = _SPACE.match(data, position, end).end()  # type: ignore[union-attr]  # matches always
        token = _next(data, position, end)
        if token is None or token.kind == "open":
            return place
        if token.name == b"body" and token.kind == "start":
            return token.end
        if token.name == b"frameset":
            raise Frames
        if token.kind != "comment" and token.name not in _HEAD:
            return place
        position = place = token.end
    return place


def place_at_bottom(data: Buffer, start: int, end: int) -> int:
    """The offset in ``start..end`` where the body's content ends. Raises ``Frames``.

    Before the last end tag of the body, or of the document where the body has none, unless something is shown after
    it; else at the end, but before a comment or tag that never ends and would swallow the text.
    """
    body = document = None
    shown_after = False
    position = start
    while position < end:
        skipped = _ORDINARY.match(data, position, end).end()  # type: ignore[union-attr]  # matches always
        if skipped > position:
            shown_after = shown_after or _SPACE.match(data, position, skipped).end() < skipped  # type: ignore[union-attr]
            position = skipped
            continue
        token = _next(data, position, end)
        if token is None or token.kind == "open":
            break
        if token.name == b"frameset":
            raise Frames
        if token.kind == "end" and token.name == b"body":
            body, document, shown_after = token.start, None, False
        elif token.kind == "end" and token.name == b"html":
            document = token.start
            shown_after = shown_after and body is not None
        elif token.kind != "comment" and token.name not in (b"html", b"head"):
            shown_after = True
        position = token.end
    if body is not None and not shown_after:
        return body
    if document is not None and not shown_after:
        return document
    return position


def is_fragment(markup: str) -> bool:
    """Whether markup can stand within a body: it names no document, head or body, and leaves nothing open that swallows."""
    data = markup.encode("utf-8", "replace")
    position = 0
    while position < len(data):
        skipped = _ORDINARY.match(data, position).end()  # type: ignore[union-attr]  # matches always
        if skipped > position:
            position = skipped
            continue
        token = _next(data, position, len(data))
        if token is None or token.kind == "open" or token.name in (b"html", b"head", b"body", b"frameset"):
            return False
        position = token.end
    return True


def html_of_text(text: str) -> str:
    """Plain text as an HTML fragment that shows the same lines and spaces."""
    lines = []
    for line in text.split("\n"):
        escaped = html.escape(line, quote=False).replace("\t", "    ")
        lines.append(re.sub(r"^ | (?= )", "&nbsp;", escaped))
    return "<div>" + "<br>\n".join(lines) + "</div>"


def name_charset(markup: bytes, charset: bytes) -> bytes:
    """The document with its own word about the charset, if it has one, set to ``charset``."""
    found = _META_CHARSET.search(markup, 0, _META_REACH)
    return markup[: found.start(2)] + charset + markup[found.end(2) :] if found else markup


def meta_charset(head: bytes) -> str:
    """What the document itself says its charset is, ``""`` for nothing."""
    found = _META_CHARSET.search(head, 0, _META_REACH)
    return found.group(2).decode("ascii") if found else ""


def _next(data: Buffer, position: int, end: int) -> _Token | None:
    """The token at ``position``, ``None`` at the end."""
    if position >= end:
        return None
    lead = bytes(data[position : min(position + 4, end)])
    if lead == b"<!--":
        stop = _COMMENT_END.search(data, position + 4, end)
        return _Token("comment", b"", position, stop.end()) if stop else _Token("open", b"", position, end)
    if lead[:2] in (b"<!", b"<?") or (lead[:2] == b"</" and not lead[2:3].isalpha()):
        stop = _BRACKET.search(data, position + 2, end)
        return _Token("comment", b"", position, stop.end()) if stop else _Token("open", b"", position, end)
    if not (lead[:1] == b"<" and lead[1:2].isalpha()) and lead[:2] != b"</":
        return _Token("text", b"", position, position + 1)
    tag = _TAG.match(data, position, end)
    if tag is None:
        return _Token("open", b"", position, end)
    name = tag.group(2).lower()
    if tag.group(1):
        return _Token("end", name, position, tag.end())
    if name == b"plaintext":
        return _Token("open", name, position, end)
    closing = _CLOSING.get(name)
    if closing is None:
        return _Token("start", name, position, tag.end())
    stop = closing.search(data, tag.end(), end)
    after = _TAG.match(data, stop.start(), end) if stop else None
    return _Token("start", name, position, after.end()) if after else _Token("open", name, position, end)
