"""Fixtures for every room of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.azurite import Azurite


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """One real Azurite on disk for each test process (each xdist worker), on free ports.

    It is shared: use containers, queues and tables with names of your own (``uuid4().hex``), and don't stop it.
    """
    instance = Azurite(tmp_path_factory.mktemp("azurite"))
    instance.start()
    yield instance
    instance.stop()
