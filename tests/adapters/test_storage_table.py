"""The REST client of tables against a real server: what each call does, refuses and says when storage misbehaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_clients import table_client
from shared.adapters.storage_errors import RefusedRequest, Verdict, verdict
from shared.adapters.storage_service import StorageService
from shared.adapters.storage_table import StorageTable, storage_table
from shared.adapters.storage_table_batch import Insert, Put, Remove, Replace
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.storage_proxy import StorageProxy
from tests.support.threads import at_once
from tests.support.web_server import Reply, Server, web_server


def row(key: str, **columns: object) -> dict[str, object]:
    return {"PartitionKey": "p:1", "RowKey": key, **columns}


@pytest.fixture
def name(process: ProcessSettings, own_name: str) -> str:
    table_client(process, own_name).create_table()
    return own_name


@pytest.fixture
def table(process: ProcessSettings, name: str) -> StorageTable:
    return storage_table(process, name)


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "table") as running:
        yield running


@pytest.fixture
def shaky(process: ProcessSettings, name: str, proxy: StorageProxy) -> StorageTable:
    return storage_table(replace(process, storage=proxy.connection_string, storage_timeout=2.0), name)


def service_of(server: Server) -> StorageService:
    return StorageService(StorageAccount(server.url, "a", b"key"), "table", 2.0)


def refusal(call: Callable[[], object]) -> Verdict:
    with pytest.raises(RefusedRequest) as raised:
        call()
    return verdict(raised.value)


class TestRows:
    def test_a_row_is_added_once(self, table: StorageTable) -> None:
        table.insert(row("a", n=1))
        assert refusal(lambda: table.insert(row("a", n=2))) is Verdict.EXISTS
        assert table.get("p:1", "a") == row("a", n=1)

    def test_a_row_is_replaced_by_who_knows_its_etag(self, table: StorageTable) -> None:
        table.insert(row("a", n=1, old=True))
        found = table.get("p:1", "a")
        assert found is not None
        table.replace(row("a", n=2), found.etag)
        assert table.get("p:1", "a") == row("a", n=2)
        assert refusal(lambda: table.replace(row("a", n=3), found.etag)) is Verdict.CHANGED
        assert refusal(lambda: table.replace(row("b"), found.etag)) is Verdict.MISSING

    def test_put_writes_whatever_is_there(self, table: StorageTable) -> None:
        table.put(row("a", n=1, old=True))
        table.put(row("a", n=2))
        assert table.get("p:1", "a") == row("a", n=2)

    def test_what_is_not_there_is_none_and_needs_no_removal(self, table: StorageTable) -> None:
        assert table.get("p:1", "a") is None
        table.remove("p:1", "a")
        table.insert(row("a"))
        table.remove("p:1", "a")
        assert table.get("p:1", "a") is None

    def test_a_table_that_is_missing_is_something_else(self, process: ProcessSettings) -> None:
        missing = storage_table(process, "missing")
        calls: list[Callable[[], object]] = [
            lambda: missing.get("p", "a"),
            lambda: missing.remove("p", "a"),
            lambda: missing.insert(row("a")),
            lambda: missing.page("RowKey eq 'a'"),
            lambda: missing.transact([Insert(row("a"))]),
        ]
        assert [refusal(call) for call in calls] == [Verdict.UNCLEAR] * len(calls)

    def test_only_the_columns_asked_for_come(self, table: StorageTable) -> None:
        table.insert(row("a", n=1, m=b"x"))
        found = table.get("p:1", "a", select=["n"])
        assert found is not None
        assert (found.get("n"), found.get("m")) == (1, None)
        assert found.etag
        assert [dict(item) for item in table.rows("RowKey eq 'a'", select=["m"])] == [{"m": b"x"}]

    @pytest.mark.parametrize("key", ["it's", "a b", "ä日本", "100%41", "a&b=c+d", "(x)", "a,b", "~e2~"])
    def test_any_key_is_found_again(self, table: StorageTable, key: str) -> None:
        table.put({"PartitionKey": key, "RowKey": key})
        assert table.get(key, key) == {"PartitionKey": key, "RowKey": key}
        table.transact([Replace({"PartitionKey": key, "RowKey": key, "n": 1})])
        assert table.get(key, key) == {"PartitionKey": key, "RowKey": key, "n": 1}
        table.remove(key, key)
        assert table.get(key, key) is None


class TestQueries:
    def test_pages_follow_each_other_in_order_and_are_read_as_they_are_asked_for(
        self, shaky: StorageTable, proxy: StorageProxy
    ) -> None:
        keys = [f"r{number:02}" for number in range(7)]
        shaky.transact([Insert(row(key)) for key in keys])
        proxy.requests.clear()
        found = shaky.rows("PartitionKey eq 'p:1'", most=3)
        assert proxy.requests == []
        assert next(found)["RowKey"] == "r00"
        assert len(proxy.requests) == 1
        assert [item["RowKey"] for item in found] == keys[1:]
        assert len(proxy.requests) == 3

    def test_a_page_says_where_the_next_begins(self, table: StorageTable) -> None:
        table.transact([Insert(row(key)) for key in "abc"])
        first, mark = table.page("PartitionKey eq 'p:1'", most=2)
        assert mark is not None
        rest, end = table.page("PartitionKey eq 'p:1'", most=2, mark=mark)
        assert ([item["RowKey"] for item in first + rest], end) == (["a", "b", "c"], None)
        assert table.page("PartitionKey eq 'nobody'") == ([], None)


class TestTransactions:
    def test_all_or_nothing(self, table: StorageTable) -> None:
        etags = table.transact([Insert(row("a", n=1)), Insert(row("b"))])
        found = [table.get("p:1", key) for key in "ab"]
        assert [item.etag for item in found if item] == etags
        assert refusal(lambda: table.transact([Insert(row("c")), Insert(row("b"))])) is Verdict.EXISTS
        assert refusal(lambda: table.transact([Insert(row("c")), Replace(row("b"), 'W/"x"')])) is Verdict.CHANGED
        assert refusal(lambda: table.transact([Insert(row("c")), Replace(row("z"))])) is Verdict.MISSING
        assert table.get("p:1", "c") is None

    def test_rows_are_added_replaced_and_removed_together(self, table: StorageTable) -> None:
        [guard, _] = table.transact([Insert(row("a")), Insert(row("b"))])
        etags = table.transact([Replace(row("a", n=1), guard), Remove(row("b")), Put(row("c", d=b"\r\n--x"))])
        assert len(etags) == 3
        assert [dict(item) for item in table.rows("PartitionKey eq 'p:1'")] == [row("a", n=1), row("c", d=b"\r\n--x")]
        table.transact([Put(row("a", m=2)), Put(row("e"))])
        found = table.rows("PartitionKey eq 'p:1'")
        assert [dict(item) for item in found] == [row("a", m=2), row("c", d=b"\r\n--x"), row("e")]

    def test_as_many_as_storage_takes(self, table: StorageTable) -> None:
        etags = table.transact([Insert(row(f"{number:03}", d=bytes(30_000))) for number in range(100)])
        assert len(etags) == 100
        assert len(list(table.rows("PartitionKey eq 'p:1'"))) == 100


class TestTrouble:
    def test_a_lost_answer_is_an_error_and_nothing_is_repeated(
        self, shaky: StorageTable, table: StorageTable, proxy: StorageProxy
    ) -> None:
        proxy.lose_answer("/t")
        with pytest.raises(OSError):
            shaky.insert(row("a"))
        assert table.get("p:1", "a") is not None
        proxy.lose_answer("$batch")
        with pytest.raises(OSError):
            shaky.transact([Insert(row("b"))])
        assert table.get("p:1", "b") is not None
        proxy.lose_request("$batch")
        with pytest.raises(OSError):
            shaky.transact([Insert(row("c"))])
        assert table.get("p:1", "c") is None
        assert len(proxy.requests) == 3

    @pytest.mark.parametrize("status", [400, 403, 408, 429, 500, 503])
    def test_other_errors_say_nothing_about_the_request(
        self, shaky: StorageTable, proxy: StorageProxy, status: int
    ) -> None:
        for path, call in (
            ("/t", lambda: shaky.insert(row("a"))),
            ("$batch", lambda: shaky.transact([Insert(row("a"))])),
        ):
            proxy.answer(path, status)
            assert refusal(call) is Verdict.UNCLEAR

    def test_too_large_is_known_by_the_status(self, shaky: StorageTable, proxy: StorageProxy) -> None:
        proxy.answer("$batch", 413)
        assert refusal(lambda: shaky.transact([Insert(row("a"))])) is Verdict.TOO_LARGE

    def test_a_late_answer_is_given_up_in_time(self, process: ProcessSettings, name: str, proxy: StorageProxy) -> None:
        hasty = storage_table(replace(process, storage=proxy.connection_string, storage_timeout=0.3), name)
        proxy.delay("/t", 1.0)
        with pytest.raises(TimeoutError):
            hasty.insert(row("a"))

    def test_a_refused_signature_shows_neither_key_nor_signature(self, process: ProcessSettings, name: str) -> None:
        wrong = replace(process, storage=re.sub("AccountKey=[^;]*", "AccountKey=d3Jvbmc=", process.storage))
        with pytest.raises(RefusedRequest) as raised:
            storage_table(wrong, name).get("p", "a")
        assert raised.value.status_code == 403
        assert not re.search("SharedKey|d3Jvbmc|wrong", str(raised.value))

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"{}", b'{"value":5}', b'{"value":[5]}', b'{"value":[{"x@odata.type":"Edm.Int64","x":[]}]}'],
    )
    def test_an_answer_that_makes_no_sense_is_none(self, body: bytes) -> None:
        with web_server(lambda asked: Reply(200, body)) as server:
            table = StorageTable(service_of(server), "t")
            with pytest.raises(ConnectionError):
                table.page("RowKey eq 'a'")
            with pytest.raises(ConnectionError):
                table.transact([Insert(row("a"))])

    def test_threads_get_their_own_answers(self, table: StorageTable) -> None:
        def work(number: int) -> object:
            table.transact([Insert({"PartitionKey": f"q{number}", "RowKey": "a", "n": number})])
            found = table.get(f"q{number}", "a")
            return found and found["n"]

        assert at_once(24, work) == list(range(24))
