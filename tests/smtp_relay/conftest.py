"""Fixtures of the relay's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.spool import FakeSpool
from tests.support.azurite import Azurite
from tests.support.relay import RunningRelay


@pytest.fixture
def spool() -> FakeSpool:
    """An empty spool in memory."""
    return FakeSpool(FakeClock())


@pytest.fixture
def relay(spool: FakeSpool) -> Iterator[RunningRelay]:
    """A relay that knows its peer on this machine as tenant ``demo``."""
    with RunningRelay(spool) as running:
        yield running


@pytest.fixture
def own_azurite(tmp_path: Path) -> Iterator[Azurite]:
    """An Azurite that the test may kill, and whose spool holds only what the test sent."""
    instance = Azurite(tmp_path / "azurite")
    instance.start()
    yield instance
    instance.stop()
