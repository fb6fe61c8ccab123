"""Fixtures of the adapters' tests: a real Azurite, and names that no other test uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.adapters.identity_tokens import identity_tokens
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.certificates import AUTHORITY, issued
from tests.support.identity_endpoint import IdentityEndpoint, identity_endpoint
from tests.support.key_vault import KeyVault, key_vault


@pytest.fixture
def process(azurite: Azurite) -> ProcessSettings:
    """Settings of a process that stores in Azurite and does not wait long."""
    return ProcessSettings(storage=azurite.connection_string, storage_timeout=5.0, settings_cache_seconds=5.0)


@pytest.fixture
def own_name() -> str:
    """A name for a table, queue or container that no other test uses."""
    return f"t{uuid4().hex}"


@pytest.fixture
def identity(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityEndpoint]:
    """This process has a managed identity, the system-assigned one."""
    with identity_endpoint() as endpoint:
        for name, value in endpoint.environment.items():
            monkeypatch.setenv(name, value)
        identity_tokens.cache_clear()
        yield endpoint
        identity_tokens.cache_clear()


@pytest.fixture
def vault(identity: IdentityEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyVault]:
    """An empty vault that takes this process's newest token."""
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with key_vault(issued(tmp_path, "127.0.0.1")) as made:
        made.token = lambda: identity.tokens[-1]
        yield made
