"""Timer triggers: a function at the times of its schedule, one run at a time, with what was missed reported."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from azure.functions.meta import Datum, get_binding_registry

from local.host import ncrontab
from local.host.app_settings import substitute
from local.host.errors import StartError
from local.host.invoke import Invoker
from local.host.metadata import FunctionSpec
from local.host.state import HostState, TimerStatus

log = logging.getLogger("matta.host.timer")
_MONITOR_FROM = timedelta(minutes=1)


def _now() -> datetime:
    return datetime.now(UTC)


class TimerTrigger:
    """One timer function.

    As on Azure, the times of a schedule of a minute and more (or with use_monitor) are kept in the state: a time that
    passed while the host was down, or whose run was killed, fires at start with `past_due`. Times that pass while the
    function runs are skipped.
    """

    def __init__(
        self,
        spec: FunctionSpec,
        settings: Mapping[str, str],
        state: HostState,
        invoker: Invoker,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """Raises StartError for a schedule that can't be read or never comes."""
        self.spec = spec
        self._state = state
        self._invoker = invoker
        self._now = now
        text = substitute(str(spec.trigger["schedule"]), settings, function=spec.name)
        try:
            self.schedule = ncrontab.parse(text)
            first = self.schedule.next_after(now())
            interval = self.schedule.next_after(first) - first
        except ValueError as error:
            raise StartError(f"function {spec.name}: {error}") from error
        monitor = spec.trigger.get("useMonitor")
        self._monitored = bool(monitor) if monitor is not None else interval >= _MONITOR_FROM
        self._busy = asyncio.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Fire until `stop`; a run in progress is left to the invoker."""
        status = self._state.timer(self.spec.name) if self._monitored else None
        if status is not None and status.schedule != self.schedule.text:
            status = None
        now = self._now()
        if status is not None and status.next <= now:
            await self._fire(status, past_due=True)
        elif self.spec.trigger.get("runOnStartup"):
            await self._fire(status, past_due=False)
        elif self._monitored and status is None:
            self._state.write_timer(
                self.spec.name, TimerStatus(self.schedule.text, None, self.schedule.next_after(now), now)
            )
        due = self.schedule.next_after(self._now())
        while not stop.is_set():
            wait = (due - self._now()).total_seconds()
            if wait > 0:
                # In pieces, so that a machine that slept or a clock that was set does not shift the time.
                try:
                    await asyncio.wait_for(stop.wait(), min(wait, 30.0))
                except TimeoutError:
                    continue
                return
            await self._fire(self._state.timer(self.spec.name) if self._monitored else None, past_due=False)
            # Never the same time again, even if the clock is a little behind the timer.
            due = self.schedule.next_after(max(self._now(), due))

    async def fire_now(self) -> None:
        """Run the function outside its schedule (asked for by hand); waits for a run in progress."""
        await self._fire(self._state.timer(self.spec.name) if self._monitored else None, past_due=False)

    async def _fire(self, status: TimerStatus | None, *, past_due: bool) -> None:
        async with self._busy:
            started = self._now()
            content = {
                "Schedule": {"AdjustForDST": True},
                "ScheduleStatus": _status_for_function(status),
                "IsPastDue": past_due,
            }
            data = Datum(type="json", value=json.dumps(content))
            decode = get_binding_registry().get("timerTrigger").decode
            try:
                await self._invoker.call(self.spec, decode(data, trigger_metadata={}))
            except Exception:
                # The invoker has logged it. A timer that failed waits for its next time, as on Azure.
                log.debug("timer %s failed", self.spec.name)
            if self._monitored:
                now = self._now()
                self._state.write_timer(
                    self.spec.name, TimerStatus(self.schedule.text, started, self.schedule.next_after(now), now)
                )


def _status_for_function(status: TimerStatus | None) -> dict[str, str] | None:
    if status is None:
        return None
    return {
        "Last": (status.last or datetime.min.replace(tzinfo=UTC)).isoformat(),
        "Next": status.next.isoformat(),
        "LastUpdated": status.updated.isoformat(),
    }
