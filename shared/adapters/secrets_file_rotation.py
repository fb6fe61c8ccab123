"""Changing the keys in the keys file: a new one in front that verifies at once and signs later, an old one away.

For one machine, or several that are given the same file; on Azure a key is a version in the vault. Whoever changes the
file does so alone: the last one to write wins.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.adapters.secrets_file import fresh_key, read_keys, signing_entry, write_keys
from shared.errors import NotFound, PermanentError


class KeyInUse(PermanentError):
    """The key signs, or is the last one of its purpose."""


def add_key(path: Path, purpose: str, *, delay_seconds: float) -> str:
    """Put a fresh key in front of those of a purpose; it signs after ``delay_seconds``. Returns its kid.

    Raises ``OSError``, ``ValueError`` for a damaged file.
    """
    document = _read(path)
    key = fresh_key()
    if document.get(purpose) and delay_seconds > 0:
        key["signs_from"] = (datetime.now(UTC) + timedelta(seconds=delay_seconds)).isoformat()
    _replace(path, document | {purpose: [key, *document.get(purpose, [])]})
    return key["kid"]


def remove_key(path: Path, purpose: str, kid: str) -> None:
    """Take a key away: nothing that it signed or sealed can be read any more.

    Raises ``NotFound``; ``KeyInUse`` where it is the one that signs now; ``OSError``, ``ValueError``.
    """
    document = _read(path)
    entries = read_keys(document).get(purpose, ())
    if kid not in {entry.key.kid for entry in entries}:
        raise NotFound(f"there is no key {kid} for {purpose}", public=f"There is no key {kid} for {purpose}.")
    if signing_entry(entries, datetime.now(UTC).timestamp()).key.kid == kid:
        raise KeyInUse(f"the key {kid} signs", public=f"The key {kid} is the one that signs: rotate first.")
    _replace(path, document | {purpose: [entry for entry in document[purpose] if entry["kid"] != kid]})


def _read(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_bytes())
    read_keys(document)
    found: dict[str, Any] = document
    return found


def _replace(path: Path, document: dict[str, Any]) -> None:
    os.replace(write_keys(path, document), path)
