"""Fixtures of the relay's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.spool import FakeSpool
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
