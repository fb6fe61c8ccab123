"""The running host: all triggers of an app together, from start to graceful stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine, Mapping
from typing import Any

from local.host.blob_events import BlobCreated
from local.host.blob_trigger import BlobTrigger
from local.host.errors import StartError
from local.host.host_json import HostConfig
from local.host.http import HttpTriggers
from local.host.invoke import Invoker
from local.host.keys import Keys
from local.host.metadata import FunctionSpec
from local.host.options import Options
from local.host.queue_trigger import QueueTrigger
from local.host.state import HostState
from local.host.storage import StorageClients, Tasks
from local.host.timer_trigger import TimerTrigger

log = logging.getLogger("matta.host")
_LAST_SECONDS = 1.0


class Host:
    """Runs functions until it is told to stop. Make it inside a running event loop."""

    def __init__(
        self,
        specs: list[FunctionSpec],
        config: HostConfig,
        options: Options,
        settings: Mapping[str, str],
        keys: Keys,
        state: HostState,
    ) -> None:
        """Builds every trigger. Raises StartError, naming the function, for one that can't be run."""
        self._specs = specs
        self._options = options
        self._stop = asyncio.Event()
        self._status = "Initializing"
        self._manual = Tasks()
        self._clients = StorageClients()
        self._invoker = Invoker(_thread_count(settings))
        self._http = HttpTriggers(specs, config, keys, self._invoker, self._admin, self._blob_created)
        self._blobs: list[BlobTrigger] = []
        self._queues: list[QueueTrigger] = []
        self._timers: dict[str, TimerTrigger] = {}
        for spec in specs:
            try:
                if spec.kind == "blob":
                    trigger = BlobTrigger(
                        spec,
                        settings,
                        config,
                        self._clients,
                        state,
                        self._invoker,
                        poll=options.blob_poll,
                        full=options.blob_full,
                        first_retry=options.blob_retry,
                    )
                    self._blobs.append(trigger)
                elif spec.kind == "queue":
                    queue = QueueTrigger(
                        spec,
                        settings,
                        config,
                        self._clients,
                        self._invoker,
                        longest_poll=options.queue_poll,
                        lease=options.queue_lease,
                    )
                    self._queues.append(queue)
                    self._invoker.after_each(queue.wake)
                elif spec.kind == "timer":
                    self._timers[spec.name] = TimerTrigger(spec, settings, state, self._invoker)
            except ValueError as error:
                # The SDK's message may quote the connection string.
                raise StartError(f"function {spec.name}: its connection string can't be read") from error

    async def run(self) -> bool:
        """Run until SIGTERM or SIGINT; returns whether every running function ended in time.

        Raises StartError when the port is taken.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ask_to_stop)
        try:
            port = await self._http.start(self._options.address, self._options.port)
        except OSError as error:
            raise StartError(f"port {self._options.port} of {self._options.address}: {error.strerror}") from error
        listeners: list[Coroutine[Any, Any, None]] = [
            *(trigger.run(self._stop) for trigger in self._blobs),
            *(trigger.run(self._stop) for trigger in self._queues),
            *(trigger.run(self._stop) for trigger in self._timers.values()),
        ]
        tasks = [asyncio.create_task(_watched(listener)) for listener in listeners]
        self._status = "Running"
        url = f"http://{self._options.address}:{port}"
        names = [spec.name for spec in self._specs]
        log.info("ready", extra={"event": "ready", "url": url, "pid": os.getpid(), "functions": names})
        await self._stop.wait()
        return await self._end(tasks)

    def _blob_created(self, event: BlobCreated) -> None:
        for trigger in self._blobs:
            trigger.created(event.container, event.blob)

    def _ask_to_stop(self) -> None:
        if self._stop.is_set():
            log.warning("stopping at once", extra={"event": "stopped", "running": self._invoker.running})
            os._exit(1)
        self._status = "Stopping"
        self._stop.set()

    async def _end(self, tasks: list[asyncio.Task[None]]) -> bool:
        """Take nothing new, and wait for what runs, as long as the grace allows."""
        log.info("stopping", extra={"event": "stopping", "running": self._invoker.running})
        http = asyncio.create_task(self._http.stop())
        idle = asyncio.create_task(self._invoker.wait_idle())
        manual = asyncio.create_task(self._manual.wait())
        _, unfinished = await asyncio.wait([http, idle, manual, *tasks], timeout=self._options.stop_grace)
        in_time = not unfinished
        if unfinished:
            log.warning("functions still run and are cut off", extra={"running": self._invoker.running})
            for task in unfinished:
                task.cancel()
            await asyncio.wait(unfinished, timeout=_LAST_SECONDS)
        self._invoker.close()
        await self._clients.close()
        log.info("stopped", extra={"event": "stopped", "running": self._invoker.running})
        return in_time

    async def _admin(self, method: str, path: str) -> tuple[int, Any]:
        """Status, list of functions, and a timer run by hand (`POST functions/NAME`), as Azure's host has them."""
        if method == "GET" and path == "host/status":
            names = [spec.name for spec in self._specs]
            return 200, {"state": self._status, "functions": names, "processId": os.getpid()}
        if method == "GET" and path == "functions":
            routes = self._http.routes()
            return 200, [
                {"name": spec.name, "type": spec.trigger["type"], "route": routes.get(spec.name)}
                for spec in self._specs
            ]
        if method == "POST" and path.startswith("functions/"):
            timer = self._timers.get(path.removeprefix("functions/"))
            if timer is not None:
                self._manual.start(timer.fire_now())
                return 202, None
        return 404, None


async def _watched(listener: Coroutine[Any, Any, None]) -> None:
    """A listener that dies takes the host with it: a trigger that is silently dead would lose mail."""
    try:
        await listener
    except Exception:
        log.critical("a trigger died; the host ends", exc_info=True)
        os._exit(70)


def _thread_count(settings: Mapping[str, str]) -> int | None:
    text = settings.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    return int(text) if text.isdigit() and int(text) > 0 else None
