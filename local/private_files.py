"""Files of an instance that only their owner may read: keys, secrets, certificate. Made once, kept beside its data.

On Azure the same come from Key Vault.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from shared.adapters.secrets_file import create_keys_file

TEAMS_SECRET = "teams-bot"  # noqa: S105  # its name, not the secret
"""The entry of the secrets file that holds the bot's client secret."""


def write_private(path: Path, content: bytes) -> None:
    """Put a file in place whole, readable for its owner alone."""
    temporary = path.with_name(path.name + ".part")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def ensure_keys(path: Path) -> None:
    """Make the file of signing keys if it is missing; see ``MATTA_KEYS_FILE``."""
    create_keys_file(path)


def ensure_secrets(path: Path) -> None:
    """Make the file of named secrets if it is missing, and the bot's in it; see ``MATTA_SECRETS_FILE``.

    Whatever else stands there (next-hop passwords) stays.
    """
    present = json.loads(path.read_bytes()) if path.exists() else {}
    if TEAMS_SECRET not in present:
        content = present | {TEAMS_SECRET: secrets.token_urlsafe(30)}
        write_private(path, json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n")
