"""Write many lives to storage fast: one transaction for each message, rows in batches, hours counted at the end.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from local.traffic.life import Life
from shared.adapters.message_lists_table import TableMessageLists
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.app import App
from shared.core.hold.record import Change, EventCode
from shared.core.lists.make_row import WAITING, make_row, spots_of
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.reports.hour_count import count_hour, hour_of
from shared.ports_lists import Place
from shared.settings import ProcessSettings
from shared.usecases.note_decision import note_decision
from shared.usecases.track_messages import rows_behind

_WRITERS = 6
_DECISIONS = {
    EventCode.RELEASED: "release",
    EventCode.APPROVAL_REQUESTED: "release",
    EventCode.DISCARDED: "discard",
}


def write_lives(app: App, process: ProcessSettings, lists: TableMessageLists, lives: Iterable[Life]) -> dict[str, int]:
    """Store them all; returns how many ended in which state. Bytes are kept of what still waits.

    The state comes before the bytes, so that no function takes them for new mail.
    """
    states: dict[str, int] = defaultdict(int)
    shelves: dict[Place, list[MessageRow]] = defaultdict(list)
    waiting: list[Life] = []
    with ThreadPoolExecutor(_WRITERS) as pool:
        for life in _stored(app, pool, lives):
            record = life.record
            states[record.state.value] += 1
            row = make_row(record)
            for shelf, owner in spots_of(record):
                shelves[Place(record.ref.tenant_id, shelf, owner)].append(row)
            if record.state in WAITING:
                waiting.append(life)
        for _ in pool.map(lambda item: lists.fill(*item), shelves.items()):
            pass
        days = [place for place in shelves if place.shelf is Shelf.DAY]
        for _ in pool.map(lambda place: _count(app, place), days):
            pass
    for tenant_id in {place.tenant_id for place in days}:
        app.counters.write_people(tenant_id, app.clock.now().date(), len(app.directory.everybody(tenant_id)))
    asyncio.run(_spool(process, waiting))
    return dict(states)


def _stored(app: App, pool: ThreadPoolExecutor, lives: Iterable[Life]) -> Iterator[Life]:
    """Lives whose state is stored; a few are written at the same time while the next are made."""
    pending = []
    for life in lives:
        pending.append(pool.submit(_store, app, life))
        if len(pending) >= 4 * _WRITERS:
            yield pending.pop(0).result()
    for future in pending:
        yield future.result()


def _store(app: App, life: Life) -> Life:
    app.messages.create(Change(life.record, life.events))
    for event in life.events:
        if event.code in _DECISIONS and event.actor.name != "matta":
            note_decision(app, life.record.ref, event.actor, _DECISIONS[event.code], event)
    return life


def _count(app: App, place: Place) -> None:
    """The hours of a day, from all its rows, those of other mail among them."""
    hours: dict[datetime, list[MessageRow]] = defaultdict(list)
    for row in rows_behind(app, place, ""):
        hours[hour_of(row.ref.received_at)].append(row)
    for hour, rows in hours.items():
        app.counters.write(place.tenant_id, count_hour(hour, rows))


async def _spool(process: ProcessSettings, lives: Iterable[Life]) -> None:
    writer = BlobSpoolWriter(process.storage, timeout_seconds=process.storage_timeout)
    try:
        for life in lives:
            await writer.write(life.spooled, _chunks(life.data))
    finally:
        await writer.close()


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data
