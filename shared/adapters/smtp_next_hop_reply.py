"""Replies of an SMTP server (RFC 5321 section 4.2) as safe, bounded values. Part of stage 4b (deliver).

What a server says ends up in records, pages and DSNs: whatever its bytes are, a ``Reply`` holds printable text of a
bounded length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_TEXT = 512
"""Characters, and bytes in UTF-8, that are kept of a reply's text."""
_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_STATUS = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?=\s|$)\s*")


class Garbage(Exception):
    """What came is no SMTP reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code, its enhanced status code (RFC 3463; ``""`` where none fits the code), its text, its lines.

    ``lines`` are the texts line by line, for EHLO; everything else uses ``text``.
    """

    code: int
    status: str
    text: str
    lines: tuple[str, ...]

    @property
    def positive(self) -> bool:
        """2yz."""
        return 200 <= self.code < 300

    @property
    def refusal(self) -> bool:
        """4yz or 5yz."""
        return self.code >= 400


def is_last_line(line: bytes) -> bool:
    """Whether a reply ends with this line (line end removed). Raises ``Garbage``."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise Garbage("not an SMTP reply")
    return found[2] != b"-"


def read_reply(lines: Sequence[bytes]) -> Reply:
    """The reply that consists of these lines (line ends removed). Raises ``Garbage``."""
    code = 0
    status = ""
    texts = []
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or code not in (0, int(found[1])):
            raise Garbage("lines of one reply with different codes" if found else "not an SMTP reply")
        code = int(found[1])
        text = safe_text(found[3] or b"")
        enhanced = _STATUS.match(text)
        if enhanced is not None and int(enhanced[1]) == code // 100:
            status = status or f"{enhanced[1]}.{enhanced[2]}.{enhanced[3]}"
            text = text[enhanced.end() :]
        texts.append(text)
    return Reply(code, status, bounded(" ".join(filter(None, texts))), tuple(texts))


def safe_text(text: bytes) -> str:
    """Text for people: control and format characters (also those that turn the writing direction) become spaces."""
    decoded = text.decode("utf-8", "replace")
    kept = (" " if unicodedata.category(character).startswith("C") else character for character in decoded)
    return " ".join("".join(kept).split())


def bounded(text: str) -> str:
    """At most ``LONGEST_TEXT`` bytes of UTF-8, cut between characters."""
    return text.encode()[:LONGEST_TEXT].decode("utf-8", "ignore")
