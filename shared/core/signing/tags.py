"""Lists of ``tag=value`` as signatures and key records have them (RFC 6376 section 3.2), and fields made of them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping

MOST_TAGS = 50
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SPACE = re.compile(r"[ \t\r\n]+")
_SIGNATURE = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")
_LINE = 72


class BadTags(ValueError):
    """The text is no list of tags, or a tag has no such value. The text is a stable word."""


def read_tags(text: str) -> Mapping[str, str]:
    """Values by tag, without space around them. Raises ``BadTags``, also for a tag that comes twice."""
    tags: dict[str, str] = {}
    pieces = text.split(";")
    if len(pieces) > MOST_TAGS:
        raise BadTags("too-many-tags")
    if not pieces[-1].strip(" \t\r\n"):
        pieces.pop()
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.strip(" \t\r\n")
        if not equals or _TAG.fullmatch(name) is None or name in tags:
            raise BadTags("not-tags")
        tags[name] = value.strip(" \t\r\n")
    return tags


def unspaced(value: str) -> str:
    """Without any white space: folding may stand anywhere in names, lists and base64."""
    return _SPACE.sub("", value)


def read_base64(value: str) -> bytes:
    """Raises ``BadTags``."""
    try:
        return base64.b64decode(unspaced(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadTags("not-base64") from error


def without_signature(raw: bytes) -> bytes:
    """The field with the value of its ``b`` tag taken out, as it is hashed (RFC 6376 section 3.7)."""
    name, colon, value = raw.partition(b":")
    return name + colon + _SIGNATURE.sub(rb"\1", value, count=1)


def write_field(name: str, tags: Iterable[tuple[str, str]]) -> bytes:
    """The field with each long value on lines of its own, the last tag left empty (``b=``), without a line end.

    A value is folded where it has colons (lists of names), never elsewhere.
    """
    lines: list[str] = []
    line = f"{name}:"
    for tag, value in tags:
        pieces = [f"{tag}={value}"] if tag != "h" else _list_pieces(f"{tag}={value}")
        for index, piece in enumerate(pieces):
            glue = "" if index else " "
            end = ";" if index == len(pieces) - 1 else ""
            if len(line) + len(glue) + len(piece) + len(end) > _LINE and line.strip():
                lines.append(line)
                line, glue = "\t", ""
            line += glue + piece + end
    lines.append(line)
    return "\r\n".join(lines).encode("ascii") + b"\r\n\tb="


def with_signature(field: bytes, signature: bytes) -> bytes:
    """The field complete, with its line end. ``field`` is what ``write_field`` gave."""
    text = base64.b64encode(signature)
    return field + b"\r\n\t ".join(text[start : start + _LINE] for start in range(0, len(text), _LINE)) + b"\r\n"


def _list_pieces(text: str) -> list[str]:
    names = text.split(":")
    return [f"{name}:" for name in names[:-1]] + names[-1:]
