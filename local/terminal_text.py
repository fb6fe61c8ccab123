"""Text that is safe and stands in columns in a terminal. Local tooling."""

from __future__ import annotations

from unicodedata import category, east_asian_width

_LONGEST = 300
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """Text that cannot move the cursor, colour the terminal or hide what follows: every control is made visible."""
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}" if category(character) in _CONTROLS else character for character in text
    )
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def pad(text: str, width: int) -> str:
    """The text with spaces up to a number of columns, at least one; wide characters take two."""
    return text + " " * max(width - _width(text), 1)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
