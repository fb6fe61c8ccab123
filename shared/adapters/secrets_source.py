"""Where a process has its keys and secrets from: the vault on Azure, files on one machine. Functions and relay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.secrets_file import FileSecrets
from shared.adapters.secrets_vault import VaultSecrets
from shared.settings import MisconfiguredProcess, ProcessSettings

if TYPE_CHECKING:
    from shared.ports_relay import Secrets


def secrets_of(process: ProcessSettings) -> Secrets:
    """The one that the settings name. Raises ``MisconfiguredProcess`` where they name both: which counts must be plain."""
    if not process.key_vault_url:
        return FileSecrets(process.keys_file, process.secrets_file)
    if process.keys_file or process.secrets_file:
        raise MisconfiguredProcess(
            "MATTA_KEY_VAULT_URL is set, and so is MATTA_KEYS_FILE or MATTA_SECRETS_FILE: keys come from one place"
        )
    return VaultSecrets(process)
