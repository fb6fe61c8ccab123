"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.running import Running


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One whole instance for each test process, until this room's tests are over. Tests that kill parts of it make their own."""
    with Running(tmp_path_factory.mktemp("matta")) as instance:
        yield instance
