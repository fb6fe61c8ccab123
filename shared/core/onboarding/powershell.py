"""Values written into PowerShell so that they stay values, and the frame of a script. Part of onboarding.

A value stands in single quotes, where PowerShell expands nothing. It takes four further characters for a single quote
(U+2018 to U+201B); inside of quotes each of the five stands for itself when it is doubled
(learn.microsoft.com, "PowerShell language specification", 2.3.5.2, single-quote-character).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shared.errors import PermanentError

QUOTES = "'\u2018\u2019\u201a\u201b"
"""Everything that PowerShell takes for a single quote."""
LONGEST_VALUE = 2000
_QUOTE = re.compile(f"[{QUOTES}]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"

Value = str | bool | int | None | tuple[str, ...]


class BadValue(PermanentError):
    """A value that has no place in a script: with control characters, or endless."""

    public = "A name or an address in the settings cannot be written into a script."


def quoted(value: str) -> str:
    """The value as a literal. Raises ``BadValue``."""
    if len(value) > LONGEST_VALUE or _CONTROL.search(value):
        raise BadValue("a value for a script has control characters or is too long")
    return f"'{_QUOTE.sub(lambda found: found.group() * 2, value)}'"


def literal(value: Value) -> str:
    """A text, a list of texts, a number, ``$true``, ``$false`` or ``$null``. Raises ``BadValue``."""
    if value is None:
        return "$null"
    if isinstance(value, bool):
        return "$true" if value else "$false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    return f"@({', '.join(map(quoted, value))})"


def table(name: str, values: Mapping[str, Value]) -> list[str]:
    """The lines that assign a table of parameters, for splatting, to a variable. ``name`` and keys are our own words."""
    return [f"${name} = @{{", *(f"    {key} = {literal(value)}" for key, value in values.items()), "}"]


def script_bytes(lines: Iterable[str]) -> bytes:
    """A script as a file: UTF-8 with a mark, without which Windows PowerShell 5.1 reads it in the system's code page."""
    return _BOM + "".join(f"{line}\r\n" for line in lines).encode("utf-8")
