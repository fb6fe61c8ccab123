"""Partitions: how evenly ten million messages a day fall on the partitions of storage, by the keys that the code makes.

A simulation, no measurement: two minutes at the day's peak, second by second, with thousands of tenants of very unequal
size, one of them with a twentieth of all mail. Each message makes the requests that docs/SCALING.md counts; the keys come
from the adapters themselves. What a second brings to the fullest partition is set against what Azure says a partition
bears (2,000 entities of a table, 2,000 messages of a queue, 500 requests of a blob), and all of it against an account.

Source: learn.microsoft.com/azure/storage/tables/scalability-targets, …/queues/scalability-targets,
…/blobs/scalability-targets
"""

from __future__ import annotations

import hashlib
import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bench.rows import Row
from shared.adapters.counters_table import _note_keys
from shared.adapters.message_lists_table import _partition
from shared.adapters.message_store_table_rows import partition_key
from shared.adapters.schedule_table import _keys
from shared.core.lists.message_row import Shelf
from shared.core.message.identity import MessageRef, new_queue_id
from shared.ports import DueEntry
from shared.ports_lists import Place
from shared.ports_reports import DirtyHour
from shared.usecases.note_row import slot_of

A_DAY = 10_000_000
PEAK = 5
"""The busiest seconds of a working day against the mean of all 86,400 (half of the mail comes in four hours, and within an
hour some seconds bring twice as much)."""
TENANTS = 2_000
LARGEST = 0.05
"""Share of the largest tenant."""
HELD = 0.1
"""Share of messages that are held; docs/SCALING.md counts what each costs."""
WORKERS = 40
"""Processes of the function app: each notes a changed hour once for five minutes."""
_BEGIN = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
_LEASE = timedelta(seconds=120)
_TABLE, _QUEUE, _BLOB, _ACCOUNT = 2_000, 2_000, 500, 20_000


@dataclass(frozen=True)
class Load:
    """One second's requests on one partition of one kind of storage, one for each entity, message or blob."""

    kind: str
    partition: str
    count: int = 1


def messages(seconds: int, chance: random.Random) -> Iterator[tuple[int, MessageRef, str]]:
    """Messages of the peak: in which second, which, and whose."""
    weights = [1 / (rank + 20) for rank in range(TENANTS - 1)]
    rest = 1 - LARGEST
    total = sum(weights)
    bounds = list(accumulate([LARGEST, *(rest * weight / total for weight in weights)]))
    rate = A_DAY / 86_400 * PEAK
    at = 0.0
    while (at := at + chance.expovariate(rate)) < seconds:
        tenant = min(bisect(bounds, chance.random()), TENANTS - 1)
        moment = _BEGIN + timedelta(seconds=at)
        ref = MessageRef(f"tenant-{tenant}", new_queue_id(moment, chance.randbytes(10)))
        # A tenth of a tenant's mail comes from one address: a system that sends invoices, say.
        sender = "invoices" if chance.random() < 0.1 else f"user{chance.randrange(20 + 5000 // (tenant + 1))}"
        yield int(at), ref, f"{sender}@{ref.tenant_id}.example"


def loads(ref: MessageRef, sender: str, held: bool) -> Iterator[Load]:
    """What one message brings to each partition in the second in which it comes; later visits fall on later seconds."""
    tenant, now = ref.tenant_id, ref.received_at
    yield Load("spool blob", ref.blob_name, 2)
    yield Load("table copies", hashlib.sha256(f"{tenant}{ref.queue_id}".encode()).hexdigest(), 2)
    yield Load("table messages", partition_key(ref), 7)
    due, _ = _keys(DueEntry(ref, now + (timedelta(hours=4) if held else _LEASE)))
    yield Load("table schedule", due, 1 if held else 2)
    shelves = [(Shelf.SENT, sender), (Shelf.DAY, now.strftime("%Y%m%d"))]
    if held:
        shelves += [(Shelf.HELD, sender), (Shelf.HELD, "")]
    for shelf, owner in shelves:
        yield Load("table lists", _partition(Place(tenant, shelf, owner)))
    if held:
        yield Load("queue notify", "notify", 3)
        yield Load("table directory", tenant, 2)


def run(quick: bool = False) -> list[Row]:
    """A row for each kind of storage: the fullest partition in the fullest second ÷ what Azure says a partition bears."""
    seconds = 10 if quick else 120
    chance = random.Random(7)  # a simulation that gives the same figures every time
    found: dict[str, Counter[tuple[int, str]]] = {}
    totals: Counter[tuple[int, str]] = Counter()
    count = 0
    for second, ref, sender in messages(seconds, chance):
        count += 1
        for load in loads(ref, sender, chance.random() < HELD):
            found.setdefault(load.kind, Counter())[(second, load.partition)] += load.count
            totals[(second, load.kind.split()[0])] += load.count
    notes: Counter[tuple[int, str]] = Counter()
    for tenant in range(TENANTS):  # as a slot of five minutes begins, every process notes every tenant within a minute
        keys = _note_keys(DirtyHour(f"tenant-{tenant}", _BEGIN.replace(minute=0), slot_of(_BEGIN)))
        for _ in range(WORKERS):
            notes[(chance.randrange(60), keys["PartitionKey"])] += 1
    found["table counters"] = notes
    limits = {"table": _TABLE, "queue": _QUEUE, "spool": _BLOB}
    note = f"{count} messages in {seconds} s of {A_DAY / 1e6:.0f} million a day, {TENANTS} tenants"
    rows = []
    for kind, counted in sorted(found.items()):
        limit = limits[kind.split()[0]]
        (_, partition), most = counted.most_common(1)[0]
        what = f"hottest partition of {kind} in its fullest second ÷ what a partition bears"
        shown = partition if len(partition) < 40 else f"{partition[:36]}…"
        rows.append(Row(what, f"{most}/s", f"{limit}/s", most / limit, "", "<= 0.5", f"{shown}; {note}"))
    for service in ("table", "spool", "queue"):
        most = max(value for (_, kind), value in totals.items() if kind == service)
        name = {"spool": "blob"}.get(service, service)
        what = f"all {name} requests in the fullest second ÷ what one account bears"
        rows.append(Row(what, f"{most}/s", f"{_ACCOUNT}/s", most / _ACCOUNT, "", "<= 0.5", note))
    return rows
