"""What is particular to the tables of audit log, lists, delegations, ledger and conversations: requests, lost answers,
storage that is down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.audit_log_table import TableAuditLog
from shared.adapters.conversations_table import TableConversations
from shared.adapters.delegations_table import TableDelegations
from shared.adapters.message_lists_table import TableMessageLists
from shared.adapters.notice_ledger_table import TableNoticeLedger
from shared.adapters.storage_clients import table_client
from shared.core.hold.actor import SYSTEM
from shared.core.lists.make_row import make_row
from shared.core.lists.message_row import Shelf
from shared.core.people.delegation import Delegation, Proxy
from shared.errors import Conflict, StorageUnavailable
from shared.ports_lists import Place
from shared.ports_people import AuditCode, AuditEntry, CopyKey, CopyState
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.records import NOW, held, make_ref
from tests.support.storage_proxy import StorageProxy

DAY = timedelta(days=1)
KEY = CopyKey("hold-notice", 0, "hanako@aozora.example", "teams-card")
SENT = Place("demo", Shelf.SENT, "hanako@aozora.example")
INFO = "info@aozora.example"


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "table") as running:
        yield running


@pytest.fixture
def make(process: ProcessSettings, own_name: str, proxy: StorageProxy) -> Callable[[Any], Any]:
    """An adapter on a new table, with the proxy before it."""
    table_client(process, own_name).create_table()
    near = replace(process, storage=proxy.connection_string, storage_timeout=1.0)
    return lambda kind: kind(near, table=own_name)


def line(days: int = 0, number: int = 1) -> AuditEntry:
    return AuditEntry(AuditCode.LOOKED, SYSTEM, NOW + days * DAY, make_ref(number))


def test_a_lost_answer_doubles_no_line_of_the_audit_log(make: Callable[[Any], Any], proxy: StorageProxy) -> None:
    audit = make(TableAuditLog)
    proxy.lose_answer("/t", times=2)
    audit.append("demo", line())
    assert len(audit.between("demo", NOW, NOW + DAY, 10)) == len(audit.about(make_ref())) == 1


def test_an_append_that_failed_half_way_is_finished_by_repeating_it(
    make: Callable[[Any], Any], proxy: StorageProxy
) -> None:
    audit = make(TableAuditLog)
    proxy.before_next("/t", lambda: proxy.lose_request("/", times=100))  # the first row is stored, the second is not
    with pytest.raises(StorageUnavailable):
        audit.append("demo", line())
    proxy.recover()
    assert len(audit.about(make_ref())) == 1
    assert audit.between("demo", NOW, NOW + DAY, 10) == ()
    audit.append("demo", line())
    assert len(audit.between("demo", NOW, NOW + DAY, 10)) == len(audit.about(make_ref())) == 1


def test_the_audit_log_of_a_day_is_one_request_whatever_other_days_hold(
    make: Callable[[Any], Any], proxy: StorageProxy
) -> None:
    audit = make(TableAuditLog)
    for days in range(-20, 20):
        audit.append("demo", line(days))
    proxy.requests.clear()
    assert len(audit.between("demo", NOW - timedelta(hours=8), NOW + timedelta(hours=8), 10)) == 1
    assert len(proxy.requests) == 1
    proxy.requests.clear()
    assert len(audit.between("demo", NOW - 400 * DAY, NOW + 400 * DAY, 1000)) == 40
    assert len(proxy.requests) == 3
    assert all("PartitionKey" in request and "%20or%20" not in request for request in proxy.requests)


def test_a_new_row_is_one_request_and_a_page_is_one(make: Callable[[Any], Any], proxy: StorageProxy) -> None:
    lists = make(TableMessageLists)
    costs = []
    for start in (0, 100):
        for number in range(start, start + 100):
            row = replace(make_row(held()), ref=make_ref(number))
            proxy.requests.clear()
            lists.put(SENT, row)
            assert len(proxy.requests) == 1
        proxy.requests.clear()
        page = lists.page(SENT, "", 50)
        assert len(lists.page(SENT, page.after, 50).rows) == 50
        costs.append(len(proxy.requests))
    assert costs == [2, 2]


def test_lost_answers_of_lists_are_repeated(make: Callable[[Any], Any], proxy: StorageProxy) -> None:
    lists, row = make(TableMessageLists), make_row(held())
    for later in (0, 1, 2):
        proxy.lose_answer("/t")
        lists.put(SENT, replace(row, event_count=later))
    proxy.lose_answer("filter=")
    assert lists.page(SENT, "", 10).rows == (replace(row, event_count=2),)
    proxy.lose_answer("RowKey=")
    assert lists.shows(SENT, row)
    proxy.lose_answer("RowKey=")
    lists.take(SENT, row)
    assert lists.page(SENT, "", 10).rows == ()


def test_a_lost_answer_is_no_lost_race(make: Callable[[Any], Any], proxy: StorageProxy) -> None:
    delegations = make(TableDelegations)
    proxy.lose_answer("$batch")
    first = delegations.save("demo", Delegation(INFO, (Proxy("a@x.example"),)))
    proxy.lose_answer("$batch")
    second = delegations.save("demo", replace(first, proxies=(Proxy("b@x.example"),)))
    assert (first.version, second.version) == (1, 2)
    assert delegations.principals_of("demo", "a@x.example") == ()
    assert delegations.principals_of("demo", "b@x.example") == (INFO,)
    with pytest.raises(Conflict):
        delegations.save("demo", first)


def test_a_claim_whose_answer_was_lost_is_the_claimers(make: Callable[[Any], Any], proxy: StorageProxy) -> None:
    ledger = make(TableNoticeLedger)
    for start in (NOW, NOW + DAY):
        proxy.lose_answer("$batch")
        assert ledger.begin(make_ref(), KEY, start, timedelta(minutes=1)) is not None
        assert ledger.begin(make_ref(), KEY, start, timedelta(minutes=1)) is None
    (copy,) = ledger.copies(make_ref())
    proxy.lose_answer("RowKey=")
    ledger.write(make_ref(), replace(copy, state=CopyState.SENT))
    assert ledger.copies(make_ref())[0].state is CopyState.SENT


def test_the_first_who_saw_an_activity_stays_the_first_when_the_answer_is_lost(
    make: Callable[[Any], Any], proxy: StorageProxy
) -> None:
    conversations = make(TableConversations)
    proxy.lose_answer("$batch")
    assert conversations.first_time("demo", "1", NOW)
    assert not conversations.first_time("demo", "1", NOW)


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (TableAuditLog, lambda port: port.append("demo", line())),
        (TableAuditLog, lambda port: port.between("demo", NOW, NOW + DAY, 5)),
        (TableAuditLog, lambda port: port.about(make_ref())),
        (TableMessageLists, lambda port: port.put(SENT, make_row(held()))),
        (TableMessageLists, lambda port: port.page(SENT, "", 5)),
        (TableMessageLists, lambda port: port.shows(SENT, make_row(held()))),
        (TableDelegations, lambda port: port.of("demo", [INFO])),
        (TableDelegations, lambda port: port.save("demo", Delegation(INFO))),
        (TableDelegations, lambda port: port.principals_of("demo", INFO)),
        (TableNoticeLedger, lambda port: port.begin(make_ref(), KEY, NOW, DAY)),
        (TableNoticeLedger, lambda port: port.copies(make_ref())),
        (TableConversations, lambda port: port.of("demo", "1")),
        (TableConversations, lambda port: port.first_time("demo", "1", NOW)),
    ],
)
def test_a_missing_table_is_never_taken_for_an_empty_one(
    process: ProcessSettings, kind: Any, call: Callable[[Any], object]
) -> None:
    with pytest.raises(StorageUnavailable):
        call(kind(replace(process, storage_timeout=0.5), table="missing"))


def test_what_seeing_and_forgetting_activities_costs(make: Callable[[Any], Any], proxy: StorageProxy) -> None:
    conversations = make(TableConversations)
    for number in range(3):
        proxy.requests.clear()
        assert conversations.first_time("demo", str(number), NOW)
        assert len(proxy.requests) == 2
    for forgotten, requests in ((2, 5), (1, 3), (0, 1)):
        proxy.requests.clear()
        assert conversations.forget_seen(NOW + DAY, 2) == forgotten
        assert len(proxy.requests) == requests
