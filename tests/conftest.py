"""Fixtures for every room of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.azurite import Azurite

LONGEST_FIRST = ("e2e", "portal", "conformance", "chaos", "interop", "infra", "local", "smtp_relay", "adapters")
"""Rooms in the order in which they are run; those that are not named come behind, in their order."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that no worker ends long after the others; a room in one go, so that its instance can go."""
    items.sort(key=lambda item: _place(item.path))


def _place(path: Path) -> int:
    room = path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST_FIRST.index(room) if room in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """One real Azurite on disk for each test process (each xdist worker), on free ports.

    It is shared: use containers, queues and tables with names of your own (``uuid4().hex``), and don't stop it.
    """
    instance = Azurite(tmp_path_factory.mktemp("azurite"))
    instance.start()
    yield instance
    instance.stop()
