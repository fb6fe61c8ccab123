"""Structured header fields: Content-Type, Content-Disposition and their parameters. Stage parse.

Parameters come plain, quoted, in RFC 2231 form with or without continuations, as encoded words inside quotes (Outlook),
or as raw ISO-2022-JP or Shift_JIS, whose double-byte characters contain quotes, backslashes and semicolons. Parsing is
by bytes and linear; decoding happens only for the parameter that is asked for.
"""

from __future__ import annotations

import re

from shared.core.message.charsets import decode_text, guess_text, is_known
from shared.core.message.decode import clean, decode_words, unfold
from shared.core.message.spans import ContentType, Part, Tree

TEXT_PLAIN = ContentType("text/plain")
"""What an entity is that names no type (RFC 2045 section 5.2)."""
ATTACHED_MESSAGE = ContentType("message/rfc822")
"""What a part of a multipart/digest is that names no type (RFC 2046 section 5.1.5)."""
_MAX_STRUCTURED = 64 * 1024
_MAX_PARAMETERS = 500
# A comment before a value is skipped only where the value is quoted: (1).pdf may be a bare file name.
_JIS = rb"\x1b\$[@B][^\x1b]*+\x1b\("
_PARAMETER = (
    rb'[;\s]*+([^=;\s"]++)\s*+(?:=\s*+(?:\([^()"]*+\)\s*+(?="))?(?:"((?:[^"\\\x1b%(high)s]++|%(pair)s\\.|'
    + _JIS
    + rb'|\x1b)*+)"|((?:[^;\x1b]++|'
    + _JIS
    + rb"|\x1b)*+)))?"
)
_PARAMETER_ASCII = re.compile(_PARAMETER % {b"high": b"", b"pair": b""}, re.DOTALL)
_PARAMETER_SHIFT_JIS = re.compile(
    _PARAMETER
    % {b"high": rb"\x81-\x9f\xe0-\xfc", b"pair": rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x81-\x9f\xe0-\xfc]|"},
    re.DOTALL,
)
_SKIP = re.compile(rb'[;\s]*+["=]?')
_ESCAPED = re.compile(rb'()\\([\\"])')
_ESCAPED_SHIFT_JIS = re.compile(rb'([\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc])|\\([\\"])')
_LEADING_COMMENTS = re.compile(rb"(?:\s*+\([^()]*+\))++")
_TRAILING_COMMENT = re.compile(rb"\s\([^()]*\)$")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_EXTENDED = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*?)")
_TYPE = re.compile(r"[!-.0-~]+/[!-~]+")


def parse_content_type(raw: bytes) -> ContentType:
    """A Content-Type body. What is no ``type/subtype`` counts as ``text/plain`` (RFC 2045 section 5.2), parameters kept."""
    value, parameters = parse_structured(raw)
    return ContentType(value if _TYPE.fullmatch(value) else TEXT_PLAIN.value, parameters)


def parse_structured(raw: bytes) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """The value in lower case without comments, and the raw parameters in order, names in lower case."""
    line = unfold(raw[:_MAX_STRUCTURED])
    if comments := _LEADING_COMMENTS.match(line):
        line = line[comments.end() :]
    head, semicolon, rest = line.partition(b";")
    value = head.partition(b"(")[0].strip().lower().decode("ascii", "replace")
    return value, _parameters(rest) if semicolon else ()


def _parameters(rest: bytes) -> tuple[tuple[str, bytes], ...]:
    pattern = _PARAMETER_ASCII if rest.isascii() or _is_utf8(rest) else _PARAMETER_SHIFT_JIS
    found: list[tuple[str, bytes]] = []
    position = 0
    while position < len(rest) and len(found) < _MAX_PARAMETERS:
        match = pattern.match(rest, position)
        if match is None:
            step = _SKIP.match(rest, position)
            position = max(step.end() if step else 0, position + 1)
            continue
        position = match.end()
        name, quoted, bare = match.groups()
        if quoted is not None:
            escaped = _ESCAPED if pattern is _PARAMETER_ASCII else _ESCAPED_SHIFT_JIS
            value = escaped.sub(rb"\1\2", quoted) if b"\\" in quoted else quoted
        elif bare is not None:
            # A quote that never closes, or a bare value; a comment may follow it.
            value = _TRAILING_COMMENT.sub(b"", bare.strip().removeprefix(b'"')).rstrip()
        else:
            continue
        found.append((name.lower().decode("ascii", "replace"), value))
    return tuple(found)


def raw_parameter(parameters: tuple[tuple[str, bytes], ...], name: str) -> bytes | None:
    """The bytes of a parameter that software compares (boundary, protocol); the first where it stands twice."""
    for key, value in parameters:
        if key == name:
            return value
    joined = _extended(parameters, name)
    return joined[1] if joined else None


def parameter(parameters: tuple[tuple[str, bytes], ...], name: str) -> str | None:
    """The text of a parameter for people, clean for one line; ``None`` where it is not there.

    The RFC 2231 form wins over the plain one, since mailers that write both put a fallback into the plain one.
    """
    joined = _extended(parameters, name)
    if joined is not None:
        charset, value = joined
        if charset:
            return clean(decode_text(value, charset))
        return _plain_text(value)
    for key, value in parameters:
        if key == name:
            return _plain_text(value)
    return None


def token(parameters: tuple[tuple[str, bytes], ...], name: str) -> str:
    """A parameter as a lower-case ASCII word, ``""`` where it is not there."""
    value = raw_parameter(parameters, name)
    return value.decode("ascii", "replace").strip().lower() if value else ""


def percent_decode(value: bytes) -> bytes:
    """``%41`` to ``A``; what is no such pair stays."""
    return _PERCENT.sub(lambda pair: bytes.fromhex(pair.group(1).decode("ascii")), value)


def first_body(tree: Tree, part: Part, key: bytes) -> bytes:
    """The raw body of a part's first field of that name, ``b""`` where there is none."""
    field = part.first(key)
    return tree.bytes_of(field.body) if field else b""


def disposition(tree: Tree, part: Part) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Content-Disposition (RFC 2183): ``attachment``, ``inline``, another word or ``""``, and its parameters."""
    field = part.first(b"content-disposition")
    return parse_structured(tree.bytes_of(field.body)) if field else ("", ())


def _plain_text(value: bytes) -> str:
    text = value.decode("ascii") if value.isascii() and b"\x1b" not in value else guess_text(value)
    return clean(decode_words(text))


def _extended(parameters: tuple[tuple[str, bytes], ...], name: str) -> tuple[str, bytes] | None:
    """Charset and joined bytes of the RFC 2231 form: ``name*=``, ``name*0=``, ``name*0*=`` and so on, in any order."""
    segments: dict[int, tuple[bool, bytes]] = {}
    for key, value in parameters:
        if not key.startswith(name) or "*" not in key:
            continue
        shape = _EXTENDED.fullmatch(key)
        if shape is None or shape.group(1) != name:
            continue
        segments.setdefault(int(shape.group(2) or 0), (shape.group(3) == "*", value))
    if 0 not in segments:
        return None
    charset = ""
    pieces: list[bytes] = []
    for index in range(len(segments)):
        if index not in segments:
            break  # a lost continuation: what stands before it is still the start of the value
        encoded, value = segments[index]
        if encoded and index == 0:
            label, _, rest = value.partition(b"'")
            language, quote, after = rest.partition(b"'")
            if quote and len(label) <= 60 and len(language) <= 60:
                charset = label.decode("ascii", "replace").strip()
                value = after
        pieces.append(percent_decode(value) if encoded else value)
    return (charset if charset and is_known(charset) else ""), b"".join(pieces)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
