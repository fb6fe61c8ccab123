"""Plain text as ``format=flowed`` (RFC 3676): stuffed, without accidental soft breaks, long paragraphs flowed. Stage 4b."""

from __future__ import annotations

import unicodedata

_WIDTH = 76
_SIGNATURE = "-- "


def flowed(text: str, *, delete_space: bool) -> str:
    """The lines of ``text`` so that a reader of flowed text gets them back.

    ``delete_space`` is ``delsp=yes``: soft breaks may then stand anywhere (Japanese has no spaces to break at); else a
    line breaks at spaces alone, and stays long without any.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        fixed = line if line == _SIGNATURE else line.rstrip(" ")
        for piece in _soft_broken(fixed, delete_space):
            lines.append(f" {piece}" if piece.startswith((" ", ">", "From ")) else piece)
    return "\n".join(lines)


def ends_flowing(tail: bytes) -> bool:
    """Whether a text's last line flows on, so that what follows would become part of its paragraph."""
    last = tail.removesuffix(b"\n").removesuffix(b"\r").rpartition(b"\n")[2]
    return last.endswith(b" ") and last.lstrip(b">").removeprefix(b" ") not in (b"-- ", b"- ")


def _soft_broken(line: str, delete_space: bool) -> list[str]:
    if _width(line) <= _WIDTH + 2 or line == _SIGNATURE:
        return [line]
    pieces: list[str] = []
    start, width, last_space = 0, 0, -1
    for index, character in enumerate(line):
        width += _columns(character)
        if width > _WIDTH - 2:
            if last_space >= start:
                cut = last_space + 1
            elif delete_space and not unicodedata.combining(character):
                cut = index
            else:
                cut = -1
            if cut > start:
                pieces.append(line[start:cut] + (" " if delete_space else ""))
                start, width = cut, _width(line[cut : index + 1])
        if character == " ":
            last_space = index
    pieces.append(line[start:])
    return pieces


def _width(text: str) -> int:
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
