"""``Spelled``: a text as people read it, for comparison without regard to case and width. Decide stage.

Text and values are brought to NFKC and folded in case, so that ``ＡＢＣ``, ``abc`` and ``ABC`` are one, and so are
``ｶﾞｲｼｬ`` and ``ガイシャ``. Hiragana and katakana stay different.
"""

from __future__ import annotations

from unicodedata import normalize


def fold(text: str) -> str:
    """The form in which two texts are the same to a reader."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", text).casefold())


class Spelled:
    """A text in the forms that tests compare: as it is, in NFKC, folded; each made when it is first asked for."""

    __slots__ = ("_folded", "_width", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._folded: str | None = None
        self._width: str | None = None

    @property
    def folded(self) -> str:
        """See ``fold``."""
        if self._folded is None:
            self._folded = fold(self.raw)
        return self._folded

    @property
    def one_width(self) -> str:
        """In NFKC, with its case."""
        if self._width is None:
            self._width = self.raw if self.raw.isascii() else normalize("NFKC", self.raw)
        return self._width
