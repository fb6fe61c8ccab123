"""What every ``MessageLists`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.adapters.message_lists_table import TableMessageLists
from shared.adapters.storage_clients import table_client
from shared.core.hold.password_notice import NoticeState
from shared.core.hold.record import State
from shared.core.lists.message_row import MessageRow, Shelf
from shared.errors import NotFound
from shared.ports_lists import MessageLists, Place
from tests.fakes.message_lists import FakeMessageLists
from tests.support.records import NOW, SENDER, make_ref
from tests.support.threads import at_once

SENT = Place("demo", Shelf.SENT, "hanako@aozora.example")
ODD = ["a/b\\c#d?e@x.example", "a~2fb:c@x.example", "花子@例え.example", "あ" * 64 + "@x.example"]


@pytest.fixture(params=["fake", "table"])
def lists(request: pytest.FixtureRequest) -> MessageLists:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeMessageLists()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableMessageLists(process, table=name)


def row(
    number: int, event_count: int = 1, *, tenant: str = "demo", subject: str = "お見積書の件 / # ? \\"
) -> MessageRow:
    """The higher the number, the newer the message."""
    at = NOW + timedelta(seconds=number)
    return MessageRow(
        ref=make_ref(number, tenant, at),
        sender="hanako@aozora.example",
        from_address="hanako@aozora.example",
        subject=subject,
        sent_at=at,
        received_at=at,
        size=1234,
        recipients=2,
        external=1,
        first_recipients=("taro@partner.example",),
        attachments=1,
        state=State.HELD,
        reason_codes=("rule.recipient-external",),
        rule_names=("社外宛て",),
        event_count=event_count,
        changed_at=at,
        decided_by=SENDER,
        seats=("boss@aozora.example",),
        password=NoticeState.WAITING,
    )


def test_a_row_comes_back_whole_and_is_replaced_by_later_states_alone(lists: MessageLists) -> None:
    assert lists.page(SENT, "", 10).rows == ()
    for count, shown in ((2, 2), (2, 2), (1, 2), (5, 5), (4, 5)):
        lists.put(SENT, row(1, count))
        assert lists.page(SENT, "", 10).rows == (row(1, shown),)
    lists.put(SENT, row(1, 5, subject="rebuilt"))
    assert lists.page(SENT, "", 10).rows[0].subject == "rebuilt"


def test_a_shelf_says_whether_it_shows_a_state_or_a_later_one(lists: MessageLists) -> None:
    assert not lists.shows(SENT, row(1, 0))
    lists.put(SENT, row(1, 3))
    assert [lists.shows(SENT, row(1, count)) for count in (2, 3, 4)] == [True, True, False]
    assert not lists.shows(SENT, row(2, 1))
    assert not lists.shows(replace(SENT, shelf=Shelf.HELD), row(1, 3))


def test_a_row_is_taken_once_twice_or_never_put(lists: MessageLists) -> None:
    lists.put(SENT, row(1))
    lists.put(SENT, row(2))
    for _ in range(2):
        lists.take(SENT, row(1, 9))
    lists.take(SENT, row(3))
    assert lists.page(SENT, "", 10).rows == (row(2),)


def test_two_and_a_half_thousand_rows_are_read_page_by_page_newest_first(lists: MessageLists) -> None:
    def write(worker: int) -> None:
        for number in range(worker, 2500, 8):
            lists.put(SENT, row(number))

    assert at_once(8, write) == [None] * 8
    seen: list[MessageRow] = []
    sizes, mark = [], ""
    while True:
        page = lists.page(SENT, mark, 999)
        seen += page.rows
        sizes.append(len(page.rows))
        mark = page.after
        if not mark:
            break
    assert sizes == [999, 999, 502]
    assert [one.ref for one in seen] == [row(number).ref for number in reversed(range(2500))]
    assert len(lists.page(SENT, "", 2400).rows) == 2400


@pytest.mark.parametrize(("count", "more"), [(4, True), (5, False), (6, False)])
def test_only_a_page_with_something_behind_it_has_a_mark(lists: MessageLists, count: int, more: bool) -> None:
    for number in range(5):
        lists.put(SENT, row(number))
    assert bool(lists.page(SENT, "", count).after) is more
    assert lists.page(SENT, "", 0).rows == ()


def test_rows_that_come_or_go_between_pages_show_no_row_twice_and_hide_none(lists: MessageLists) -> None:
    for number in range(6):
        lists.put(SENT, row(number))
    first = lists.page(SENT, "", 3)
    lists.put(SENT, row(9))
    lists.take(SENT, first.rows[-1])
    assert [one.ref for one in lists.page(SENT, first.after, 3).rows] == [row(n).ref for n in (2, 1, 0)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(Place("other", Shelf.SENT, SENT.owner), id="another tenant"),
        pytest.param(Place("demo", Shelf.HELD, SENT.owner), id="another shelf"),
        pytest.param(Place("demo", Shelf.SENT, "jiro@aozora.example"), id="another owner"),
        pytest.param(Place("demo", Shelf.SENT, ""), id="no owner"),
    ],
)
def test_places_are_apart_and_marks_of_another_place_are_refused(lists: MessageLists, elsewhere: Place) -> None:
    for number in range(3):
        lists.put(SENT, row(number))
        lists.put(elsewhere, row(number, tenant=elsewhere.tenant_id))
    lists.take(elsewhere, row(1, tenant=elsewhere.tenant_id))
    assert len(lists.page(SENT, "", 10).rows) == 3
    mark = lists.page(elsewhere, "", 1).after
    assert len(lists.page(elsewhere, mark, 10).rows) == 1
    with pytest.raises(NotFound):
        lists.page(SENT, mark, 10)


@pytest.mark.parametrize("change", [lambda m: "x", lambda m: m[:-1], lambda m: m + "0", lambda m: m.upper(), lambda m: m.replace(".", "' or ")], ids=["no mark", "short", "long", "capitals", "smuggled"])  # fmt: skip
def test_a_mark_that_was_changed_is_refused(lists: MessageLists, change: object) -> None:
    for number in range(3):
        lists.put(SENT, row(number))
    mark = lists.page(SENT, "", 1).after
    assert callable(change)
    with pytest.raises(NotFound):
        lists.page(SENT, change(mark), 10)


@pytest.mark.parametrize("owner", ODD, ids=["key characters", "tilde and colon", "Japanese", "long"])
def test_any_address_can_own_a_shelf(lists: MessageLists, owner: str) -> None:
    place = Place("demo", Shelf.TO_APPROVE, owner)
    lists.put(place, row(1))
    lists.put(place, row(2))
    first = lists.page(place, "", 1)
    assert [*first.rows, *lists.page(place, first.after, 1).rows] == [row(2), row(1)]
    for name in ("", "a/b", "de'mo"):
        with pytest.raises(NotFound):
            lists.page(Place(name, Shelf.SENT, owner), "", 1)
        with pytest.raises(NotFound):
            lists.put(Place(name, Shelf.SENT, owner), row(1))


def test_of_ten_who_file_different_states_at_once_the_latest_stays(lists: MessageLists) -> None:
    def write(number: int, count: int) -> None:
        lists.put(SENT, row(number, count))

    for number in range(3):
        assert at_once(10, partial(write, number)) == [None] * 10
    assert [one.event_count for one in lists.page(SENT, "", 10).rows] == [9, 9, 9]
