"""``Catalogue``: the texts of one topic in every language. Stages 4a to 6 and all front ends make sentences by it.

A text may hold placeholders that are plain names in braces (``{count}``); ``{{`` and ``}}`` stand for the braces
themselves. Nothing else of Python's format language is understood: no attribute, index, conversion or format
specification, so neither a text nor an argument can reach into an object. A catalogue is checked when it is made,
which is at import: a key that one language lacks, or a placeholder that differs between languages, stops the program
there and not in front of a reader.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

from shared.core.text.language import LANGUAGES, Language

Value = str | int | tuple[str, ...]
"""What may fill a placeholder: numbers get separators for thousands, several words are joined as the language does."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_JOINERS: Mapping[Language, str] = {"ja": "、", "en": ", "}


class MissingText(KeyError):
    """No text of that key, or an argument that the text needs was not given."""


class Catalogue:
    """The texts of one topic. Raises ``ValueError`` where the languages do not fit together."""

    def __init__(self, topic: str, *, ja: Mapping[str, str], en: Mapping[str, str]) -> None:
        self.topic = topic
        self._texts: dict[Language, dict[str, tuple[tuple[str, str], ...]]] = {}
        sources: dict[Language, Mapping[str, str]] = {"ja": ja, "en": en}
        for language in LANGUAGES:
            self._texts[language] = {
                key: _compile(text, f"{topic}/{language}/{key}") for key, text in sources[language].items()
            }
        if differing := ja.keys() ^ en.keys():
            raise ValueError(f"{topic}: not in every language: {', '.join(sorted(differing))}")
        for key in ja:
            if _names(self._texts["ja"][key]) != _names(self._texts["en"][key]):
                raise ValueError(f"{topic}/{key}: placeholders differ between languages")

    def keys(self) -> frozenset[str]:
        """The keys of all texts."""
        return frozenset(self._texts["ja"])

    def __contains__(self, key: str) -> bool:
        return key in self._texts["ja"]

    def placeholders(self, key: str) -> frozenset[str]:
        """The names that the text of ``key`` wants filled. Raises ``MissingText``."""
        return _names(self._pieces(key, "ja"))

    def text(self, key: str, language: Language, **values: Value) -> str:
        """The text of ``key`` with its placeholders filled. Values that it does not ask for are ignored.

        The result is plain text; who puts it into HTML escapes it. Raises ``MissingText``.
        """
        return self.fill(key, language, values)

    def fill(self, key: str, language: Language, values: Mapping[str, Value]) -> str:
        """``text`` with the values as a mapping."""
        filled: list[str] = []
        for literal, name in self._pieces(key, language):
            filled.append(literal)
            if name:
                if name not in values:
                    raise MissingText(f"{self.topic}/{language}/{key}: no value for {name}")
                filled.append(show(values[name], language))
        return "".join(filled)

    def _pieces(self, key: str, language: Language) -> tuple[tuple[str, str], ...]:
        try:
            return self._texts[language][key]
        except KeyError:
            raise MissingText(f"{self.topic}/{language}: no text {key}") from None


def show(value: Value, language: Language) -> str:
    """One value as people of that language write it."""
    if isinstance(value, tuple):
        return _JOINERS[language].join(value)
    if isinstance(value, str):
        return value
    return f"{value:,}"


def _compile(text: str, place: str) -> tuple[tuple[str, str], ...]:
    """A text as pairs of (literal, name of the placeholder after it or ``""``)."""
    if not text:
        raise ValueError(f"{place}: empty")
    pieces: list[tuple[str, str]] = []
    for literal, name, specification, conversion in string.Formatter().parse(text):
        if name is None:
            pieces.append((literal, ""))
            continue
        if specification or conversion or not _NAME.fullmatch(name):
            raise ValueError(f"{place}: a placeholder must be a plain name, not {name!r}")
        pieces.append((literal, name))
    return tuple(pieces)


def _names(pieces: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset(name for _, name in pieces if name)
