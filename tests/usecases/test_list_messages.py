"""Lists for one person: their own and those of the people they act for; who loses a right sees nothing any more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.hold.record import State
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.people.delegation import Delegation, Proxy
from shared.core.policy.tenant_settings import HoldNotices
from shared.errors import NotFound
from shared.ports import Person
from shared.ports_lists import Place, RowPage
from shared.usecases.list_messages import ListPage, list_held_for, list_sent_by, list_to_approve
from tests.fakes.message_lists import FakeMessageLists
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings

BOSS = "boss@aozora.example"
INFO = "info@aozora.example"
ALIAS = "h.aoi@aozora.example"
ADMIN = "postmaster@aozora.example"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=World().clock.now().tzinfo)
List = Callable[..., ListPage]


class CountedLists(FakeMessageLists):
    """Counts pages and the rows on them."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int] = []

    def page(self, place: Place, after: str, limit: int) -> RowPage:
        found = super().page(place, after, limit)
        self.read.append(len(found.rows))
        return found


@pytest.fixture
def world() -> World:
    made = World()
    made.lists = CountedLists()
    made.app = replace(made.app, lists=made.lists)
    return made


def row(number: int, sender: str = SENDER, *seats: str, **changes: object) -> MessageRow:
    """The higher the number, the newer."""
    at = NOW + timedelta(seconds=number)
    made = MessageRow(
        ref=MessageRef("demo", new_queue_id(at, number.to_bytes(10, "big"))),
        sender=sender,
        from_address=sender,
        subject=str(number),
        sent_at=at,
        received_at=at,
        size=1,
        recipients=1,
        external=1,
        first_recipients=(OUTSIDE,),
        attachments=0,
        state=State.HELD,
        reason_codes=(),
        rule_names=(),
        event_count=1,
        changed_at=at,
        seats=seats,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name the fields


def put(world: World, shelf: Shelf, owner: str, *rows: MessageRow) -> None:
    for one in rows:
        world.lists.put(Place("demo", shelf, owner), one)


def name_proxy(world: World, principal: str, proxy: str, until: datetime | None = None) -> None:
    kept = world.delegations.of("demo", [principal])[principal]
    world.delegations.save("demo", replace(kept, proxies=(Proxy(proxy, until=until),)))


def subjects(page: ListPage) -> list[str]:
    return [one.row.subject for one in page.rows]


def walk(world: World, list_: List, person: str, limit: int) -> list[list[str]]:
    """All pages."""
    pages, after = [], ""
    while True:
        page = list_(world.app, "demo", person, after, limit)
        pages.append(subjects(page))
        after = page.after
        if not after:
            return pages


def test_a_message_goes_through_the_lists_as_it_is_held_and_decided(world: World) -> None:
    ref = world.judge(OUTSIDE)
    (held,) = list_held_for(world.app, "demo", SENDER).rows
    assert (held.row.ref, held.standing.role, held.standing.on_behalf_of) == (ref, Role.SENDER, "")
    assert [one.row.ref for one in list_sent_by(world.app, "demo", SENDER.upper()).rows] == [ref]
    assert list_held_for(world.app, "demo", INSIDE).rows == list_sent_by(world.app, "demo", INSIDE).rows == ()


def test_a_proxy_sees_the_principals_mail_among_their_own_by_time_and_for_whom(world: World) -> None:
    put(world, Shelf.HELD, SENDER, row(1), row(3))
    put(world, Shelf.HELD, INFO, row(2, INFO), row(4, INFO))
    name_proxy(world, INFO, SENDER)
    page = list_held_for(world.app, "demo", SENDER)
    assert [(one.row.subject, one.standing.role, one.standing.on_behalf_of) for one in page.rows] == [
        ("4", Role.PROXY, INFO),
        ("3", Role.SENDER, ""),
        ("2", Role.PROXY, INFO),
        ("1", Role.SENDER, ""),
    ]


@pytest.mark.parametrize(
    ("person", "named"),
    [
        pytest.param(ALIAS, SENDER, id="signed on by an alias"),
        pytest.param(SENDER, ALIAS, id="named by an alias"),
        pytest.param(ALIAS, ALIAS, id="both"),
    ],
)
def test_whoever_has_several_addresses_sees_what_there_is_for_any_of_them(
    world: World, person: str, named: str
) -> None:
    world.directory.save("demo", [Person(SENDER, id="one"), Person(ALIAS, id="one"), Person(INFO, id="two")])
    put(world, Shelf.HELD, SENDER, row(1))
    put(world, Shelf.HELD, ALIAS, row(2, ALIAS))
    put(world, Shelf.HELD, INFO, row(3, INFO))
    put(world, Shelf.TO_APPROVE, INFO, row(4, BOSS, INFO))
    name_proxy(world, INFO, named)
    seen = list_held_for(world.app, "demo", person).rows
    assert [(one.row.subject, one.standing.role) for one in seen] == [
        ("3", Role.PROXY),
        ("2", Role.SENDER),
        ("1", Role.SENDER),
    ]
    assert subjects(list_to_approve(world.app, "demo", person)) == ["4"]
    world.directory.save("demo", [Person(ALIAS, id="another"), Person(SENDER, id="one")])
    assert subjects(list_held_for(world.app, "demo", SENDER)) == (["3", "1"] if named == SENDER else ["1"])


@pytest.mark.parametrize(
    "lose",
    [
        pytest.param(lambda world: world.delegations.save("demo", Delegation(INFO, version=1)), id="proxy taken away"),
        pytest.param(lambda world: world.clock.advance(hours=2), id="dates have passed"),
        pytest.param(lambda world: world.directory.remove("demo", [SENDER]), id="proxy removed from the directory"),
        pytest.param(lambda world: world.directory.remove("demo", [INFO]), id="principal removed"),
    ],
)
@pytest.mark.parametrize(
    ("list_", "shelf"), [(list_held_for, Shelf.HELD), (list_sent_by, Shelf.SENT), (list_to_approve, Shelf.TO_APPROVE)]
)
def test_whoever_loses_a_right_sees_nothing_from_the_next_page_on(
    world: World, list_: List, shelf: Shelf, lose: Callable[[World], object]
) -> None:
    sender = "other@aozora.example" if shelf is Shelf.TO_APPROVE else INFO
    put(world, shelf, INFO, *(row(number, sender, INFO) for number in range(4)))
    name_proxy(world, INFO, SENDER, world.clock.now() + timedelta(hours=1))
    first = list_(world.app, "demo", SENDER, "", 2)
    assert subjects(first) == ["3", "2"]
    lose(world)
    assert list_(world.app, "demo", SENDER, first.after, 2) == list_(world.app, "demo", SENDER, "", 2) == ListPage(())


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_of_several_shelves_show_every_message_once_in_order(world: World, limit: int) -> None:
    put(world, Shelf.SENT, SENDER, *(row(number) for number in range(0, 20, 3)))
    for turn, principal in ((1, INFO), (2, BOSS)):
        put(world, Shelf.SENT, principal, *(row(number, principal) for number in range(turn, 20, 3)))
        name_proxy(world, principal, SENDER)
    pages = walk(world, list_sent_by, SENDER, limit)
    assert [subject for page in pages for subject in page] == [str(number) for number in reversed(range(20))]
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]


def test_a_page_costs_one_read_for_each_shelf_however_much_lies_behind(world: World) -> None:
    assert isinstance(world.lists, CountedLists)
    costs = []
    for many in (10, 1000):
        put(world, Shelf.SENT, SENDER, *(row(number) for number in range(many)))
        put(world, Shelf.SENT, "else@aozora.example", *(row(number, "else@aozora.example") for number in range(many)))
        world.lists.read.clear()
        assert len(list_sent_by(world.app, "demo", SENDER, "", 5).rows) == 5
        costs.append(list(world.lists.read))
    assert costs == [[5], [5]]


def test_the_administrator_finds_mail_of_foreign_and_removed_senders_among_all_that_waits(world: World) -> None:
    foreign = "mallory@elsewhere.example"
    for number in range(300):
        put(world, Shelf.HELD, "", row(number, {250: foreign, 5: INSIDE, 1: ""}.get(number, SENDER)))
    world.directory.save("demo", [Person(INSIDE)])
    world.directory.remove("demo", [INSIDE])
    pages = walk(world, list_held_for, ADMIN, 50)
    assert [subject for page in pages for subject in page] == ["250", "5"]
    (found,) = [one for one in list_held_for(world.app, "demo", ADMIN, "", 100).rows if one.row.sender == foreign]
    assert found.standing.role is Role.ADMINISTRATOR


def test_a_set_administrator_is_the_one_who_is_asked() -> None:
    world = World(settings=make_settings(notices=HoldNotices(administrator_address=BOSS)))
    put(world, Shelf.HELD, "", row(1, "mallory@elsewhere.example"))
    assert subjects(list_held_for(world.app, "demo", BOSS)) == ["1"]
    assert subjects(list_held_for(world.app, "demo", ADMIN)) == []


RELEASED = Actor(Role.PROXY, INSIDE, Channel.LINK, "", SENDER)


@pytest.mark.parametrize(
    ("person", "listed"),
    [
        pytest.param(BOSS, ["2", "1"], id="the seat"),
        pytest.param("deputy@aozora.example", ["2", "1"], id="the seat's proxy"),
        pytest.param(SENDER, [], id="the sender, who is a proxy of the seat"),
        pytest.param(INSIDE, ["2"], id="who released the first, and is a proxy of the seat"),
        pytest.param("else@aozora.example", [], id="somebody else"),
        pytest.param("", [], id="nobody"),
    ],
)
def test_who_sees_what_is_to_be_approved(world: World, person: str, listed: list[str]) -> None:
    first = row(1, SENDER, BOSS, verb="release", decided_by=RELEASED)
    put(world, Shelf.TO_APPROVE, BOSS, first, row(2, SENDER, BOSS))
    proxies = tuple(Proxy(name) for name in ("deputy@aozora.example", SENDER, INSIDE))
    world.delegations.save("demo", Delegation(BOSS, proxies))
    assert subjects(list_to_approve(world.app, "demo", person)) == listed


def test_marks_of_another_list_person_or_tenant_are_refused(world: World) -> None:
    put(world, Shelf.SENT, SENDER, row(1), row(2))
    put(world, Shelf.HELD, SENDER, row(1), row(2))
    mark = list_sent_by(world.app, "demo", SENDER, "", 1).after
    assert subjects(list_sent_by(world.app, "demo", SENDER.upper(), mark, 1)) == ["1"]
    for list_, person, after in (
        (list_held_for, SENDER, mark),
        (list_sent_by, INSIDE, mark),
        (list_sent_by, SENDER, mark[:-1]),
        (list_sent_by, SENDER, "x"),
    ):
        with pytest.raises(NotFound):
            list_(world.app, "demo", person, after, 1)


@pytest.mark.parametrize(("asked", "rows"), [(-5, 1), (0, 1), (10_000, 200)])
def test_the_size_of_a_page_is_bounded(world: World, asked: int, rows: int) -> None:
    put(world, Shelf.SENT, SENDER, *(row(number) for number in range(250)))
    assert len(list_sent_by(world.app, "demo", SENDER, "", asked).rows) == rows
