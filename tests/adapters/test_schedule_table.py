"""What is particular to the schedule in Table storage: requests, keys, storage that is down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.schedule_table import SHARDS, TableSchedule
from shared.adapters.storage_clients import table_client
from shared.errors import StorageUnavailable
from shared.ports import DueEntry
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.records import make_ref
from tests.support.storage_proxy import StorageProxy

NOW = datetime(2026, 11, 21, 9, 30, 15, 250000, tzinfo=UTC)


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "table") as running:
        yield running


@pytest.fixture
def schedule(process: ProcessSettings, own_name: str, proxy: StorageProxy) -> TableSchedule:
    table_client(process, own_name).create_table()
    return TableSchedule(replace(process, storage=proxy.connection_string, storage_timeout=2.0), table=own_name)


def test_a_look_costs_the_same_however_much_waits_in_the_future(schedule: TableSchedule, proxy: StorageProxy) -> None:
    for number in range(3):
        schedule.add(DueEntry(make_ref(number), NOW - timedelta(minutes=1)))
    costs = []
    for waiting in (0, 60):
        for number in range(waiting):
            schedule.add(DueEntry(make_ref(100 + number), NOW + timedelta(minutes=1 + number)))
        proxy.requests.clear()
        assert len(schedule.due(NOW, 100)) == 3
        costs.append(len(proxy.requests))
    assert costs == [2, 2]


def test_a_look_asks_for_keys_only_and_by_key_ranges_only(schedule: TableSchedule, proxy: StorageProxy) -> None:
    schedule.due(NOW, 10)
    for request in proxy.requests:
        assert "select=PartitionKey%2CRowKey" in request
        columns = {word for word in request.split("filter=")[1].split("&")[0].split("%20") if word.isalpha()}
        assert columns <= {"PartitionKey", "RowKey", "ge", "lt", "and"}


def test_a_busy_minute_is_spread_over_shards(schedule: TableSchedule, process: ProcessSettings, own_name: str) -> None:
    for number in range(40):
        schedule.add(DueEntry(make_ref(number), NOW))
    rows = list(table_client(process, own_name).list_entities())
    assert {row["PartitionKey"] for row in rows} == {f"202611210930:{shard}" for shard in range(SHARDS)}
    assert not {c for row in rows for c in row["PartitionKey"] + row["RowKey"]} & set("/\\#?")


def test_lost_answers_are_repeated(schedule: TableSchedule, proxy: StorageProxy) -> None:
    entry = DueEntry(make_ref(), NOW)
    proxy.lose_answer("/t")
    schedule.add(entry)
    proxy.answer("filter=", 500, times=2)
    assert schedule.due(NOW, 10) == (entry,)
    proxy.lose_answer("RowKey=")
    schedule.write_mark("m", NOW)
    proxy.lose_answer("RowKey=")
    assert schedule.read_mark("m") == NOW
    proxy.lose_answer("RowKey=")
    schedule.done(entry)
    assert schedule.due(NOW, 10) == ()


def test_storage_down_is_temporary_and_comes_in_bounded_time(schedule: TableSchedule, proxy: StorageProxy) -> None:
    proxy.lose_request("/", times=100)
    entry = DueEntry(make_ref(), NOW)
    begin = time.monotonic()
    for call in (
        lambda: schedule.add(entry),
        lambda: schedule.done(entry),
        lambda: schedule.due(NOW, 10),
        lambda: schedule.read_mark("m"),
        lambda: schedule.write_mark("m", NOW),
    ):
        with pytest.raises(StorageUnavailable):
            call()
    assert time.monotonic() - begin < 10


def test_a_missing_table_is_no_empty_schedule(process: ProcessSettings) -> None:
    missing = TableSchedule(process, table="missing")
    with pytest.raises(StorageUnavailable):
        missing.due(NOW, 10)
    with pytest.raises(StorageUnavailable):
        missing.read_mark("m")
    with pytest.raises(StorageUnavailable):
        missing.add(DueEntry(make_ref(), NOW))


@pytest.mark.parametrize("name", ["", "a/b", "a'b", "A", "a" * 101])
def test_a_mark_needs_a_plain_name(schedule: TableSchedule, name: str) -> None:
    with pytest.raises(ValueError):
        schedule.write_mark(name, NOW)
