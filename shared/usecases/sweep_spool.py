"""Find messages in the spool that nobody has judged: their event was lost, or judging them failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from shared import log
from shared.app import App
from shared.core.message.identity import MessageRef
from shared.ports import DueEntry, SpoolEntry
from shared.ports_metrics import Metric
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.measure_backlog import BacklogWatch
from shared.usecases.note_stuck import note_unjudged
from shared.usecases.run_due import FAILED_PAUSE

MARK = "spool-sweep"
REST = "spool-sweep-rest"
"""Mark of the moment up to which sweeps rest."""
SHORT = timedelta(seconds=10)
"""A sweep of up to this time is followed by the next one at once."""
RESTS = 3
"""After a longer one that found nothing, sweeps rest for so many times its length: with very much mail listing the spool
would else be all that an instance does, for messages whose events nearly always come.
"""
LONGEST_REST = timedelta(minutes=10)
OVERLAP = timedelta(minutes=5)
"""How far each sweep reaches back before the last one, for clocks that differ and listings that lag."""
FIRST_REACH = timedelta(days=3)
"""How far the very first sweep reaches back."""
MOST_AT_ONCE = 1000
"""Messages that storage is asked about together. Nearly all were judged: one by one, each would be loaded many times."""


def sweep_spool(app: App) -> int:
    """Judge what was left behind; return how many messages that were.

    A message that still cannot be judged gets a note in the schedule and is tried again from there, so that the sweep
    itself always moves on. Raises ``TemporaryError`` where storage does not answer; the next sweep begins where this did.
    """
    now = app.clock.now()
    watch = BacklogWatch(app)
    if now < (app.schedule.read_mark(REST) or now):
        watch.through()
        return 0
    until = now - timedelta(seconds=app.process.watch_seconds)
    since = (app.schedule.read_mark(MARK) or now - FIRST_REACH) - OVERLAP
    found = behind = 0
    for refs in _together(app.spool.committed_since(since, until)):
        judged = app.messages.judged(refs[0], refs[-1])
        unjudged = [ref for ref in refs if ref not in judged]
        behind += len(unjudged)
        for index, ref in enumerate(unjudged):
            watch.see(unjudged, index)
            try:
                if evaluate_message(app, ref, at_once=False, may_wait=True):
                    found += 1
                    log.stage("sweep", ref, "judged-late")
                    app.metrics.add(Metric.SWEEP_FOUND)
            except Exception as error:  # one message must not stop the others
                log.trouble("sweep", ref, error)
                note_unjudged(app, ref)
                app.schedule.add(DueEntry(ref, now + FAILED_PAUSE))
    app.schedule.write_mark(MARK, until)
    watch.through()
    took = app.clock.now() - now
    if took > SHORT and not behind:
        app.schedule.write_mark(REST, now + took + min(RESTS * took, LONGEST_REST))
    return found


def _together(entries: Iterable[SpoolEntry]) -> Iterator[list[MessageRef]]:
    """Messages of one tenant that came close together, in order: the range between them holds few others."""
    waiting: list[MessageRef] = []
    for ref in (entry.ref for entry in entries):
        if waiting:
            last = waiting[-1]
            near = last < ref and ref.tenant_id == last.tenant_id and ref.received_at - last.received_at <= OVERLAP
            if not near or len(waiting) == MOST_AT_ONCE:
                yield waiting
                waiting = []
        waiting.append(ref)
    if waiting:
        yield waiting
