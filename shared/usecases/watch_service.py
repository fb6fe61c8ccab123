"""Measure what no single message tells (stage 6): how much work is parked, how many messages are stuck, for how long.

For metrics and, as one log line, for alerts and the workbook.
"""

from __future__ import annotations

from collections import Counter

from shared import log
from shared.app import App
from shared.core.message.identity import MessageRef
from shared.ports_metrics import Labels, Metric
from shared.ports_operator import StuckKind
from shared.usecases.see_stuck import MOST_AT_ONCE, stuck_messages

MOST_STUCK = 500
"""Stuck messages that are looked at; that there are more shows in the number being this one."""


def watch_service(app: App) -> None:
    """Look once. Never raises: it only watches."""
    try:
        _watch(app)
    except Exception as error:
        log.trouble("service", None, error)


def _watch(app: App) -> None:
    parked = {one.queue: one.parked for one in app.parked.lengths()}
    stuck: Counter[StuckKind] = Counter()
    oldest = 0.0
    after: MessageRef | None = None
    for _ in range(MOST_STUCK // MOST_AT_ONCE):
        found, after = stuck_messages(app, after, MOST_AT_ONCE)
        for one in found:
            stuck[one.kind] += 1
            if one.kind is StuckKind.DELIVERY:
                oldest = max(oldest, (app.clock.now() - one.since).total_seconds())
        if after is None:
            break
    for queue, count in parked.items():
        app.metrics.set(Metric.PARKED, count, Labels(outcome=queue))
    for kind in StuckKind:
        app.metrics.set(Metric.STUCK, stuck[kind], Labels(outcome=kind.value))
    app.metrics.set(Metric.UNDELIVERED_AGE, oldest)
    log.figures(
        "service",
        parked=sum(parked.values()),
        judging=stuck[StuckKind.JUDGING],
        delivery=stuck[StuckKind.DELIVERY],
        effects=stuck[StuckKind.EFFECTS],
        undelivered_age=round(oldest),
    )
