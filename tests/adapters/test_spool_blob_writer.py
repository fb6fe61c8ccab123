"""The relay's spool writer when storage misbehaves: nothing is said to be stored that is not, nothing is stored twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.adapters.spool_blob import BlobSpool
from shared.adapters.spool_blob_format import CONTAINERS
from shared.adapters.spool_blob_writer import BLOCK_BYTES, BlobSpoolWriter
from shared.adapters.storage_clients import container_client
from shared.errors import StorageUnavailable
from shared.ports_relay import Spooled
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.records import make_envelope, make_reception, make_ref
from tests.support.storage_proxy import StorageProxy

SIZES = [pytest.param(1000, id="small"), pytest.param(3 * BLOCK_BYTES + 7, id="in blocks")]


@pytest.fixture
def prefix(process: ProcessSettings, own_name: str) -> str:
    """Prefix of containers that are there."""
    for name in CONTAINERS:
        container_client(process, own_name[:20] + name).create_container()
    return own_name[:20]


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    """A bad network before storage."""
    with StorageProxy(azurite, "blob") as running:
        yield running


def make_message(recipients: int = 2) -> Spooled:
    envelope = make_envelope(tuple(f"recipient-{index}@customer-{index}.example" for index in range(recipients)))
    return Spooled(make_ref(at=datetime.now(UTC)), envelope, make_reception(size=0))


async def stream(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, 100_000):
        yield b"x" * min(100_000, size - start)


def write(storage: str, prefix: str, message: Spooled, size: int, timeout: float = 5.0) -> int:
    async def run() -> int:
        writer = BlobSpoolWriter(storage, timeout_seconds=timeout, prefix=prefix)
        try:
            return await writer.write(message, stream(size))
        finally:
            await writer.close()

    return asyncio.run(run())


def stored_size(process: ProcessSettings, prefix: str, message: Spooled) -> int | None:
    found = BlobSpool(process, prefix=prefix).describe(message.ref)
    assert found is None or found.envelope == message.envelope
    return None if found is None else found.reception.size


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("recipients", [2, 1000], ids=["metadata", "sidecar"])
class TestOneFault:
    """A request or an answer is lost once, at any request of the write: the message is stored, once, whole."""

    @pytest.mark.parametrize("kind", ["lose_request", "lose_answer"])
    def test_lost_once_is_made_up_for(
        self, process: ProcessSettings, prefix: str, proxy: StorageProxy, size: int, recipients: int, kind: str
    ) -> None:
        first = make_message(recipients)
        write(proxy.connection_string, prefix, first, size)
        requests = [request.partition(" ")[2] for request in proxy.requests]
        assert len(requests) >= (1 if size == 1000 else 4) + (1 if recipients == 1000 else 0)
        for number, request in enumerate(requests):
            message = replace(first, ref=make_ref(number + 2, at=datetime.now(UTC)))
            getattr(proxy, kind)(request.replace(first.ref.queue_id, message.ref.queue_id))
            assert write(proxy.connection_string, prefix, message, size) == size
            assert stored_size(process, prefix, message) == size


@pytest.mark.parametrize("kind", ["lose_request", "lose_answer"])
def test_a_commit_whose_connection_breaks_again_and_again_is_made_up_for(
    process: ProcessSettings, prefix: str, proxy: StorageProxy, kind: str
) -> None:
    message = make_message()
    getattr(proxy, kind)(message.ref.queue_id, times=3)
    assert write(proxy.connection_string, prefix, message, 1000) == 1000
    assert stored_size(process, prefix, message) == 1000


@pytest.mark.parametrize("size", SIZES)
class TestStorageTrouble:
    def test_error_of_storage_is_unavailable_and_nothing_is_stored(
        self, process: ProcessSettings, prefix: str, proxy: StorageProxy, size: int
    ) -> None:
        message = make_message()
        proxy.answer(message.ref.queue_id, 503, times=10)
        with pytest.raises(StorageUnavailable, match="503"):
            write(proxy.connection_string, prefix, message, size)
        assert stored_size(process, prefix, message) is None

    def test_last_request_failing_stores_nothing(
        self, process: ProcessSettings, prefix: str, proxy: StorageProxy, size: int
    ) -> None:
        message = make_message()
        proxy.answer("comp=blocklist" if size > BLOCK_BYTES else message.ref.queue_id, 500)
        with pytest.raises(StorageUnavailable):
            write(proxy.connection_string, prefix, message, size)
        assert stored_size(process, prefix, message) is None

    def test_slow_storage_is_unavailable_in_time(
        self, process: ProcessSettings, prefix: str, proxy: StorageProxy, size: int
    ) -> None:
        message = make_message()
        proxy.delay(message.ref.queue_id, 30.0, times=10)
        started = time.monotonic()
        with pytest.raises(StorageUnavailable, match="within"):
            write(proxy.connection_string, prefix, message, size, timeout=0.5)
        assert time.monotonic() - started < 5

    def test_storage_that_is_down_is_unavailable(self, prefix: str, azurite: Azurite, size: int) -> None:
        down = azurite.connection_string.replace(azurite.blob_url, "http://127.0.0.1:1/devstoreaccount1")
        with pytest.raises(StorageUnavailable):
            write(down, prefix, make_message(), size)


def test_sidecar_that_cannot_be_stored_stops_the_message(
    process: ProcessSettings, prefix: str, proxy: StorageProxy
) -> None:
    message = make_message(recipients=1000)
    proxy.answer("envelopes", 503, times=2)
    with pytest.raises(StorageUnavailable):
        write(proxy.connection_string, prefix, message, 1000)
    assert stored_size(process, prefix, message) is None


def test_lost_answer_about_somebody_elses_message_is_no_success(
    process: ProcessSettings, prefix: str, proxy: StorageProxy
) -> None:
    message = make_message()
    write(process.storage, prefix, message, 500)
    proxy.lose_answer(message.ref.queue_id)
    with pytest.raises(StorageUnavailable):
        write(proxy.connection_string, prefix, message, 1000)
    assert stored_size(process, prefix, message) == 500


def test_memory_holds_two_blocks_however_large_the_message(process: ProcessSettings, prefix: str) -> None:
    """What the writer keeps of the stream is counted by what is not collected yet."""
    import gc

    class Piece(bytes):
        pass

    alive = 0

    async def run() -> int:
        nonlocal alive
        writer = BlobSpoolWriter(process.storage, timeout_seconds=10, prefix=prefix)

        async def pieces() -> AsyncIterator[bytes]:
            nonlocal alive
            for _ in range(200):
                yield Piece(bytes(100_000))
                gc.collect(0)
                alive = max(alive, sum(1 for item in gc.get_objects(0) if isinstance(item, Piece)))

        try:
            return await writer.write(make_message(), pieces())
        finally:
            await writer.close()

    assert asyncio.run(run()) == 20_000_000
    assert alive * 100_000 <= 2 * BLOCK_BYTES


def test_ready_tells_whether_the_container_answers(process: ProcessSettings, prefix: str, azurite: Azurite) -> None:
    async def ready(storage: str, name: str) -> bool:
        writer = BlobSpoolWriter(storage, timeout_seconds=2, prefix=name)
        try:
            return await writer.ready()
        finally:
            await writer.close()

    assert asyncio.run(ready(process.storage, prefix))
    assert not asyncio.run(ready(process.storage, "nothing-here-"))
    assert not asyncio.run(ready(azurite.connection_string.replace(azurite.blob_url, "http://127.0.0.1:1/a"), prefix))
