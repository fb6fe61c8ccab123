"""How much the relay takes in: slows transactions down, defers them, and lets content in as memory allows. Stage receive.

Every new level is one line in the log.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from shared.ports_relay import Backlog
from smtp_relay import replies
from smtp_relay.backpressure import Backpressure, Level, Limits
from smtp_relay.configuration import RelayConfiguration
from smtp_relay.counters import Counters
from smtp_relay.data_budget import DataBudget, Place
from smtp_relay.logs import EventLog
from smtp_relay.storage_circuit import StorageCircuit

if TYPE_CHECKING:
    from smtp_relay.session import Session


class Valve:
    """One for a relay."""

    def __init__(self, configuration: RelayConfiguration, counters: Counters, log: EventLog) -> None:
        self._configuration = configuration
        self._counters = counters
        self._log = log
        self._backpressure = Backpressure(
            Limits(
                slow=configuration.slow_backlog_seconds,
                defer=configuration.defer_backlog_seconds,
                pause=configuration.slow_pause_seconds,
                trickle=configuration.trickle_seconds,
                blind=configuration.blind_defer_seconds,
            )
        )
        self._circuit = StorageCircuit(configuration.storage_failures, configuration.storage_pause_seconds)
        self._level = Level.NORMAL
        self._was_open = False
        self.budget = DataBudget(configuration.memory)

    @property
    def level(self) -> Level:
        """What the backlog does to new transactions."""
        return self._level

    @property
    def backlog_seconds(self) -> float:
        """Age of the oldest unjudged message, as far as it can be known."""
        return self._backpressure.age(time.time())

    @property
    def storage_is_out(self) -> bool:
        """Whether new transactions wait for storage to be back."""
        return self._circuit.is_open

    def saw(self, backlog: Backlog | None) -> None:
        """Take what the sweep wrote."""
        self._backpressure.saw(backlog)
        self._note_level()

    def stored(self) -> None:
        """A message is in the spool."""
        self._circuit.succeeded()
        self._backpressure.accepted(time.time())
        self._note_circuit()

    def not_stored(self) -> None:
        """A message could not be put there."""
        self._circuit.failed(time.monotonic())
        self._note_circuit()

    def given_up(self) -> None:
        """A message ended by its client, or was refused, before it was put anywhere."""
        self._circuit.given_up(time.monotonic())

    def may_store(self) -> str:
        """Before content is asked for: the reply that defers it where storage is out, or an empty string."""
        return "" if self._circuit.may_try(time.monotonic()) else self._defer("storage", replies.TEMPORARY)

    async def begin(self, session: Session) -> str:
        """Before a transaction: wait as long as it must, and return the reply that defers it, or an empty string."""
        if not self._circuit.may_begin(time.monotonic()):
            return self._defer("storage", replies.TEMPORARY)
        admission = self._backpressure.admit(time.time())
        self._note_level()
        if admission.deferred:
            return self._defer("backlog", replies.BEHIND)
        if admission.pause_seconds > 0:
            await session.flush()
            await asyncio.sleep(admission.pause_seconds)
        return ""

    async def take(self, session: Session, tenant: str, announced: int) -> Place | None:
        """A place for a message's content; None where memory did not suffice in time."""
        if self.budget.must_wait(tenant, announced):
            await session.flush()
        place = await self.budget.take(tenant, announced, self._configuration.memory_wait_seconds)
        if place is None:
            self._counters.deferred["memory"] += 1
        return place

    def _defer(self, reason: str, reply: str) -> str:
        self._counters.deferred[reason] += 1
        return reply

    def _note_level(self) -> None:
        now = time.time()
        level = self._backpressure.level(now)
        if level is not self._level:
            self._level = level
            self._log.write(
                "pressure",
                level=level.value,
                backlog_seconds=round(self._backpressure.age(now)),
                measured=not self._backpressure.is_stale(now),
            )

    def _note_circuit(self) -> None:
        if self._circuit.is_open is not self._was_open:
            self._was_open = self._circuit.is_open
            self._log.write("storage", outcome="out" if self._was_open else "back")
