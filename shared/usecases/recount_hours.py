"""Count again the hours whose messages changed (stage 6): the timer behind reports and usage.

Whoever files a row first notes that its hour changed; the note names the slot of time in which it was written. A slot
is counted when it is over and everybody who wrote in it is surely done, and an hour is always counted as a whole: so
nothing is missed, and counting twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.reports.hour_count import HOUR, count_hour
from shared.ports_lists import Place
from shared.ports_reports import DirtyHour
from shared.usecases.note_row import SLOT
from shared.usecases.track_messages import first_id, rows_behind

SETTLING = timedelta(minutes=2)
"""After the end of a slot: longer than any write that was begun in it may take, clocks' differences included."""
MOST_AT_ONCE = 2000
"""Notes that one run of the timer takes."""


def recount_hours(app: App) -> int:
    """Count what is noted; returns how many hours that were. A tenant that fails does not stop the others.

    Raises ``TemporaryError`` where the notes cannot be read.
    """
    notes = app.counters.dirty(settled_before(app.clock.now()), MOST_AT_ONCE)
    hours: dict[tuple[str, datetime], list[DirtyHour]] = {}
    for note in notes:
        hours.setdefault((note.tenant_id, note.hour), []).append(note)
    counted = 0
    for (tenant_id, hour), found in hours.items():
        try:
            if not _has_lost_rows(app, tenant_id, hour):
                recount(app, tenant_id, hour)
            app.counters.done(found)
            counted += 1
        except Exception as error:  # the notes stay: the next run tries again
            log.trouble("reports", None, error, tenant=tenant_id)
    for tenant_id in dict.fromkeys(tenant_id for tenant_id, _ in hours):
        _count_people(app, tenant_id)
    return counted


def recount(app: App, tenant_id: str, hour: datetime) -> None:
    """Count one hour from its rows and replace what was counted. Raises ``TemporaryError``."""
    app.counters.write(tenant_id, count_hour(hour, _rows_of(app, tenant_id, hour)))


def _has_lost_rows(app: App, tenant_id: str, hour: datetime) -> bool:
    """Whether retention may have deleted messages of the hour: what was counted before then stays."""
    if app.clock.now() - hour < timedelta(days=1):
        return False  # no record is kept for less than a day
    return app.deletions.progress(tenant_id).record > first_id(hour)


def settled_before(now: datetime) -> datetime:
    """Slots that began before this moment are over, and everything noted in them is written."""
    return now - SLOT - SETTLING


def _rows_of(app: App, tenant_id: str, hour: datetime) -> Iterator[MessageRow]:
    place = Place(tenant_id, Shelf.DAY, hour.strftime("%Y%m%d"))
    for row in rows_behind(app, place, first_id(hour + HOUR)):
        if row.ref.received_at < hour:
            return
        yield row


def _count_people(app: App, tenant_id: str) -> None:
    """Once a day, for usage: the number of active people, where the tenant has any traffic at all."""
    today = app.clock.now().date()
    try:
        if app.counters.people(tenant_id, today, today) is None:
            app.counters.write_people(tenant_id, today, len(app.directory.everybody(tenant_id)))
    except Exception as error:  # tomorrow is another day
        log.trouble("reports", None, error, tenant=tenant_id)
