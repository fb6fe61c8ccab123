"""Due work: one tick of the due timer with many held messages ÷ the same with 100, where 10 are due in both.

Two Azurites side by side. Each held message that is not due is what the tick could trip over: its entry in the
schedule. The ten that are due are whole messages, made anew for every tick. What is counted is what storage hands out
(entities); time is shown beside it, since Azurite, unlike Azure, looks through its whole table for every query.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.rounds import interleave
from bench.rows import Row
from local.demo_tenant import demo_settings
from local.private_files import ensure_keys, ensure_secrets
from shared.adapters.schedule_table import _keys  # filling 100,000 rows one by one would take longer than measuring
from shared.adapters.storage_clients import table_client
from shared.adapters.storage_service import StorageService
from shared.adapters.storage_setup import prepare_storage
from shared.app import App
from shared.core.hold import state
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.policy.decision import Disposition
from shared.ports import DueEntry
from shared.settings import ProcessSettings
from shared.usecases.commit import create
from shared.usecases.run_due import run_due
from shared.wiring import connect
from tests.support.azurite import Azurite
from tests.support.records import begun

DUE = 10
FEW = 100
_REMINDER = timedelta(hours=4)
_BATCH = 100


class Counter:
    """Counts the entities that storage hands out while it is in place."""

    def __init__(self) -> None:
        self.entities = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Look at every answer that the storage SDKs' transport and the REST client get."""
        from azure.core.pipeline.transport import RequestsTransport

        send, ask = RequestsTransport.send, StorageService.request

        def counted(transport: Any, request: Any, **options: Any) -> Any:
            response = send(transport, request, **options)
            self._count(request.method, response.internal_response.content)
            return response

        def counted_too(service: StorageService, method: str, *path: Any, **options: Any) -> Any:
            response = ask(service, method, *path, **options)
            self._count(method, response.body)
            return response

        RequestsTransport.send = counted
        StorageService.request = counted_too  # type: ignore[assignment, method-assign]  # while counting
        try:
            yield
        finally:
            RequestsTransport.send = send
            StorageService.request = ask  # type: ignore[method-assign]

    def _count(self, method: str, body: bytes) -> None:
        if method == "GET" and b'"PartitionKey"' in body:
            self.entities += len(json.loads(body).get("value", [None]))


class Waiting:
    """An application whose schedule has ``held`` messages waiting for a later day."""

    def __init__(self, directory: Path, connection_string: str, held: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        keys, secrets = directory / "keys.json", directory / "secrets.json"
        ensure_keys(keys)
        ensure_secrets(secrets)
        process = ProcessSettings(storage=connection_string, keys_file=str(keys), secrets_file=str(secrets))
        prepare_storage(process)
        self.app: App = connect(process)
        self.app.settings.save(demo_settings("127.0.0.1", 9))
        self._fill(process, held - DUE)

    def _fill(self, process: ProcessSettings, count: int) -> None:
        """Entries spread over the next hours, as those of a working day's holds are."""
        now = datetime.now(UTC)
        partitions: dict[str, list[dict[str, str]]] = defaultdict(list)
        for number in range(count):
            ref = MessageRef("demo", new_queue_id(now, number.to_bytes(10, "big")))
            partition, row = _keys(DueEntry(ref, now + timedelta(minutes=30) + _REMINDER * (number / count)))
            partitions[partition].append({"PartitionKey": partition, "RowKey": row})
        table = table_client(process, "schedule")
        for entities in partitions.values():
            for start in range(0, len(entities), _BATCH):
                table.submit_transaction([("create", entity) for entity in entities[start : start + _BATCH]])

    def tick(self) -> tuple[float, int]:
        """Make ten messages due, then run the timer's function. Returns its seconds and the entities it read.

        Raises ``RuntimeError`` when it did not handle exactly those ten.
        """
        past = datetime.now(UTC) - timedelta(minutes=5)
        plan = state.HoldPlan(timedelta(seconds=1), 2, "leave")
        for _ in range(DUE):
            ref = MessageRef("demo", new_queue_id(past, self.app.random.token(10)))
            change = begun(Disposition.HOLD, ref=ref, plan=plan, now=past)
            # Without the notice's outbox entry the reminder is all that is due.
            create(self.app, replace(change, outbox=()))
        counter = Counter()
        with counter.counting():
            started = time.perf_counter()
            handled = run_due(self.app)
            took = time.perf_counter() - started
        if handled != DUE:
            raise RuntimeError(f"the tick handled {handled} messages instead of {DUE}")
        return took, counter.entities


def run(quick: bool = False) -> list[Row]:
    """Two rows: entities read (judged), and time on Azurite (for information)."""
    many, rounds = (2_000, 3) if quick else (100_000, 7)
    with tempfile.TemporaryDirectory(prefix="matta-bench-") as name, ExitStack() as stack:
        sides = []
        for held in (many, FEW):
            azurite = Azurite(Path(name) / str(held))
            azurite.start()
            stack.callback(azurite.stop)
            sides.append(Waiting(Path(name) / str(held), azurite.connection_string, held))
        entities: tuple[list[int], list[int]] = ([], [])

        def measure(side: int) -> float:
            took, read = sides[side].tick()
            entities[side].append(read)
            return took

        for side in (0, 1):
            sides[side].tick()
        times = interleave(lambda: measure(0), lambda: measure(1), rounds)
    reads = [ours / baseline for ours, baseline in zip(*entities, strict=True)]
    what = f"timer tick with {many:,} held of which {DUE} due ÷ with {FEW} held"
    return [
        Row(
            f"{what}: entities read",
            f"{statistics.median(entities[0]):.0f}",
            f"{statistics.median(entities[1]):.0f}",
            statistics.median(reads),
            f"{min(reads):.2f}–{max(reads):.2f}",
            "<= 1.2",
            f"{rounds} rounds; entities are what Azure charges time and money for",
        ),
        Row(
            f"{what}: time on Azurite",
            f"{statistics.median(times.ours) * 1000:.0f} ms",
            f"{statistics.median(times.baseline) * 1000:.0f} ms",
            times.ratio,
            times.spread,
            "",
            "Azurite looks through its whole table for every query, Azure has an index over the keys",
        ),
    ]
