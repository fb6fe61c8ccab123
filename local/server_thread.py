"""``ServerThread``: an asyncio server in a thread of its own, for tests and benchmarks that are not asynchronous.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any


class ServerThread:
    """One event loop, one server. ``start`` and ``stop`` are called once each, from the thread that made it."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._server: asyncio.Server | None = None

    def start(self, starting: Coroutine[Any, Any, asyncio.Server]) -> int:
        """Run ``starting`` in the thread; the port that its server listens on. Raises what it raises."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(starting, self.loop).result(10)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        """Close the server, cancel what it still does, and end the thread."""

        async def close() -> None:
            if self._server is not None:
                self._server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
