"""Starts and stops the relay: its SMTP port, its health port, its background work. Stage receive."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from smtp_relay import replies
from smtp_relay.commands import RelaySession
from smtp_relay.health import Health
from smtp_relay.relay import Relay

_FIRST_RULES_SECONDS = 0.5
_LAST_WORDS_SECONDS = 1.0


class RelayServer:
    """A relay that listens. ``start`` and ``stop`` belong to one event loop."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self._server: asyncio.Server | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._health = Health(relay, self._is_listening)

    @property
    def port(self) -> int:
        """The port that it listens on, also where it was told to take any."""
        if self._server is None:
            raise RuntimeError("the relay is not started")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def health_port(self) -> int:
        """The port of the health check; -1 where there is none."""
        return self._health.port

    async def start(self) -> None:
        """Learn the rules, then listen. Waits for storage: without rules every client would be a stranger."""
        configuration = self.relay.configuration
        await self._health.start(configuration.health_host, configuration.health_port)
        while not await self.relay.refresh():  # noqa: ASYNC110  # nothing here could tell when storage is back
            await asyncio.sleep(_FIRST_RULES_SECONDS)
        self._refreshing = asyncio.create_task(self.relay.keep_refreshing())
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: RelaySession(self.relay), configuration.host, configuration.port, backlog=512
        )

    async def stop(self) -> None:
        """Take no more connections and no more commands; let messages on their way finish, within the time set."""
        relay = self.relay
        relay.stopping = True
        if self._server is not None:
            self._server.close()
        for session in tuple(relay.sessions):
            session.stop()
        await self._wait_for_sessions(relay.configuration.stop_seconds)
        for session in tuple(relay.sessions):
            session.outcome = "stopped"
            session.hang_up(replies.SHUTTING_DOWN)
        await self._wait_for_sessions(_LAST_WORDS_SECONDS)
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
        await self._health.stop()
        relay.authenticator.close()

    async def _wait_for_sessions(self, seconds: float) -> None:
        self.relay.all_ended.clear()
        if self.relay.sessions:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.relay.all_ended.wait(), seconds)

    def _is_listening(self) -> bool:
        return self._server is not None and self._server.is_serving() and not self.relay.stopping
