"""Keys and passwords in two JSON files: the ``Secrets`` port for one machine.

``MATTA_KEYS_FILE``: ``{"link": [{"kid": "…", "secret": "…"}], "trace": […]}``, secrets in base64; the first key of a
purpose signs, all verify, so a new key is put in front and the old one taken out when nothing bears its mark any more.
A key with ``"signs_from": "2026-11-22T03:00:00Z"`` only verifies until then, so that a file can be brought to several
machines first: the same rule as for keys in a vault (``secrets_vault.py``).
``MATTA_SECRETS_FILE``: ``{"name": "password"}``. Both are read again when they change, so keys rotate without a restart.
Nobody but their owner should be able to read them (mode 0600).
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from shared.core.message.keys import PURPOSES, SHORTEST_KEY, SigningKey
from shared.errors import NotFound, SecretsUnreadable
from shared.settings import MisconfiguredProcess

KEY_BYTES = 32
_log = logging.getLogger(__name__)
Value = TypeVar("Value")


class FileSecrets:
    """``Secrets`` from two files. Safe to use from several threads."""

    def __init__(self, keys_file: str, secrets_file: str) -> None:
        """Paths; an empty one is an error only when something from that file is asked for."""
        self._keys = _Watched(keys_file, "MATTA_KEYS_FILE", read_keys)
        self._secrets = _Watched(secrets_file, "MATTA_SECRETS_FILE", _read_secrets)

    def signing_keys(self, purpose: str) -> tuple[SigningKey, ...]:
        """See the port. Raises ``NotFound``, ``SecretsUnreadable``, ``MisconfiguredProcess``."""
        keys = self._keys.value().get(purpose, ())
        if not keys:
            raise NotFound(f"there is no signing key for {purpose!r}")
        signing = signing_entry(keys, time.time())
        return (signing.key, *(entry.key for entry in keys if entry is not signing))

    def secret(self, name: str) -> str:
        """See the port. Raises ``NotFound``, ``SecretsUnreadable``, ``MisconfiguredProcess``."""
        found = self._secrets.value().get(name)
        if found is None:
            raise NotFound(f"there is no secret named {name!r}")
        return found


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key as it stands in the file. ``signs_from`` is in seconds since 1970; 0: from the beginning."""

    key: SigningKey
    signs_from: float = 0.0


def signing_entry(entries: Sequence[KeyEntry], now: float) -> KeyEntry:
    """The key that signs at a time; where none may yet, the one that has been there longest does. There must be one."""
    return next((entry for entry in entries if entry.signs_from <= now), entries[-1])


def create_keys_file(path: Path) -> bool:
    """Make a file with a fresh key for each purpose, mode 0600; ``False`` where there is one already.

    A file from before some purpose was known gets a key for that purpose, and keeps all that it has. Complete or not
    changed at all, also when two processes do it at the same time. Raises ``OSError``, ``ValueError`` for a damaged file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = write_keys(path, {purpose: [fresh_key()] for purpose in PURPOSES})
    try:
        os.link(temporary, path)  # unlike a rename, does not replace
        return True
    except FileExistsError:
        _add_missing_purposes(path)
        return False
    finally:
        temporary.unlink()


def _add_missing_purposes(path: Path) -> None:
    document = json.loads(path.read_bytes())
    read_keys(document)
    missing = [purpose for purpose in PURPOSES if not document.get(purpose)]
    if missing:
        temporary = write_keys(path, document | {purpose: [fresh_key()] for purpose in missing})
        os.replace(temporary, path)


def fresh_key() -> dict[str, str]:
    """A new random key, as it stands in the file."""
    return {"kid": secrets.token_hex(4), "secret": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}


def write_keys(path: Path, keys: Mapping[str, object]) -> Path:
    """The keys in a new file beside ``path``."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(keys, file, indent=2)
        file.write("\n")
    return temporary


class _Watched(Generic[Value]):
    """A file's content as a value, read again when the file changes; the last good one while it is damaged."""

    def __init__(self, path: str, variable: str, read: Callable[[object], Value]) -> None:
        self._path = path
        self._variable = variable
        self._read = read
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._value: Value | None = None

    def value(self) -> Value:
        if not self._path:
            raise MisconfiguredProcess(f"the environment variable {self._variable} is not set")
        with self._lock:
            try:
                status = os.stat(self._path)
                stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
                if stamp != self._stamp:
                    self._value = self._read(json.loads(Path(self._path).read_bytes()))
                    self._stamp = stamp
                    if os.name == "posix" and status.st_mode & 0o077:
                        _log.warning("the file that %s names can be read by others than its owner", self._variable)
            except (OSError, ValueError) as error:
                # The text of a JSON error would quote nothing, but its object holds the whole file: "from None".
                cause = f"the file that {self._variable} names cannot be used: {type(error).__name__}"
                if self._value is None:
                    raise SecretsUnreadable(cause) from None
                _log.warning("%s; what was read before stays in use", cause)
            assert self._value is not None
            return self._value


def read_keys(document: object) -> Mapping[str, tuple[KeyEntry, ...]]:
    """The keys in a file's JSON. Raises ``ValueError``."""
    if not isinstance(document, dict):
        raise ValueError("an object is wanted")
    return {str(purpose): tuple(_read_key(entry) for entry in entries) for purpose, entries in document.items()}


def _read_key(entry: object) -> KeyEntry:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or not isinstance(entry.get("secret"), str):
        raise ValueError("a key has kid and secret")
    try:
        secret = base64.b64decode(entry["secret"], validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is base64") from error
    if not entry["kid"] or len(secret) < SHORTEST_KEY:
        raise ValueError("a key is too short")
    return KeyEntry(SigningKey(entry["kid"], secret), _read_time(entry.get("signs_from")))


def _read_time(text: object) -> float:
    if text is None:
        return 0.0
    if not isinstance(text, str) or (moment := datetime.fromisoformat(text)).tzinfo is None:
        raise ValueError("signs_from is a moment with its offset from UTC")
    return moment.timestamp()


def _read_secrets(document: object) -> Mapping[str, str]:
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise ValueError("an object of texts is wanted")
    return {str(name): value for name, value in document.items()}
