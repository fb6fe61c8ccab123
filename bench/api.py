"""The JSON API on real storage (Azurite): list, detail and release ÷ the same bytes read or written without Matta; and long lists.

A request goes through the whole function: sign-on (answered from memory), identity, rights, use case, storage, encoding.
The baseline asks the same storage, with the same client, for as much in one request. What a list page reads with many
rows behind it is counted in entities, since Azurite, unlike Azure, looks through its whole table for every query.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import msgspec

from bench.due import Counter
from bench.rounds import Rounds, interleave
from bench.rows import Row
from local.demo_tenant import CUSTOMER, ENTRA_TENANT, SENDER, TENANT, demo_settings
from local.private_files import ensure_keys, ensure_secrets
from shared.adapters.message_lists_table import (
    TableMessageLists,
    _partition,  # the baseline reads what the list reads
)
from shared.adapters.message_store_table_rows import STATE, partition_key
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.adapters.storage_clients import table_client
from shared.adapters.storage_setup import prepare_storage
from shared.core.lists.message_row import Shelf
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.policy.tenant_settings import Access
from shared.ports_lists import Place
from shared.ports_relay import Spooled
from shared.ports_sign_on import SignOnClaims
from shared.settings import ProcessSettings
from shared.usecases.evaluate_message import evaluate_message
from shared.wiring import connect
from tests.fakes.sign_on import FakeSignOn
from tests.support.app import make_message
from tests.support.azurite import Azurite
from tests.support.records import make_reception

FEW, MANY, PAGE = 1_000, 100_000, 50
_PERSON = "22222222-2222-4222-8222-222222222222"
_HEADERS = {"authorization": "Bearer sato", "content-type": "application/json"}


class Office:
    """The demo tenant on a storage of its own, with ``held`` messages of one person in the list."""

    def __init__(self, directory: Path, connection_string: str, held: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        keys, secrets = directory / "keys.json", directory / "secrets.json"
        ensure_keys(keys)
        ensure_secrets(secrets)
        self.process = ProcessSettings(storage=connection_string, keys_file=str(keys), secrets_file=str(secrets))
        prepare_storage(self.process)
        tokens = FakeSignOn()
        ends = datetime.now(UTC) + timedelta(days=1)
        tokens.people["sato"] = SignOnClaims(ENTRA_TENANT, _PERSON, SENDER, "Sato", frozenset(), ends)
        self.app = replace(connect(self.process), sign_on=tokens)
        settings = msgspec.structs.replace(demo_settings("127.0.0.1", 9), access=Access(entra_tenant=ENTRA_TENANT))
        self.app.settings.save(settings)
        self.ref = self.hold()
        self._fill(held)

    def hold(self) -> MessageRef:
        """A message of the person's that waits."""
        ref = MessageRef(TENANT, new_queue_id(datetime.now(UTC), self.app.random.token(10)))
        asyncio.run(self._spool(Spooled(ref, Envelope(SENDER, (CUSTOMER,)), make_reception())))
        evaluate_message(self.app, ref)
        return ref

    async def _spool(self, message: Spooled) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield make_message(CUSTOMER)

        writer = BlobSpoolWriter(self.process.storage, timeout_seconds=10)
        try:
            await writer.write(message, chunks())
        finally:
            await writer.close()

    def _fill(self, held: int) -> None:
        place = Place(TENANT, Shelf.HELD, SENDER)
        (row,) = self.app.lists.page(place, "", 1).rows
        first = datetime.now(UTC) - timedelta(days=30)
        self.queue_ids = [
            new_queue_id(first + timedelta(seconds=number), number.to_bytes(10, "big")) for number in range(held)
        ]
        rows = [replace(row, ref=MessageRef(TENANT, queue_id)) for queue_id in self.queue_ids]
        TableMessageLists(self.process).fill(place, rows)

    def call(self, method: str, path: str, body: object = None) -> tuple[float, Any]:
        """One request; its seconds and its answer. Raises ``RuntimeError`` for anything but success."""
        from urllib.parse import parse_qsl, urlsplit

        from functions.api.dispatch import answer
        from functions.api.rates import Rates

        split = urlsplit(path)
        request = func.HttpRequest(
            method=method,
            url=f"http://127.0.0.1/api/v1{path}",
            headers=_HEADERS,
            params=dict(parse_qsl(split.query)),
            route_params={"path": split.path.lstrip("/")},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        started = time.perf_counter()
        response = answer(request, lambda: self.app, Rates())
        took = time.perf_counter() - started
        if response.status_code != 200:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.get_body()[:500]!r}")
        return took, json.loads(response.get_body())

    def list_page(self, after: str = "") -> tuple[float, Any]:
        """The first page, or the one behind a mark."""
        return self.call("GET", f"/messages/held?limit={PAGE}&after={after}")

    def raw_page(self) -> float:
        """As many rows of the same partition, read with the storage client."""
        wanted = f"PartitionKey eq '{_partition(Place(TENANT, Shelf.HELD, SENDER))}'"
        started = time.perf_counter()
        next(table_client(self.process, "lists").query_entities(wanted, results_per_page=PAGE + 1).by_page())
        return time.perf_counter() - started

    def detail(self) -> float:
        """The message's page."""
        return self.call("GET", f"/messages/{self.ref.queue_id}")[0]

    def raw_detail(self) -> float:
        """Everything that is stored of the message in tables, in one request."""
        started = time.perf_counter()
        self._stored()
        return time.perf_counter() - started

    def raw_write(self) -> float:
        """The message's state written back under its ETag, as one request."""
        from azure.core import MatchConditions
        from azure.data.tables import UpdateMode

        state = next(row for row in self._stored() if row["RowKey"] == STATE)
        started = time.perf_counter()
        table_client(self.process, "messages").update_entity(
            state, UpdateMode.REPLACE, etag=state.metadata["etag"], match_condition=MatchConditions.IfNotModified
        )
        return time.perf_counter() - started

    def _stored(self) -> list[Any]:
        wanted = f"PartitionKey eq '{partition_key(self.ref)}'"
        return list(table_client(self.process, "messages").query_entities(wanted))

    def release(self) -> float:
        """Hold one and release it; the seconds of the release."""
        ref = self.hold()
        _, view = self.call("GET", f"/messages/{ref.queue_id}")
        numbers = [reason["number"] for reason in view["reasons"]]
        wish = {"verb": "release", "acknowledged": numbers}
        return self.call("POST", f"/messages/{ref.queue_id}/decision", wish)[0]


def _line(name: str, measured: Rounds, goal: str, note: str) -> Row:
    return Row(name, _shown(measured.ours), _shown(measured.baseline), measured.ratio, measured.spread, goal, note)


def _shown(seconds: Any) -> str:
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms"


def run(quick: bool = False) -> list[Row]:
    """Three requests against storage alone, and a page of a long list against one of a short list."""
    rounds, many = (10, 3_000) if quick else (100, MANY)
    with tempfile.TemporaryDirectory(prefix="matta-bench-") as name, ExitStack() as stack:

        def office(held: int) -> Office:
            azurite = Azurite(Path(name) / str(held))
            azurite.start()
            stack.callback(azurite.stop)
            return Office(Path(name) / str(held), azurite.connection_string, held)

        few = office(FEW)
        pairs: tuple[tuple[str, Callable[[], float], Callable[[], float], str, str], ...] = (
            (
                f"API, list of {PAGE} among {FEW:,} ÷ the same rows from storage",
                lambda: few.list_page()[0],
                few.raw_page,
                "",
                "",
            ),
            ("API, one message ÷ its rows from storage", few.detail, few.raw_detail, "", ""),
            (
                "API, release ÷ one guarded write",
                few.release,
                few.raw_write,
                "",
                "a release reads the message twice, writes state, history, outbox and lists, and tells a queue",
            ),
        )
        rows = []
        for what, ours, baseline, goal, note in pairs:
            ours(), baseline()
            rows.append(_line(what, interleave(ours, baseline, rounds), goal, note))
        rows += _long_list(office(many), few, many, 3 if quick else 7)
    return rows


def _long_list(long: Office, short: Office, many: int, rounds: int) -> list[Row]:
    """Entities and time of the first page and of one from the middle, for both lengths."""
    entities: tuple[list[int], list[int]] = ([], [])
    sides = (long, short)

    def measure(side: int) -> float:
        counter = Counter()
        with counter.counting():
            first, page = sides[side].list_page()
            second, _ = sides[side].list_page(page["after"])
        entities[side].append(counter.entities)
        return first + second

    times = interleave(lambda: measure(0), lambda: measure(1), rounds)
    ratios = [ours / baseline for ours, baseline in zip(*entities, strict=True)]
    what = f"API, two pages of {PAGE} among {many:,} ÷ among {FEW:,}"
    return [
        Row(
            f"{what}: entities read",
            f"{statistics.median(entities[0]):.0f}",
            f"{statistics.median(entities[1]):.0f}",
            statistics.median(ratios),
            f"{min(ratios):.2f}–{max(ratios):.2f}",
            "<= 1.5",
        ),
        _line(f"{what}: time on Azurite", times, "", "Azurite looks through its whole table for every query"),
    ]
