"""Files of an instance that only their owner may read: keys, secrets, certificate. Made once, kept beside its data.

On Azure the same come from Key Vault.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import os
from pathlib import Path

from shared.adapters.secrets_file import create_keys_file


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
    """Make the file of named secrets (next-hop passwords) if it is missing, empty; see ``MATTA_SECRETS_FILE``."""
    if not path.exists():
        write_private(path, b"{}\n")
