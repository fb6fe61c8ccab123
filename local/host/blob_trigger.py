"""Blob triggers: a function for each new blob of a container, as Event Grid's source fires them (stage 2, trigger).

Azurite emits no events, so the container is listed. Receipts in the host's state say which blobs are done; a blob
without one fires, so a host that is killed fires again what it had not finished.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-blob-trigger
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from bisect import insort
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError

# The package carries no type information.
from azurefunctions.extensions.base import Datum, get_binding_registry  # type: ignore[import-untyped]

from local.host.app_settings import connection_string, substitute
from local.host.blob_listing import BlobVersion
from local.host.blob_path import parse_blob_path
from local.host.host_json import HostConfig
from local.host.invoke import Invoker
from local.host.metadata import FunctionSpec
from local.host.state import HostState, Receipt
from local.host.storage import Outage, StorageClients, Tasks, is_status, pause

log = logging.getLogger("matta.host.blob")
POISON_QUEUE = "webjobs-blobtrigger-poison"
_RECENT_HOURS = 2
_EARLIER_HOURS_EVERY = 5.0
_LONGEST_RETRY = 60.0
_BUSY_FOR = 5.0
_BUSY_FACTOR = 8
_EVENTS_LAST = 60.0
_LISTING_BESIDE_EVENTS = 2.0
_TAIL = 64
_MOST_TAILS = 8
_FORGET_AT_ONCE = 5000


class _Folder:
    """What is known of one prefix that is listed often."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        """Hashes of name and ETag of what needs no second thought: an hour's mail is many names to remember. Two blobs of one
        hash, were there ever any, are told apart by the look at everything."""
        self.tails: dict[str, list[str]] = {}
        """The last names of each sub-folder. Where names begin with a time, new blobs come close to these."""

    def note(self, blob: BlobVersion) -> bool:
        """Remember a blob; returns whether it is new."""
        version = hash((blob.name, blob.etag))
        if version in self.seen:
            return False
        self.seen.add(version)
        tail = self.tails.setdefault(blob.name.rpartition("/")[0], [])
        insort(tail, blob.name)
        del tail[:-_TAIL]
        return True


class BlobTrigger:
    """One blob-triggered function. It gets the blob's name, never its content.

    The folder of the current hour is looked at all the time: whole for a quarter of the time while blobs come in and a
    twentieth when it is quiet, else only the last names of its sub-folders. The two hours before it (large messages,
    clock) follow every five seconds, the whole container at start and then now and then.
    """

    def __init__(
        self,
        spec: FunctionSpec,
        settings: Mapping[str, str],
        config: HostConfig,
        clients: StorageClients,
        state: HostState,
        invoker: Invoker,
        *,
        poll: float,
        full: float,
        first_retry: float,
    ) -> None:
        """Raises StartError for a wrong path or a missing setting, ValueError for an unreadable connection string."""
        self.spec = spec
        self._config = config
        self._state = state
        self._invoker = invoker
        self._poll = poll
        self._full = full
        self._first_retry = first_retry
        self._connection_name = str(spec.trigger.get("connection") or "AzureWebJobsStorage")
        connection = connection_string(self._connection_name, settings, function=spec.name)
        self.path = parse_blob_path(
            substitute(str(spec.trigger["path"]), settings, function=spec.name), function=spec.name
        )
        self._container = clients.container(connection, self.path.container)
        self._listing = clients.listing(connection, self.path.container)
        self._poison = clients.queue(connection, POISON_QUEUE)
        self._waiting: asyncio.Queue[BlobVersion] = asyncio.Queue()
        self._taken: set[BlobVersion] = set()
        """Blobs that wait, run or pause before another try."""
        self._folders: dict[str, _Folder] = {}
        self._busy_until = 0.0
        self._event_at = float("-inf")
        self._decode = get_binding_registry().get("blobTrigger").decode
        self._running = Tasks()

    def created(self, container: str, blob: BlobVersion) -> None:
        """An event tells of a blob: fire for it now. Listing finds it too, and then knows it."""
        if container == self.path.container and self.path.fits(blob.name):
            self._event_at = time.monotonic()
            self._consider(blob)

    async def run(self, stop: asyncio.Event) -> None:
        """Fire until `stop`; returns when the running functions have ended."""
        for _ in range(self._config.blob_concurrency):
            self._running.start(self._work(stop))
        self._running.start(self._look_everywhere(stop))
        outage = Outage(log, f"container {self.path.container}")
        whole_due = earlier_due = 0.0
        while not stop.is_set():
            started = time.monotonic()
            whole = started >= whole_due
            earlier = started >= earlier_due
            try:
                await self._look_at_recent(whole=whole, earlier=earlier)
                outage.worked()
            except ResourceNotFoundError:
                outage.worked()  # the container comes with its first blob
            except AzureError as error:
                await pause(stop, outage.failed(error))
                continue
            ended = time.monotonic()
            cost = ended - started
            busy = ended < self._busy_until
            interval = self._poll / _BUSY_FACTOR if busy else self._poll
            if ended - self._event_at < _EVENTS_LAST:  # events tell sooner, and listing is then for what they miss
                interval = max(self._poll, _LISTING_BESIDE_EVENTS)
            if earlier:
                earlier_due = ended + max(_EARLIER_HOURS_EVERY, 3 * cost)
            if whole:
                whole_due = ended + (3 if busy else 19) * cost
            await pause(stop, interval if whole else max(interval, 3 * cost))
        await self._running.wait()

    async def _look_at_recent(self, *, whole: bool, earlier: bool) -> None:
        """One look at where new blobs are expected. Raises AzureError."""
        if not self.path.by_hour:
            prefixes = [self.path.prefix]
        else:
            now = datetime.now(UTC)
            prefixes = [self.path.hour_prefix(now, ago) for ago in range(_RECENT_HOURS + 1 if earlier else 1)]
            if earlier:
                self._folders = {prefix: folder for prefix, folder in self._folders.items() if prefix in prefixes}
        current = self._folders.setdefault(prefixes[0], _Folder())
        if not whole and 0 < len(current.tails) <= _MOST_TAILS:
            for sub_folder, tail in list(current.tails.items()):
                await self._look(current, f"{sub_folder}/" if sub_folder else prefixes[0], tail[0])
            prefixes = prefixes[1:]
        for prefix in prefixes:
            await self._look(self._folders.setdefault(prefix, _Folder()), prefix)

    async def _look(self, folder: _Folder, prefix: str, start_from: str = "") -> None:
        async for blob in self._list(prefix, start_from):
            if folder.note(blob):
                self._consider(blob)

    async def _list(self, prefix: str, start_from: str = "") -> AsyncIterator[BlobVersion]:
        """The blobs with a prefix that fit the pattern. Raises AzureError."""
        async for blob in self._listing.names(prefix, start_from):
            if self.path.fits(blob.name):
                yield blob

    def _consider(self, blob: BlobVersion) -> None:
        if blob in self._taken:
            return
        receipt = self._receipt(blob)
        if receipt is None or not receipt.done:
            self._taken.add(blob)
            self._waiting.put_nowait(blob)
            self._busy_until = time.monotonic() + _BUSY_FOR

    async def _look_everywhere(self, stop: asyncio.Event) -> None:
        """Find blobs in any folder, at start and from time to time, and drop receipts of blobs that are gone."""
        outage = Outage(log, f"container {self.path.container} (all)")
        while not stop.is_set():
            began = time.time()
            names: set[tuple[str, str]] = set()
            try:
                async for blob in self._list(self.path.prefix):
                    self._consider(blob)
                    names.add((blob.name, blob.etag))
                    if stop.is_set():
                        return
                outage.worked()
            except ResourceNotFoundError:
                outage.worked()
            except AzureError as error:
                await pause(stop, outage.failed(error))
                continue
            known = self._state.receipt_names(self.spec.name, self.path.container, before=began)
            gone = [pair for pair in known if pair not in names]
            for start in range(0, len(gone), _FORGET_AT_ONCE):
                self._state.forget_receipts(self.spec.name, self.path.container, gone[start : start + _FORGET_AT_ONCE])
                await asyncio.sleep(0)
            await pause(stop, self._full)

    async def _work(self, stop: asyncio.Event) -> None:
        """Take one waiting blob after the other; several of these run at the same time."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                taking = asyncio.create_task(self._waiting.get())
                await asyncio.wait([taking, stopped], return_when=asyncio.FIRST_COMPLETED)
                if not taking.done():
                    taking.cancel()
                    return
                await self._fire(taking.result())
        finally:
            stopped.cancel()

    async def _fire(self, blob: BlobVersion) -> None:
        receipt = self._receipt(blob) or Receipt(tries=0, done=False)
        tries = receipt.tries
        if tries and not await self._exists(blob):
            self._write(blob, Receipt(tries, done=True))
            return
        if tries < self._config.blob_tries:
            try:
                await self._invoker.call(self.spec, self._value(blob))
            except Exception:  # logged by the invoker
                tries += 1
                self._write(blob, Receipt(tries, done=False))
            else:
                self._write(blob, Receipt(tries, done=True))
                return
        if tries < self._config.blob_tries:
            self._again(blob, min(_LONGEST_RETRY, self._first_retry * float(2 ** (tries - 1))))
        elif await self._give_up(blob):
            self._write(blob, Receipt(tries, done=True))
        else:
            self._again(blob, _LONGEST_RETRY)

    def _again(self, blob: BlobVersion, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._waiting.put_nowait, blob)

    async def _exists(self, blob: BlobVersion) -> bool:
        """False only when storage says that this version of the blob is gone."""
        try:
            properties = await self._container.get_blob_client(blob.name).get_blob_properties()
        except AzureError as error:
            return not is_status(error, 404)
        return bool(properties.etag.strip('"') == blob.etag)

    async def _give_up(self, blob: BlobVersion) -> bool:
        """Tell the poison queue about a blob, in the words of Azure's host; returns whether that worked."""
        content = {
            "Type": "BlobTrigger",
            "FunctionId": f"Host.Functions.{self.spec.name}",
            "BlobType": "BlockBlob",
            "ContainerName": self.path.container,
            "BlobName": blob.name,
            "ETag": f'"{blob.etag}"',
        }
        text = (
            base64.b64encode(json.dumps(content).encode()).decode()
            if self._config.queue_base64
            else json.dumps(content)
        )
        try:
            try:
                await self._poison.send_message(text, time_to_live=-1)
            except ResourceNotFoundError:
                await self._poison.create_queue()
                await self._poison.send_message(text, time_to_live=-1)
        except AzureError as error:
            log.warning("the poison queue does not answer; tried again later", extra={"error": type(error).__name__})
            return False
        log.error(
            "a blob goes to %s: the last try failed",
            POISON_QUEUE,
            extra={"event": "poison", "function": self.spec.name},
        )
        return True

    def _value(self, blob: BlobVersion) -> Any:
        """What Azure's host sends for an SDK type parameter, through the converter that the app has registered."""
        place = {"Connection": self._connection_name, "ContainerName": self.path.container, "BlobName": blob.name}
        content = SimpleNamespace(
            version="1.0",
            source="AzureStorageBlobs",
            content_type="application/json",
            content=json.dumps(place).encode(),
        )
        data = Datum(content, "model_binding_data")
        return self._decode(data, trigger_metadata={}, pytype=self.spec.argument_type)

    def _receipt(self, blob: BlobVersion) -> Receipt | None:
        return self._state.receipt(self.spec.name, self.path.container, blob.name, blob.etag)

    def _write(self, blob: BlobVersion, receipt: Receipt) -> None:
        self._state.write_receipt(self.spec.name, self.path.container, blob.name, blob.etag, receipt, time.time())
        if receipt.done:
            self._taken.discard(blob)
