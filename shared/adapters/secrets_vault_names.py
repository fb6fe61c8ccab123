"""How keys and named secrets are called in a Key Vault, whose names are letters, digits and hyphens, case aside.

Matta's keys and people's secrets have prefixes of their own, so that nothing that a tenant's settings name can be one of
Matta's keys or any other secret that happens to be in the vault, the relay's certificate for one.

Source: learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers
"""

from __future__ import annotations

import hashlib
import re

KEY_PREFIX = "matta-key-"
SECRET_PREFIX = "matta-secret-"  # noqa: S105  # a name
LONG_PREFIX = "matta-long-"
_LONGEST = 127
_PURPOSE = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")


def key_name(purpose: str) -> str:
    """The vault's name for the keys of a purpose; ``""`` where a purpose cannot be called that."""
    return KEY_PREFIX + purpose if _PURPOSE.fullmatch(purpose) else ""


def secret_name(name: str) -> str:
    """The vault's name for a named secret. Two names never have one, also not where the vault takes A and a for the same.

    Lower-case letters and digits stay, a hyphen is written twice, every other byte of UTF-8 as ``-x`` and two hex
    digits: ``next-hop`` is ``matta-secret-next--hop``, ``Kunde 1`` is ``matta-secret--x4bunde-x201``. What gets too long
    is called by its SHA-256.
    """
    pieces = [
        chr(byte) if byte in _PLAIN else "--" if byte == 0x2D else f"-x{byte:02x}"
        for byte in name.encode("utf-8", "surrogatepass")
    ]
    made = SECRET_PREFIX + "".join(pieces)
    if len(made) <= _LONGEST:
        return made
    return LONG_PREFIX + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
