"""``Spelled``: a text as people read it, for comparison without regard to case and width. Decide stage.

Text and values are brought to NFKC and folded in case, so that ``ＡＢＣ``, ``abc`` and ``ABC`` are one, and so are
``ｶﾞｲｼｬ`` and ``ガイシャ``. Hiragana and katakana stay different.
"""

from __future__ import annotations

from unicodedata import normalize

from shared.core.policy.regular_expression import encoded


def fold(text: str) -> str:
    """The form in which two texts are the same to a reader."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", text).casefold())


class Spelled:
    """A text in the forms that tests compare: as it is, in NFKC, folded; each made when it is first asked for."""

    __slots__ = ("_encoded", "_folded", "_width", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._encoded: tuple[bytes, ...] | None = None
        self._folded: str | None = None
        self._width: str | None = None

    @property
    def folded(self) -> str:
        """See ``fold``."""
        if self._folded is None:
            self._folded = fold(self.raw)
        return self._folded

    @property
    def encoded(self) -> tuple[bytes, ...]:
        """What regular expressions are tried on: the text as it is, and its NFKC form where that is another."""
        if self._encoded is None:
            forms = (self.raw,) if self.one_width == self.raw else (self.raw, self.one_width)
            self._encoded = tuple(encoded(form) for form in forms)
        return self._encoded

    @property
    def one_width(self) -> str:
        """In NFKC, with its case."""
        if self._width is None:
            self._width = self.raw if self.raw.isascii() else normalize("NFKC", self.raw)
        return self._width
