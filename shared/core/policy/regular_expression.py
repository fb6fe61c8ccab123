"""Regular expressions of tenants: RE2, which takes time in proportion to the text whatever the pattern. Decide stage.

Syntax: https://github.com/google/re2/wiki/Syntax; no look-around, no back-references. Three bounds keep the factor of
that proportion small: the length of a pattern, the size of its compiled program, and the memory of its automaton. The
engine is loaded when the first pattern is compiled, so that tenants without patterns do not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

LONGEST_PATTERN = 1000
"""Characters."""
LARGEST_PROGRAM = 2000
"""Instructions of the compiled program; where the automaton does not fit into memory each byte costs up to so many steps."""
MEMORY = 8 * 1024 * 1024
"""Bytes for one pattern: program and automaton."""
LONGEST_TEXT = 256 * 1024
"""Characters of a text that a pattern looks at."""
_MOST_OCCURRENCES = 1000
_ALTERNATION_MEMORY = 64 * 1024 * 1024


class BadPattern(ValueError):
    """A pattern that is refused; the text says why and what is allowed."""


class Pattern:
    """A compiled pattern. Without regard to case, like every comparison of texts here."""

    __slots__ = ("_regexp",)

    def __init__(self, regexp: Any) -> None:
        self._regexp = regexp

    def found(self, text: str) -> str | None:
        """What fits in the text first, ``None`` where nothing does. It may be empty."""
        match = self._regexp.search(encoded(text))
        return None if match is None else match.group().decode("utf-8", "replace")

    def fits(self, text: bytes) -> bool:
        """Whether something fits in a text that ``encoded`` made."""
        return self._regexp.search(text) is not None


def encoded(text: str) -> bytes:
    """A text as patterns look at it: its beginning, in UTF-8."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace")


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern:
    """The compiled pattern. Raises ``BadPattern``."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"a regular expression has at most {LONGEST_PATTERN} characters, this one has {len(pattern)}")
    regexp = _compile(pattern, MEMORY)
    if regexp.programsize > LARGEST_PROGRAM:
        raise BadPattern(
            f"the regular expression is too large ({regexp.programsize} steps, at most {LARGEST_PROGRAM}): "
            "use smaller repetition counts, or * in place of a count"
        )
    return Pattern(regexp)


class AnyLiteral:
    """Finds any of many literal texts in one pass over a long text. Compares exactly: fold text and values before."""

    __slots__ = ("_regexp",)

    def __init__(self, values: Iterable[str]) -> None:
        """Raises ``BadPattern`` where they take too much memory together."""
        import re2

        self._regexp = _compile("|".join(re2.escape(value) for value in values), _ALTERNATION_MEMORY, exact=True)

    def found(self, text: str) -> str | None:
        """The first one that occurs, ``None`` where none does."""
        return next(iter(self.several(text, 1)), None)

    def several(self, text: str, most: int) -> list[str]:
        """Different ones that occur, in the order of the text, at most ``most``; of two at one place only one."""
        found: dict[str, None] = {}
        for match in islice(self._regexp.finditer(text.encode("utf-8", "replace")), _MOST_OCCURRENCES):
            found[match.group().decode("utf-8", "replace")] = None
            if len(found) >= most:
                break
        return list(found)


def _compile(pattern: str, memory: int, *, exact: bool = False) -> Any:
    import re2

    options = re2.Options()
    options.max_mem = memory
    options.case_sensitive = exact
    options.never_capture = True
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise BadPattern(f"not a regular expression that can be used here: {_told(error)}") from None
    except UnicodeEncodeError:
        raise BadPattern("a regular expression holds whole characters only, no half of a surrogate pair") from None


def _told(error: Exception) -> str:
    """What RE2 says, which comes as bytes."""
    cause = error.args[0] if error.args else ""
    return cause.decode("utf-8", "replace") if isinstance(cause, bytes) else str(cause)
