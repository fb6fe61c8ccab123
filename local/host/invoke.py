"""Calls functions: sync ones in threads, async ones on the event loop; every trigger ends here."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import azure.functions as func

from local.host.metadata import FunctionSpec

log = logging.getLogger("matta.host")
_thread_local = threading.local()


class InvocationContext(func.Context):
    """What a function gets as its `context` parameter: ids and names. There is no trace and no retry policy here."""

    def __init__(self, spec: FunctionSpec, invocation_id: str) -> None:
        self._spec = spec
        self._invocation_id = invocation_id

    @property
    def invocation_id(self) -> str:
        """A new id for each call."""
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        """Storage of the thread that runs the function."""
        return _thread_local

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self._spec.name

    @property
    def function_directory(self) -> str:
        """Folder of the file that defines the function."""
        return self._spec.directory

    @property
    def trace_context(self) -> Any:
        """None: the local host keeps no traces."""
        return None

    @property
    def retry_context(self) -> Any:
        """None: the local host has no retry policies."""
        return None


class Invoker:
    """Runs functions and knows which are running, so that a stop can wait for them.

    `threads` is the number of sync functions that run at the same time (Azure: PYTHON_THREADPOOL_THREAD_COUNT).
    """

    def __init__(self, threads: int | None = None) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="function")
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._after: list[Callable[[], None]] = []

    def after_each(self, callback: Callable[[], None]) -> None:
        """Call `callback` when a function has ended: it may have sent something that a listener waits for."""
        self._after.append(callback)

    async def call(self, spec: FunctionSpec, value: object) -> Any:
        """The function's result. Raises what the function raises; RuntimeError for a result that no binding takes.

        A line in the log says how it ended and how long it took, never what it was given.
        """
        invocation_id = str(uuid.uuid4())
        arguments: dict[str, Any] = {spec.argument: value}
        if spec.wants_context:
            arguments["context"] = InvocationContext(spec, invocation_id)
        self._running += 1
        self._idle.clear()
        started = time.perf_counter()
        outcome: dict[str, Any] = {"event": "function", "function": spec.name, "invocation_id": invocation_id}
        try:
            if spec.is_async:
                result = await _run_async(spec, arguments)
            else:
                run = functools.partial(contextvars.copy_context().run, _run_sync, invocation_id, spec, arguments)
                result = await asyncio.get_running_loop().run_in_executor(self._threads, run)
            if result is not None and spec.kind != "http":
                raise RuntimeError(f"function {spec.name} returned a value, and no binding takes it")
        except Exception:
            outcome["ms"] = _milliseconds(started)
            log.exception("function %s failed", spec.name, extra=outcome)
            raise
        else:
            outcome["ms"] = _milliseconds(started)
            log.info("function %s succeeded", spec.name, extra=outcome)
            return result
        finally:
            self._running -= 1
            if self._running == 0:
                self._idle.set()
            for callback in self._after:
                callback()

    @property
    def running(self) -> int:
        """How many functions are running now."""
        return self._running

    async def wait_idle(self) -> None:
        """Return when no function is running."""
        await self._idle.wait()

    def close(self) -> None:
        """Take no more calls and don't wait for those that run."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _run_sync(invocation_id: str, spec: FunctionSpec, arguments: dict[str, Any]) -> Any:
    _thread_local.invocation_id = invocation_id
    try:
        return spec.handler(**arguments)
    except SystemExit as error:
        raise _exited(spec) from error


async def _run_async(spec: FunctionSpec, arguments: dict[str, Any]) -> Any:
    try:
        return await spec.handler(**arguments)
    except SystemExit as error:
        raise _exited(spec) from error


def _exited(spec: FunctionSpec) -> RuntimeError:
    """One function's sys.exit() must not end the host and every other function with it."""
    return RuntimeError(f"function {spec.name} tried to end the process")


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
