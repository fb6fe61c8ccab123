"""A further opinion on the tree of parts: fast-mail-parser (Rust crate mailparse), no code in common with ``email``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fast_mail_parser


class Unparsable(Exception):
    """This parser refuses the message (for example base64 with foreign characters in it)."""


@dataclass(frozen=True)
class SecondPart:
    """One part as this parser sees it. ``content`` is decoded, ``None`` for a multipart; ``kind`` in lower case."""

    kind: str
    content: bytes | None
    filename: str
    disposition: str
    children: tuple[SecondPart, ...]

    def walk(self) -> Iterator[SecondPart]:
        """This part and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def second_tree(data: bytes) -> SecondPart:
    """The tree of parts. Raises ``Unparsable``."""
    try:
        return _part(fast_mail_parser.parse_email_tree(data))
    except fast_mail_parser.ParseError as error:
        raise Unparsable(str(error)) from error


def _part(part: Any) -> SecondPart:
    return SecondPart(
        kind=part.content_type.lower(),
        content=part.content,
        filename=part.filename,
        disposition=(part.disposition or "").lower(),
        children=tuple(_part(child) for child in part.children),
    )
