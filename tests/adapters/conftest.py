"""Fixtures of the adapters' tests: a real Azurite, and names that no other test uses."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.settings import ProcessSettings
from tests.support.azurite import Azurite


@pytest.fixture
def process(azurite: Azurite) -> ProcessSettings:
    """Settings of a process that stores in Azurite and does not wait long."""
    return ProcessSettings(storage=azurite.connection_string, storage_timeout=5.0, settings_cache_seconds=5.0)


@pytest.fixture
def own_name() -> str:
    """A name for a table, queue or container that no other test uses."""
    return f"t{uuid4().hex}"
