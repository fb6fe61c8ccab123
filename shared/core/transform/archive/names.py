"""File names for archives: names that every system can write, and no two the same. Stage 4b.

Source of what Windows refuses: Microsoft, "Naming Files, Paths, and Namespaces". Other systems refuse less.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_NAME = 255
"""Bytes in UTF-8: the bound of Linux and macOS; Windows counts UTF-16 units, of which there are never more."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³])\s*(?:\.|\Z)", re.IGNORECASE)
_COMPOSED = re.compile("[^\u2000-\u2fff\uf900-\ufaff\U0002f800-\U0002faff]+")
_LONGEST_ENDING = 20


def safe_name(name: str, otherwise: str) -> str:
    """``name`` fit to be written anywhere; ``otherwise`` where nothing of it is left.

    Separators and what Windows forbids become ``_``; control characters and the marks that turn text around go. Letters
    taken apart, as macOS writes them, are put together, except those that this would turn into other characters.
    """
    text = _INVISIBLE.sub("", name)
    text = _COMPOSED.sub(lambda run: unicodedata.normalize("NFC", run.group()), text)
    text = _FORBIDDEN.sub("_", text).strip().rstrip(". ")
    if not text.strip("._ "):
        text = otherwise
    if _RESERVED.match(text):
        text = f"_{text}"
    return shortened(text)


def distinct_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order, later ones of the same name as ``name (2).xlsx`` and so on. Case does not tell names apart."""
    found: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for name in names:
        unique = name
        key = _folded(name)
        while _folded(unique) in taken:
            counts[key] = counts.get(key, 1) + 1
            unique = shortened(name, f" ({counts[key]})")
        taken.add(_folded(unique))
        found.append(unique)
    return tuple(found)


def shortened(name: str, mark: str = "", longest: int = LONGEST_NAME) -> str:
    """``name`` with ``mark`` before its ending, cut before them to ``longest`` bytes of UTF-8 at most, between characters."""
    stem, dot, ending = name.rpartition(".")
    if not stem.strip() or len(ending.encode()) > _LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    rest = f"{mark}{dot}{ending}"
    room = longest - len(rest.encode())
    encoded = stem.encode()
    if len(encoded) > room:
        stem = encoded[:room].decode(errors="ignore").rstrip(" .")
    return stem + rest


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
