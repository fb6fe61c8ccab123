"""Rows are filed with every change that shows, whatever fails in between, and cost mail that passes next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.record import MessageRecord, State
from shared.core.lists.make_row import make_row
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.message.identity import MessageRef, new_queue_id
from shared.errors import NotFound, StorageUnavailable
from shared.ports_lists import Place
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold
from shared.usecases.file_rows import file_again, rebuild_rows
from shared.usecases.run_due import run_due
from tests.fakes.message_lists import FakeMessageLists
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.threads import at_once

PLACES = (
    Place("demo", Shelf.HELD, SENDER),
    Place("demo", Shelf.HELD),
    Place("demo", Shelf.SENT, SENDER),
    Place("demo", Shelf.DAY, "20261121"),
)
ASKER = Asker(SENDER, Channel.LINK)


class CountedLists(FakeMessageLists):
    """Notes every call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, Shelf, State]] = []
        self.before_put: Callable[[], object] | None = None

    def put(self, place: Place, row: MessageRow) -> None:
        self.calls.append(("put", place.shelf, row.state))
        if self.before_put is not None:
            hook, self.before_put = self.before_put, None
            hook()
        super().put(place, row)

    def take(self, place: Place, row: MessageRow) -> None:
        self.calls.append(("take", place.shelf, row.state))
        super().take(place, row)

    def shows(self, place: Place, row: MessageRow) -> bool:
        self.calls.append(("shows", place.shelf, row.state))
        return super().shows(place, row)


@pytest.fixture
def world() -> World:
    made = World()
    made.lists = CountedLists()
    made.app = replace(made.app, lists=made.lists)
    return made


def lists(world: World) -> CountedLists:
    assert isinstance(world.lists, CountedLists)
    return world.lists


def shown(world: World, place: Place) -> list[State]:
    return [row.state for row in world.app.lists.page(place, "", 10).rows]


def everywhere(world: World) -> list[list[State]]:
    return [shown(world, place) for place in PLACES]


def release(world: World, ref: MessageRef, verb: Verb = Verb.RELEASE) -> None:
    decide_hold(world.app, ref, ASKER, HoldWish(verb, frozenset({1})))


def test_a_held_message_is_listed_until_it_is_decided_and_stays_in_what_was_sent(world: World) -> None:
    ref = world.judge(OUTSIDE)
    assert everywhere(world) == [[State.HELD]] * 4
    release(world, ref)
    assert everywhere(world) == [[], [], [State.DELIVERING], [State.DELIVERING]]
    world.work()
    assert everywhere(world) == [[], [], [State.DELIVERED], [State.DELIVERED]]
    assert world.app.lists.page(PLACES[2], "", 1).rows == (make_row(world.record(ref)),)


def test_mail_that_passes_costs_two_inserts_once_at_its_end(world: World) -> None:
    world.judge(INSIDE)
    assert lists(world).calls == []
    world.work()
    assert lists(world).calls == [("put", Shelf.SENT, State.DELIVERED), ("put", Shelf.DAY, State.DELIVERED)]
    lists(world).calls.clear()
    world.clock.advance(hours=1)
    run_due(world.app)
    assert [call[0] for call in lists(world).calls] in ([], ["shows"])
    assert shown(world, PLACES[2]) == [State.DELIVERED]


def test_mail_that_is_delivered_at_once_leaves_no_note_and_two_rows() -> None:
    world = World(direct_deliveries=1)
    world.judge(INSIDE)
    assert everywhere(world) == [[], [], [State.DELIVERED], [State.DELIVERED]]
    assert world.schedule.entries == ()


def test_mail_that_is_stuck_is_listed_from_its_first_failure_on_and_not_at_each(world: World) -> None:
    world.next_hop.answer(INSIDE, 451)
    ref = world.judge(INSIDE)
    world.work()
    assert shown(world, PLACES[2]) == [State.DELIVERING]
    lists(world).calls.clear()
    world.pass_time(lambda: world.record(ref).attempts == 4)
    assert not [call for call in lists(world).calls if call[0] != "shows"]
    world.next_hop.answer(INSIDE, 250)
    world.pass_time(lambda: shown(world, PLACES[2]) == [State.DELIVERED])


def test_mattas_own_mail_is_in_no_list(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.work()  # the notice
    assert len(world.app.lists.page(PLACES[3], "", 10).rows) == 1
    own = replace(world.record(ref), own="hold-notice-0")
    lists(world).calls.clear()
    file_again(world.app, own)
    assert lists(world).calls == []


@pytest.mark.parametrize("broken", ["put", "take"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("verb", [Verb.RELEASE, Verb.DISCARD])
def test_lists_that_are_down_stop_nothing_and_are_right_again_later(
    world: World, broken: str, when: str, verb: Verb
) -> None:
    ref = world.judge(OUTSIDE)
    getattr(world.lists.trouble, when)(broken, StorageUnavailable("down"))
    release(world, ref, verb)
    world.work()
    end = State.DELIVERED if verb is Verb.RELEASE else State.DISCARDED
    assert world.record(ref).state is end
    wanted = [[], [], [end], [end]]
    world.pass_time(lambda: everywhere(world) == wanted, limit=200)
    world.clock.advance(hours=2)
    run_due(world.app)
    world.work()
    assert world.schedule.entries == ()


def crashed(world: World, act: Callable[[], object]) -> None:
    """Play ``act`` in a process that dies when it comes to the rows."""
    for _ in range(2):
        world.lists.trouble.before("put", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        act()
    world.lists.trouble.clear()


def test_a_crash_before_the_rows_of_a_hold_is_made_good_by_the_timer(world: World) -> None:
    crashed(world, lambda: world.judge(OUTSIDE))
    assert everywhere(world) == [[]] * 4
    world.pass_time(lambda: everywhere(world) == [[State.HELD]] * 4, limit=50)


def test_a_crash_before_the_rows_of_an_end_that_owes_nothing_is_made_good_by_the_timer(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.work()
    stored = world.messages.load(ref)
    assert stored is not None
    crashed(world, lambda: release(world, ref, Verb.DISCARD))
    assert world.record(ref).state is State.DISCARDED
    world.pass_time(lambda: everywhere(world) == [[], [], [State.DISCARDED], [State.DISCARDED]], limit=100)


def test_a_crash_before_the_rows_of_mail_that_passed_is_made_good_by_the_timer(world: World) -> None:
    ref = world.judge(INSIDE)
    crashed(world, world.work)
    assert world.record(ref).state is State.DELIVERED
    world.pass_time(lambda: everywhere(world) == [[], [], [State.DELIVERED], [State.DELIVERED]], limit=100)


def test_whoever_puts_a_row_of_a_hold_that_was_decided_meanwhile_takes_it_away(world: World) -> None:
    def decide_meanwhile() -> None:
        release(
            world, MessageRef("demo", new_queue_id(world.clock.now(), world.count.to_bytes(10, "big"))), Verb.DISCARD
        )

    lists(world).before_put = decide_meanwhile
    ref = world.judge(OUTSIDE)
    assert world.record(ref).state is State.DISCARDED
    assert everywhere(world) == [[], [], [State.DISCARDED], [State.DISCARDED]]


def test_rows_are_made_anew_from_the_record(world: World) -> None:
    held, passed = world.judge(OUTSIDE), world.judge(INSIDE)
    world.work()
    wanted = [world.app.lists.page(place, "", 10).rows for place in PLACES]
    for place in PLACES:
        for row in world.app.lists.page(place, "", 10).rows:
            world.app.lists.take(place, row)
    for _ in range(2):
        rebuild_rows(world.app, held)
        rebuild_rows(world.app, passed)
        assert [world.app.lists.page(place, "", 10).rows for place in PLACES] == wanted
    with pytest.raises(NotFound):
        rebuild_rows(world.app, MessageRef("other", held.queue_id))


def test_a_message_on_its_way_gets_no_rows_by_rebuilding(world: World) -> None:
    ref = world.judge(INSIDE)
    rebuild_rows(world.app, ref)
    assert everywhere(world) == [[]] * 4


def test_a_look_at_rows_that_are_there_costs_one_read(world: World) -> None:
    ref = world.judge(OUTSIDE)
    record: MessageRecord = world.record(ref)
    lists(world).calls.clear()
    file_again(world.app, record)
    assert [call[0] for call in lists(world).calls] == ["shows"]
    world.lists.trouble.before("shows", StorageUnavailable("down"))
    file_again(world.app, record)  # is not raised, and leaves a note
    assert world.clock.now() + timedelta(minutes=5) in [entry.at for entry in world.schedule.entries]


def test_of_many_who_decide_at_once_none_leaves_a_row_among_those_that_wait(world: World) -> None:
    for _ in range(20):
        ref = world.judge(OUTSIDE)
        verbs = [Verb.RELEASE, Verb.DISCARD] * 4
        at_once(8, partial(decide, world, ref, verbs))
        world.work()
        assert everywhere(world)[:2] == [[], []]
        assert world.app.lists.page(PLACES[2], "", 1).rows == (make_row(world.record(ref)),)


def decide(world: World, ref: MessageRef, verbs: list[Verb], number: int) -> None:
    release(world, ref, verbs[number])
