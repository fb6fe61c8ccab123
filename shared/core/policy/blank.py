"""When a subject is blank to a reader. Decide stage."""

from __future__ import annotations

import unicodedata

_INVISIBLE_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_BLANK_SYMBOLS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u180b\u180c\u180d\u180f\ufe0e\ufe0f")
"""Letters, marks and symbols that show nothing: Hangul fillers, Braille blank, joiner, variation selectors."""


def is_blank(subject: str | None) -> bool:
    """Whether a reader sees no subject: no field, an empty one, or nothing but characters that show nothing.

    Those are white space (U+3000 and no-break space as well), control and format characters (zero width space, joiners,
    byte order mark), and a few symbols without a shape. A reply or forward mark alone (``Re:``, ``Fw:``) is not blank:
    it is what the sender and the recipient see.
    """
    return subject is None or all(
        unicodedata.category(character) in _INVISIBLE_CATEGORIES or character in _BLANK_SYMBOLS for character in subject
    )
