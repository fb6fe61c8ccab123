"""What is particular to the directory in Table storage: cache, bounds, storage that is down."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.adapters import directory_table_cache
from shared.adapters.directory_table import TableDirectory
from shared.adapters.storage_clients import table_client
from shared.errors import StorageUnavailable
from shared.ports import Person
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.storage_proxy import StorageProxy


class Ticker:
    """A monotonic clock that stands still."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "table") as running:
        yield running


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def directory(process: ProcessSettings, own_name: str, proxy: StorageProxy, ticker: Ticker) -> TableDirectory:
    table_client(process, own_name).create_table()
    near = replace(process, storage=proxy.connection_string, storage_timeout=1.0)
    return TableDirectory(near, table=own_name, monotonic=ticker)


def test_people_and_strangers_are_kept_for_their_time(
    directory: TableDirectory, proxy: StorageProxy, ticker: Ticker
) -> None:
    directory.save("demo", [Person("a@x.example")])
    for _ in range(2):
        proxy.requests.clear()
        assert list(directory.people("demo", ["a@x.example", "b@x.example"])) == ["a@x.example"]
        assert len(proxy.requests) == 2
        proxy.requests.clear()
        assert list(directory.people("demo", ["A@x.example", "b@x.example"])) == ["a@x.example"]
        assert proxy.requests == []
        ticker.seconds += 6


def test_memory_is_bounded(directory: TableDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_table_cache, "MOST_CACHED", 10)
    directory.people("demo", [f"p{number}@x.example" for number in range(25)])
    assert len(directory._cache) == 10


def test_lost_answers_are_repeated_and_storage_down_is_temporary(
    directory: TableDirectory, proxy: StorageProxy
) -> None:
    proxy.lose_answer("$batch")
    directory.save("demo", [Person("a@x.example")])
    proxy.lose_answer("RowKey=")
    assert list(directory.people("demo", ["a@x.example"])) == ["a@x.example"]
    proxy.lose_request("/", times=100)
    with pytest.raises(StorageUnavailable):
        directory.people("demo", ["c@x.example", "d@x.example"])
    with pytest.raises(StorageUnavailable):
        directory.save("demo", [Person("c@x.example")])


def test_no_log_line_holds_an_address(directory: TableDirectory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    directory.save("demo", [Person("hanako@x.example")])
    directory.people("demo", ["hanako@x.example", "taro@x.example"])
    assert "x.example" not in caplog.text


def test_a_missing_table_does_not_look_like_unknown_people(process: ProcessSettings) -> None:
    with pytest.raises(StorageUnavailable):
        TableDirectory(process, table="missing").people("demo", ["a@x.example"])


def test_members_cost_what_their_group_is_and_are_read_from_memory_again(
    directory: TableDirectory, proxy: StorageProxy
) -> None:
    directory.save("demo", [Person(f"p{number}@x.example", groups=("all",)) for number in range(150)])
    directory.save("demo", [Person(f"q{number}@x.example", groups=("all", "few")) for number in range(3)])
    proxy.requests.clear()
    assert len(directory.members("demo", "few", 100)) == 3
    assert len(proxy.requests) == 4  # the index, and each person
    proxy.requests.clear()
    assert len(directory.members("demo", "few", 100)) == 3
    assert len(proxy.requests) == 1


def test_somebody_known_by_id_costs_two_reads_and_then_none(directory: TableDirectory, proxy: StorageProxy) -> None:
    directory.save("demo", [Person("a@x.example", id="one")])
    for expected in (2, 0):
        proxy.requests.clear()
        assert directory.people_by_id("demo", ["one"])["one"].address == "a@x.example"
        assert len(proxy.requests) == expected


def test_a_lost_answer_to_a_change_of_groups_leaves_the_index_right(
    directory: TableDirectory, proxy: StorageProxy
) -> None:
    directory.save("demo", [Person("a@x.example", groups=("one",))])
    proxy.lose_answer("$batch")
    directory.save("demo", [Person("a@x.example", groups=("two",))])
    assert directory.members("demo", "one", 5) == ()
    assert len(directory.members("demo", "two", 5)) == 1


def test_an_index_row_that_a_crash_left_behind_shows_nobody(
    directory: TableDirectory, process: ProcessSettings, own_name: str
) -> None:
    directory.save("demo", [Person("a@x.example", groups=("two",))])
    stale = {"PartitionKey": "demo", "RowKey": "m:one:a@x.example", "address": "a@x.example"}
    table_client(process, own_name).create_entity(stale)
    assert directory.members("demo", "one", 5) == ()
