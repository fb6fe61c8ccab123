"""Keys and secrets of one local instance: made once, kept beside its data, readable for their owner alone.

On Azure the same come from Key Vault.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

_PURPOSES = ("link", "trace")


def _write_private(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def ensure_keys(path: Path) -> None:
    """Make the file of signing keys if it is missing: ``{"link": [{"kid", "secret"}], "trace": [...]}``.

    Each secret is 32 random bytes in base64url, as ``MATTA_KEYS_FILE`` wants it (shared/settings.py).
    """
    if path.exists():
        return
    keys = {purpose: [{"kid": secrets.token_hex(4), "secret": secrets.token_urlsafe(32)}] for purpose in _PURPOSES}
    _write_private(path, keys)


def ensure_secrets(path: Path) -> None:
    """Make the file of named secrets (next-hop passwords) if it is missing, empty."""
    if not path.exists():
        _write_private(path, {})
