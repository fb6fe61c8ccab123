"""The sample app of tests/local/host_app in a functions host on a real Azurite, with names of its own in the storage."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueClient, QueueServiceClient

from local.tools import ROOT
from tests.support.azurite import Azurite
from tests.support.functions_host import FunctionsHost

NEVER = "0 0 0 29 2 *"
HOST_KEY = "key-for-every-function"
MASTER_KEY = "key-for-everything"


class SampleApp:
    """One sample app; make it in a `with` block so that its host ends with the test."""

    def __init__(
        self,
        azurite: Azurite,
        directory: Path,
        *,
        schedule: str = NEVER,
        options: Sequence[str] = (),
        settings: dict[str, str] | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.name = f"s{uuid4().hex}"
        self._events = directory / "events.jsonl"
        self._events.touch()
        self._azurite = azurite
        self._clients: list[Any] = []
        quick = ("--blob-poll", "0.05", "--blob-retry", "0.1", "--queue-poll", "0.1", "--queue-lease", "10")
        self.host = FunctionsHost(
            ROOT / "tests" / "local" / "host_app",
            directory,
            {
                "SampleStorage": azurite.connection_string,
                "SampleName": self.name,
                "SampleSchedule": schedule,
                "SAMPLE_EVENTS": str(self._events),
                "FUNCTIONS_HOST_KEY": HOST_KEY,
                "FUNCTIONS_MASTER_KEY": MASTER_KEY,
                **(settings or {}),
            },
            [*quick, *options],
        )

    def __enter__(self) -> SampleApp:
        return self

    def __exit__(self, *_: object) -> None:
        self.host.stop()
        for client in self._clients:
            client.close()

    def events(self, kind: str, name: str | None = None) -> list[dict[str, Any]]:
        """What the functions have recorded."""
        lines = self._events.read_text(encoding="utf-8").split("\n")[:-1]
        events = [json.loads(line) for line in lines]
        return [event for event in events if event["kind"] == kind and name in (None, event.get("name"))]

    def put_blob(self, name: str, *, hours_ago: int = 0) -> tuple[str, str]:
        """Write a blob into the folder of an hour; returns its whole name and its ETag."""
        service = BlobServiceClient.from_connection_string(self._azurite.connection_string)
        self._clients.append(service)
        container = service.get_container_client(self.name)
        if not container.exists():
            container.create_container()
        hour = (datetime.now(UTC) - timedelta(hours=hours_ago)).strftime("%Y%m%d%H")
        blob = container.upload_blob(f"{hour}/acme/{name}", b"From: a@example.com\r\n\r\n", overwrite=True)
        return blob.blob_name, str(blob.get_blob_properties().etag)

    def queue(self, suffix: str = "") -> QueueClient:
        """The client of the app's queue (or of its poison queue); the queue is made if need be."""
        return self._queue(self.name + suffix)

    def blob_poison_queue(self) -> QueueClient:
        """The client of the queue for blobs that were given up."""
        return self._queue("webjobs-blobtrigger-poison")

    def _queue(self, name: str) -> QueueClient:
        service = QueueServiceClient.from_connection_string(self._azurite.connection_string)
        self._clients.append(service)
        with suppress(ResourceExistsError):  # the host may be making it, too
            service.create_queue(name)
        return service.get_queue_client(name)

    def send(self, name: str, **more: object) -> None:
        """Send the app's queue a message as Azure's default encoding has it."""
        self.queue().send_message(base64.b64encode(json.dumps({"name": name, **more}).encode()).decode())


def until(condition: Callable[[], Any], timeout: float = 60.0) -> Any:
    """Wait until `condition` is true; returns what it returned. Raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError("what was waited for did not come")
        time.sleep(0.02)
