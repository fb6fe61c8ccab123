"""Tell the relay how far judging is behind the spool, while the sweep works it off and when it is through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.message.identity import MessageRef
from shared.ports_metrics import Metric
from shared.ports_relay import Backlog

WRITE_EVERY = timedelta(seconds=10)
"""Pause between two writes of one sweep: what is behind may take it long, and an old reading counts as none."""


class BacklogWatch:
    """One sweep's. That it cannot be written stops no sweep: the relay takes a reading that grows old for a warning."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._written_at: datetime | None = None

    def see(self, unjudged: Sequence[MessageRef], index: int) -> None:
        """Those from ``index`` on are unjudged, the oldest first; written unless it just was."""
        now = self._app.clock.now()
        if self._written_at is None or now - self._written_at >= WRITE_EVERY:
            age = max(0.0, (now - unjudged[index].received_at).total_seconds())
            self._write(Backlog(age, len(unjudged) - index, now), unjudged[index])

    def through(self) -> None:
        """The sweep is through: nothing that it looks at is unjudged."""
        self._write(Backlog(0.0, 0, self._app.clock.now()), None)

    def _write(self, backlog: Backlog, oldest: MessageRef | None) -> None:
        self._written_at = backlog.written_at
        self._app.metrics.set(Metric.UNJUDGED_AGE, backlog.oldest_seconds)
        self._app.metrics.set(Metric.UNJUDGED, backlog.count)
        if backlog.count:  # an age of nothing is said by the absence of a line: a sweep runs twice a minute
            log.figures("backlog", age=round(backlog.oldest_seconds), messages=backlog.count)
        try:
            self._app.backlog.write(backlog)
        except Exception as error:
            log.trouble("backlog", oldest, error)
