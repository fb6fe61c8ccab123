"""Queue triggers: messages of a storage queue, with lease, retries and poison queue as Azure's host does it.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.functions.meta import Datum, get_binding_registry

from local.host.app_settings import connection_string, substitute
from local.host.host_json import HostConfig
from local.host.invoke import Invoker
from local.host.metadata import FunctionSpec
from local.host.queue_messages import TakenMessage
from local.host.storage import Outage, StorageClients, Tasks, is_status, pause

log = logging.getLogger("matta.host.queue")
_SHORTEST_POLL = 0.05
_SHORTEST_PAUSE = 0.025
_FINISH_TRIES = 5


class QueueTrigger:
    """One queue-triggered function.

    A message is hidden for `lease` seconds, and longer by renewal while its function runs: a host that dies gives it
    back by saying nothing. (Azure's host leases ten minutes; here a shorter lease means a shorter wait after a crash.)
    """

    def __init__(
        self,
        spec: FunctionSpec,
        settings: Mapping[str, str],
        config: HostConfig,
        clients: StorageClients,
        invoker: Invoker,
        *,
        longest_poll: float,
        lease: float,
    ) -> None:
        """Raises StartError for a missing setting, ValueError for an unreadable connection string."""
        self.spec = spec
        self._config = config
        self._invoker = invoker
        self._longest_poll = longest_poll
        self._lease = int(lease)
        connection = connection_string(str(spec.trigger.get("connection") or ""), settings, function=spec.name)
        self.queue_name = substitute(str(spec.trigger["queueName"]), settings, function=spec.name).lower()
        self._queue = clients.messages(connection, self.queue_name)
        self._poison = clients.queue(connection, f"{self.queue_name}-poison")
        self._running = Tasks()
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()

    def wake(self) -> None:
        """Look again soon: something in this host may have sent a message."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Take messages until `stop`; returns when those taken are finished or given back."""
        self._stop = stop
        outage = Outage(log, f"queue {self.queue_name}")
        poll = _SHORTEST_POLL
        while not stop.is_set():
            if len(self._running) > self._config.queue_new_batch_threshold:
                await pause(stop, self._longest_poll, self._wake)
                continue
            try:
                found = await self._take()
                outage.worked()
            except ResourceNotFoundError:
                found = 0  # the queue comes with its first message
                outage.worked()
            except AzureError as error:
                await pause(stop, outage.failed(error))
                continue
            if found:
                poll = _SHORTEST_POLL
                continue
            # Under load something ends all the time: looking again for each would be most of what the host does.
            await asyncio.sleep(_SHORTEST_PAUSE)
            woken = self._wake.is_set()
            await pause(stop, poll, self._wake)
            poll = _SHORTEST_POLL if woken else min(self._longest_poll, poll * 1.5)
        await self._running.wait()

    async def _take(self) -> int:
        taken = await self._queue.take(self._config.queue_batch_size, self._lease)
        for message in taken:
            self._running.start(self._handle(message))
        return len(taken)

    async def _handle(self, message: TakenMessage) -> None:
        if self._stop.is_set():
            await self._give_back(message, 0)
            return
        count = message.dequeue_count or 1
        if count > self._config.queue_max_dequeue_count:
            await self._finish(message, poison="too many tries")
            return
        try:
            body = self._decode(message.content)
        except ValueError:
            await self._finish(message, poison="not Base64")
            return
        ended = asyncio.Event()
        renewal = asyncio.create_task(self._renew(message, ended))
        try:
            await self._invoker.call(self.spec, self._value(message, body))
            failed = False
        except Exception:  # logged by the invoker
            failed = True
        finally:
            # Let a renewal in progress end by itself: cut off, it would leave a pop receipt that nobody knows.
            ended.set()
            await renewal
        if not failed:
            await self._finish(message, poison=None)
        elif count >= self._config.queue_max_dequeue_count:
            await self._finish(message, poison="the last try failed")
        else:
            await self._give_back(message, int(self._config.queue_visibility_timeout))
        self._wake.set()

    def _decode(self, content: str) -> bytes:
        if not self._config.queue_base64:
            return content.encode()
        try:
            return base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise ValueError("not Base64") from error

    def _value(self, message: TakenMessage, body: bytes) -> Any:
        """The message as the function gets it: made by the worker's own converter."""
        try:
            data = Datum(type="string", value=body.decode())
        except UnicodeDecodeError:
            data = Datum(type="bytes", value=body)
        metadata = {
            "Id": Datum(message.id, "string"),
            "DequeueCount": Datum(message.dequeue_count, "int"),
            "InsertionTime": _time(message.inserted_on),
            "ExpirationTime": _time(message.expires_on),
            "NextVisibleTime": _time(message.next_visible_on),
            "PopReceipt": Datum(message.pop_receipt, "string"),
        }
        registry: Any = get_binding_registry()
        return registry.get("queueTrigger").decode(data, trigger_metadata=metadata)

    async def _renew(self, message: TakenMessage, ended: asyncio.Event) -> None:
        interval = self._lease / 2
        while True:
            await pause(ended, interval)
            if ended.is_set():
                return
            try:
                await self._queue.hide(message, self._lease)
                interval = self._lease / 2
            except AzureError as error:
                if is_status(error, 400, 404):
                    log.warning("a message of %s was taken by somebody else while it was handled", self.queue_name)
                    return
                interval = min(1.0, self._lease / 4)

    async def _finish(self, message: TakenMessage, poison: str | None) -> None:
        """Delete a message, into the poison queue if need be. On failure it comes back: at least once, never lost."""
        if poison is not None:
            extra = {"event": "poison", "function": self.spec.name, "queue": self.queue_name, "message_id": message.id}
            log.error("a message goes to %s-poison: %s", self.queue_name, poison, extra=extra)
            if not await self._several_times(lambda: self._send_to_poison(message.content)):
                return
        await self._several_times(lambda: self._queue.delete(message))

    async def _send_to_poison(self, content: str) -> None:
        try:
            await self._poison.send_message(content, time_to_live=-1)
        except ResourceNotFoundError:
            await self._poison.create_queue()
            await self._poison.send_message(content, time_to_live=-1)

    async def _give_back(self, message: TakenMessage, delay: int) -> None:
        await self._several_times(lambda: self._queue.hide(message, delay))

    async def _several_times(self, request: Callable[[], Any]) -> bool:
        """Whether a request worked, tried again while storage is away and the lease may still hold."""
        outage = Outage(log, f"queue {self.queue_name}")
        for _ in range(_FINISH_TRIES):
            try:
                await request()
            except AzureError as error:
                if is_status(error, 400, 404):
                    log.warning("a message of %s was taken by somebody else; it will run again", self.queue_name)
                    return False
                await asyncio.sleep(outage.failed(error))
            else:
                outage.worked()
                return True
        log.error("a message of %s could not be finished; it will run again", self.queue_name)
        return False


def _time(moment: datetime | None) -> Datum:
    return Datum(moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment else None, "string" if moment else None)
