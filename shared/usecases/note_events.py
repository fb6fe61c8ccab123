"""Count and log what a change of state did (all stages): one place, so that log lines and metrics cannot disagree.

Called once for each change that was stored, and never for one that was not: states change by conditional writes, so a
trigger that runs twice counts once.
"""

from __future__ import annotations

from datetime import datetime

from shared import log
from shared.app import App
from shared.core.hold.record import Change, Event, EventCode, Fate, MessageRecord
from shared.ports_metrics import Labels, Metric

_OF_DELIVERY = frozenset([EventCode.DEFERRED, EventCode.DELIVERED, EventCode.PARTLY_DELIVERED, EventCode.BOUNCED])


def note_events(app: App, change: Change, *, first: bool) -> None:
    """``first``: the change is a message's first state, whose own line (``decide``, ``submit``) says more.

    Matta's own mail has lines and is not counted: it would make every notice look like mail of the tenant's.
    """
    record = change.record
    if first and not record.own:
        app.metrics.add(Metric.JUDGED, Labels(record.ref.tenant_id, record.decision.disposition.value))
    for event in change.events:
        if not record.own:
            app.metrics.add(Metric.EVENTS, Labels(record.ref.tenant_id, event.code.value))
        if not first:
            _line(record, event)
    if any(event.code in (EventCode.DELIVERED, EventCode.PARTLY_DELIVERED) for event in change.events):
        _measure(app, record)


def _line(record: MessageRecord, event: Event) -> None:
    session = record.reception.session_id
    if event.code in _OF_DELIVERY:
        log.stage("delivery", record.ref, event.code, session=session, attempts=record.attempts)
    else:
        log.stage("state", record.ref, event.code, session=session, state=record.state, channel=event.actor.channel)


def _measure(app: App, record: MessageRecord) -> None:
    """How long delivery took. Mail that somebody was asked about is measured from the release: people take hours."""
    sent = [result.at for result in record.recipients if result.fate is Fate.SENT and result.at is not None]
    if record.own or not sent:
        return
    start, outcome = _start(record)
    app.metrics.observe(Metric.DELIVERY_DELAY, max(0.0, (max(sent) - start).total_seconds()), Labels(outcome=outcome))


def _start(record: MessageRecord) -> tuple[datetime, str]:
    if record.outcome is None:
        return record.reception.received_at, "passed"
    return record.delivery_started_at or record.outcome.at, "released"
