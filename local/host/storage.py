"""Storage clients of the triggers, and how they wait when storage is away; between the triggers and Azurite."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import aiohttp
from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host.blob_listing import BlobListing
from local.host.queue_messages import QueueMessages

_LONGEST_PAUSE = 5.0
# The triggers retry by themselves, so one request gets one quick second chance and an end in sight.
_CLIENT_OPTIONS: dict[str, Any] = {
    "retry_total": 1,
    "initial_backoff": 0.2,
    "connection_timeout": 5,
    "read_timeout": 30,
    "use_env_settings": False,
}


class StorageClients:
    """One client for each connection string, shared by all triggers."""

    def __init__(self) -> None:
        self._blob: dict[str, BlobServiceClient] = {}
        self._queue: dict[str, QueueServiceClient] = {}
        self._session: aiohttp.ClientSession | None = None

    def container(self, connection: str, name: str) -> ContainerClient:
        """The client of a container. Raises ValueError for a connection string that can't be read."""
        return self._service(connection).get_container_client(name)

    def listing(self, connection: str, container: str) -> BlobListing:
        """The listing of a container. Raises ValueError as `container` does; needs a running event loop."""
        return BlobListing(self._service(connection), container, self._plain())

    def _plain(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(sock_connect=5, total=60)
            self._session = aiohttp.ClientSession(timeout=timeout, trust_env=False)
        return self._session

    def _service(self, connection: str) -> BlobServiceClient:
        if connection not in self._blob:
            self._blob[connection] = BlobServiceClient.from_connection_string(connection, **_CLIENT_OPTIONS)
        return self._blob[connection]

    def queue(self, connection: str, name: str) -> QueueClient:
        """The client of a queue; messages are plain text to it. Raises ValueError as `container` does."""
        return self._queues(connection).get_queue_client(name)

    def messages(self, connection: str, queue: str) -> QueueMessages:
        """The messages of a queue. Raises ValueError as `container` does; needs a running event loop."""
        return QueueMessages(self._queues(connection), queue, self._plain())

    def _queues(self, connection: str) -> QueueServiceClient:
        if connection not in self._queue:
            self._queue[connection] = QueueServiceClient.from_connection_string(connection, **_CLIENT_OPTIONS)
        return self._queue[connection]

    async def close(self) -> None:
        """Close all connections."""
        for blob_client in self._blob.values():
            await blob_client.close()
        for queue_client in self._queue.values():
            await queue_client.close()
        if self._session is not None:
            await self._session.close()


def is_status(error: BaseException, *statuses: int) -> bool:
    """Whether an error is storage's answer with one of these HTTP statuses."""
    return isinstance(error, HttpResponseError) and error.status_code in statuses


class Outage:
    """Pauses that grow while storage is away, with one log line when it goes and one when it is back."""

    def __init__(self, log: logging.Logger, what: str) -> None:
        self._log = log
        self._what = what
        self._failures = 0

    def failed(self, error: AzureError) -> float:
        """Note a failure; returns the seconds to wait before the next try."""
        if self._failures == 0:
            # The error's own text repeats the request with its signature; its type and status are enough.
            status = getattr(error, "status_code", None)
            self._log.warning(
                "%s: storage does not answer", self._what, extra={"error": type(error).__name__, "status": status}
            )
        self._failures += 1
        return min(_LONGEST_PAUSE, 0.2 * float(2 ** min(self._failures, 10)))

    def worked(self) -> None:
        """Note a success."""
        if self._failures:
            self._log.info("%s: storage is back", self._what, extra={"failures": self._failures})
        self._failures = 0


async def pause(stop: asyncio.Event, seconds: float, wake: asyncio.Event | None = None) -> None:
    """Wait until `stop`, or `wake`, or the time is over. `wake` is cleared."""
    waits = [stop, wake] if wake is not None else [stop]
    tasks = [asyncio.ensure_future(event.wait()) for event in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    if wake is not None:
        wake.clear()


class Tasks:
    """Running tasks, with the strong references that asyncio does not keep."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logging.getLogger("matta.host").error("background work failed", exc_info=task.exception())

    def __len__(self) -> int:
        return len(self._tasks)

    async def wait(self) -> None:
        """Return when all have ended."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
