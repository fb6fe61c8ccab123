"""Header fields that no policy adds or removes by name. Stages decide (checking of settings) and 4b (transforms).

They say who wrote what to whom and when, how the body is to be read, which way the message took, or are Matta's own
marks. What may change in them is changed by actions that know their meaning (boss copy, Bcc conversion, subject marks).
"""

from __future__ import annotations

import re

_NAME = re.compile(r"[!-9;-~]{1,76}")
PROTECTED = frozenset(
    {"from", "sender", "to", "cc", "bcc", "date", "subject", "message-id", "mime-version", "received", "return-path"}
)
"""The names, in lower case, beside those of the families that ``is_protected`` knows: ``content-``, ``resent-``, ``x-matta-``."""
_FAMILIES = ("content-", "resent-", "x-matta-")

ONCE = frozenset({"reply-to", "in-reply-to", "references"})
"""Fields of RFC 5322 section 3.6 that may stand once, and are not protected."""


def is_field_name(name: str) -> bool:
    """Whether this can be the name of a header field (RFC 5322 section 2.2) that fits on a line of 78 characters."""
    return _NAME.fullmatch(name) is not None


def is_protected(name: str) -> bool:
    """Whether a field of that name, in any case, is out of reach for actions that add or remove fields by name."""
    lower = name.lower()
    return lower in PROTECTED or lower.startswith(_FAMILIES)
