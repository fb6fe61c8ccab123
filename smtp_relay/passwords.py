"""Passwords for SMTP AUTH: making and checking ``scrypt$n$r$p$salt$hash``. Stage receive.

scrypt: RFC 7914. ``python -m smtp_relay.passwords`` reads a password from standard input and prints its hash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import sys
from dataclasses import dataclass

_N, _R, _P = 2**14, 8, 1
_SALT_BYTES = 16
_HASH_BYTES = 32
_MOST_MEMORY = 64 * 1024 * 1024
_MOST_PARALLEL = 4
_LONGEST_PASSWORD = 1024


class UnusableHash(ValueError):
    """A password hash of another form, or one that would cost more than 64 MiB of memory."""


@dataclass(frozen=True, slots=True)
class _Parameters:
    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes


def hash_password(password: str, salt: bytes | None = None) -> str:
    """A hash to put into a tenant's settings. ``salt`` is random unless given."""
    if not password or len(password.encode()) > _LONGEST_PASSWORD:
        raise ValueError("a password has 1 to 1024 bytes")
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    digest = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MOST_MEMORY, dklen=_HASH_BYTES)
    return f"scrypt${_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def check_password(password: bytes, password_hash: str) -> bool:
    """Whether the password fits, in a time that does not tell. Takes about 50 ms and 16 MiB: not for the event loop.

    Raises ``UnusableHash``.
    """
    wanted = _read(password_hash)
    if len(password) > _LONGEST_PASSWORD:
        password = b""
    digest = hashlib.scrypt(
        password,
        salt=wanted.salt,
        n=wanted.n,
        r=wanted.r,
        p=wanted.p,
        maxmem=2 * _MOST_MEMORY,
        dklen=len(wanted.digest),
    )
    return hmac.compare_digest(digest, wanted.digest) and bool(password)


def _read(password_hash: str) -> _Parameters:
    pieces = password_hash.split("$")
    if len(pieces) != 6 or pieces[0] != "scrypt":
        raise UnusableHash("not scrypt$n$r$p$salt$hash")
    try:
        n, r, p = (int(piece) for piece in pieces[1:4])
        salt, digest = (base64.b64decode(piece, validate=True) for piece in pieces[4:])
    except (ValueError, binascii.Error) as error:
        raise UnusableHash("not scrypt$n$r$p$salt$hash") from error
    if n < 2 or n & (n - 1) or r < 1 or not 1 <= p <= _MOST_PARALLEL or 128 * n * r > _MOST_MEMORY:
        raise UnusableHash("scrypt parameters out of bounds")
    if len(salt) < 8 or len(digest) < 16:
        raise UnusableHash("salt or hash too short")
    return _Parameters(n, r, p, salt, digest)


if __name__ == "__main__":
    sys.stdout.write(hash_password(sys.stdin.readline().rstrip("\n")) + "\n")
