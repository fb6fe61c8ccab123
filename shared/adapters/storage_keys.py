"""Names of people and things as pieces of Table keys, whatever characters they hold.

Keys must not hold ``/ \\ # ?`` and control characters, and have 1 KiB, which is 512 characters
(learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
"""

from __future__ import annotations

import hashlib
import re

_UNSAFE = re.compile(r"[^a-z0-9.@_+-]")


def safe_key(name: str, longest: int = 400) -> str:
    """Another text for every name, without ``:``: what is not safe in a key becomes ``~`` and hex, UTF-8 byte by byte.

    What is longer than ``longest`` characters then is hashed. Capital letters are kept apart from small ones.
    """
    safe = _UNSAFE.sub(lambda match: "".join(f"~{byte:02x}" for byte in match[0].encode("utf-8", "replace")), name)
    if len(safe) > longest:
        return "~~" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return safe


def inverted(number: int, digits: int) -> str:
    """A number so that larger ones sort first: Tables list by ascending key, and the newest is wanted first.

    Raises ``ValueError`` for one that has more digits, or is below 0.
    """
    if not 0 <= number < 10**digits:
        raise ValueError("the number does not fit its key")
    return f"{10**digits - 1 - number:0{digits}}"
