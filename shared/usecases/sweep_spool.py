"""Find messages in the spool that nobody has judged: their event was lost, or judging them failed."""

from __future__ import annotations

from datetime import timedelta

from shared import log
from shared.app import App
from shared.ports import DueEntry
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.run_due import FAILED_PAUSE

MARK = "spool-sweep"
OVERLAP = timedelta(minutes=5)
"""How far each sweep reaches back before the last one, for clocks that differ and listings that lag."""
FIRST_REACH = timedelta(days=3)
"""How far the very first sweep reaches back."""


def sweep_spool(app: App) -> int:
    """Judge what was left behind; return how many messages that were.

    A message that still cannot be judged gets a note in the schedule and is tried again from there, so that the sweep
    itself always moves on.
    """
    now = app.clock.now()
    until = now - timedelta(seconds=app.process.watch_seconds)
    since = (app.schedule.read_mark(MARK) or now - FIRST_REACH) - OVERLAP
    found = 0
    for entry in app.spool.committed_since(since, until):
        try:
            if app.messages.load(entry.ref) is None and evaluate_message(app, entry.ref, at_once=False):
                found += 1
                log.stage("sweep", entry.ref, "judged-late")
        except Exception as error:  # one message must not stop the others
            log.trouble("sweep", entry.ref, error)
            app.schedule.add(DueEntry(entry.ref, now + FAILED_PAUSE))
    app.schedule.write_mark(MARK, until)
    return found
