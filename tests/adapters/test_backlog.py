"""What the sweep writes of the backlog is what the relay reads: the fake and the blob are held to the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from shared.adapters.backlog_blob import NAME, BlobBacklogSource
from shared.adapters.backlog_blob_writer import BlobBacklogBoard
from shared.adapters.storage_clients import container_client
from shared.errors import StorageUnavailable
from shared.ports_relay import Backlog, BacklogBoard
from shared.settings import ProcessSettings
from tests.fakes.backlog import FakeBacklog
from tests.support.azurite import Azurite
from tests.support.records import NOW
from tests.support.storage_proxy import StorageProxy

SOME = Backlog(345.5, 17, NOW)


@dataclass
class Setting:
    """The port that writes, and a look by the one that reads."""

    board: BacklogBoard
    read: Callable[[], Backlog | None]


def read(storage: str, container: str) -> Backlog | None:
    async def once() -> Backlog | None:
        source = BlobBacklogSource(storage, timeout_seconds=5, container=container)
        try:
            return await source.read()
        finally:
            await source.close()

    return asyncio.run(once())


@pytest.fixture(params=["fake", "storage"])
def setting(request: pytest.FixtureRequest) -> Setting:
    if request.param == "fake":
        fake = FakeBacklog()
        return Setting(fake, lambda: asyncio.run(fake.read()))
    process: ProcessSettings = request.getfixturevalue("process")
    name: str = request.getfixturevalue("own_name")
    container_client(process, name).create_container()
    return Setting(BlobBacklogBoard(process, container=name), lambda: read(process.storage, name))


def test_what_nobody_wrote_is_not_there(setting: Setting) -> None:
    assert setting.read() is None


def test_the_last_one_stands(setting: Setting) -> None:
    later = Backlog(0.0, 0, NOW + timedelta(seconds=30))
    setting.board.write(SOME)
    assert setting.read() == SOME
    setting.board.write(later)
    setting.board.write(later)
    assert setting.read() == later


def test_storage_that_fails_and_nonsense_are_unavailable(
    process: ProcessSettings, own_name: str, azurite: Azurite
) -> None:
    container_client(process, own_name).create_container()
    with StorageProxy(azurite, "blob") as proxy:
        proxy.answer(NAME, 503)
        with pytest.raises(StorageUnavailable):
            read(proxy.connection_string, own_name)
    container_client(process, own_name).upload_blob(NAME, b"{}")
    with pytest.raises(StorageUnavailable):
        read(process.storage, own_name)
    with pytest.raises(StorageUnavailable):
        BlobBacklogBoard(process, container="t-nothing-here").write(SOME)
