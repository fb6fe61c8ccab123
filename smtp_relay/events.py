"""Tells a functions host on the same machine of each commit, in the words of Event Grid. Stage receive, after the 250.

On Azure the storage account itself raises these events; Azurite raises none, so without this a host on one machine learns
of new mail only by listing. An event may be lost here as there: the trigger's own look-out and the sweeper find the
message. Nothing waits for an event, least of all the client.

Source: learn.microsoft.com/azure/event-grid/event-schema-blob-storage
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from datetime import UTC, datetime
from urllib.parse import urlsplit

from shared.adapters.storage_http import HttpPool

_MOST_WAITING = 10_000
_MOST_AT_ONCE = 200
_SECONDS = 5.0
_PAUSE_SECONDS = 1.0


class CommitEvents:
    """Events that wait to be posted to ``url``. Belongs to one event loop."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._pool = HttpPool(self._host, self._port, tls=False, connections=1)
        self._waiting: deque[tuple[str, str, int]] = deque(maxlen=_MOST_WAITING)
        self._some = asyncio.Event()

    def committed(self, blob: str, etag: str, size: int) -> None:
        """``blob`` is ``container/name``. Returns at once; of too many that wait the oldest are dropped."""
        self._waiting.append((blob, etag, size))
        self._some.set()

    async def run(self) -> None:
        """Post what comes, all that waits together, until cancelled."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
                try:
                    async with asyncio.timeout(_SECONDS):
                        await self._pool.exchange(self._request(batch))
                except OSError:  # TimeoutError is one: nobody listens just now, and these events are lost
                    await asyncio.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        """Let the connection go."""
        self._pool.close()

    def _request(self, batch: list[tuple[str, str, int]]) -> bytes:
        now = datetime.now(UTC).isoformat()
        body = json.dumps([_event(blob, etag, size, now) for blob, etag, size in batch]).encode()
        head = (
            f"POST {self._target} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\naeg-event-type: Notification\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("latin-1") + body


def _event(blob: str, etag: str, size: int, now: str) -> dict[str, object]:
    container, _, name = blob.partition("/")
    return {
        "id": f"{name}-{etag}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "eventTime": now,
        "dataVersion": "",
        "metadataVersion": "1",
        "data": {"api": "PutBlob", "eTag": etag.strip('"'), "contentLength": size, "blobType": "BlockBlob"},
    }
