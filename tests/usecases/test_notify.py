"""Telling somebody: an item that fails every try of its queue is not forgotten, and one that was done is not repeated."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.core.hold.work_item import UnreadableWorkItem, write_work_item
from shared.core.message.identity import MessageRef, new_queue_id
from shared.errors import StorageUnavailable
from shared.ports_teams import TeamsUnavailable
from shared.usecases.act_on_hold import Verb, act_on_hold
from shared.usecases.notify import WRITERS, notify_item
from shared.usecases.run_due import run_due
from shared.usecases.work_off import work_off
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.holds import link_to
from tests.support.teams_people import chat, put_in_teams, teams_settings


def poison(world: World) -> int:
    """Every ``notify`` item that waits fails all its tries and is put aside, as the queue trigger does it."""
    failed = 0
    while (body := world.queue.take("notify")) is not None:
        for _ in range(5):
            world.spool.trouble.before("write_outgoing", StorageUnavailable("down"))
            with pytest.raises(StorageUnavailable):
                notify_item(world.app, body)
        failed += 1
    return failed


def held(world: World) -> None:
    world.judge(OUTSIDE)


def bounced(world: World) -> None:
    world.next_hop.answer(INSIDE, 550)
    ref = world.judge(INSIDE)
    body = world.queue.take("deliver")
    assert body is not None
    work_off(world.app, body)
    assert world.record(ref).state is State.BOUNCED


@pytest.mark.parametrize("happens", [held, bounced])
def test_who_could_not_be_told_is_told_when_it_works_again(happens: Callable[[World], None]) -> None:
    world = World()
    happens(world)
    assert poison(world) == 1
    world.pass_time(lambda: any(sent.recipients == (SENDER,) for sent in world.next_hop.transactions), limit=20)
    told = len(world.next_hop.transactions)
    for _ in range(30):
        world.clock.advance(minutes=1)
        run_due(world.app)
        world.work()
    assert len(world.next_hop.transactions) == told, "once"


def test_tries_that_keep_failing_come_in_growing_pauses() -> None:
    world = World()
    bounced(world)
    moments = []
    for _ in range(24 * 60 * 2):
        if poison(world):
            moments.append(world.clock.now())
        world.clock.advance(seconds=30)
        run_due(world.app)
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    settled = pauses[4:]  # before, the end of the delivery's own claim brings a look as well
    assert settled == sorted(settled)
    assert max(pauses[:4]) <= timedelta(minutes=2)
    assert len(pauses) < 25, "in two days"
    assert timedelta(hours=6) <= pauses[-1] <= timedelta(hours=6, minutes=1)


def test_what_was_done_is_owed_no_more() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    stored = world.messages.load(ref)
    assert stored is not None
    assert [entry.kind for entry in stored.outbox] == [OutboxKind.HOLD_NOTICE]
    world.work()
    after = world.messages.load(ref)
    assert after is not None
    assert after.outbox == ()


def test_an_item_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(UnreadableWorkItem):
        notify_item(World().app, b"{}")


def test_a_kind_that_has_no_writer_stays_owed_and_fails_nothing() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    notify_item(world.app, write_work_item(ref, OutboxEntry(OutboxKind.DELIVER, 0, world.clock.now())))
    stored = world.messages.load(ref)
    assert stored is not None
    assert [entry.kind for entry in stored.outbox] == [OutboxKind.HOLD_NOTICE]
    assert OutboxKind.DELIVER not in WRITERS


@pytest.mark.parametrize("kind", [kind for kind in OutboxKind if kind is not OutboxKind.DELIVER])
def test_a_late_item_of_any_kind_finds_nothing_to_do(kind: OutboxKind) -> None:
    world = World(teams_settings("teams-card", "mail"))
    put_in_teams(world, SENDER)
    ref = world.judge(OUTSIDE)
    world.work()
    before = (len(chat(world)), len(world.spool.outgoing))
    for of in (ref, MessageRef("demo", new_queue_id(world.clock.now(), b"9" * 10))):
        for number in (0, 7):
            notify_item(world.app, write_work_item(of, OutboxEntry(kind, number, world.clock.now())))
    assert (len(chat(world)), len(world.spool.outgoing)) == before


def test_an_item_that_teams_keeps_waiting_is_no_failure_and_stays_owed() -> None:
    world = World(teams_settings("teams-card"))
    put_in_teams(world, SENDER)
    ref = world.judge(OUTSIDE)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"))
    body = world.queue.take("notify")
    assert body is not None
    notify_item(world.app, body)
    stored = world.messages.load(ref)
    assert stored is not None
    assert [entry.kind for entry in stored.outbox] == [OutboxKind.HOLD_NOTICE]
    world.pass_time(lambda: len(chat(world)) == 1, limit=12)
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()


def test_a_notice_that_waits_is_not_forgotten_when_its_message_moves_on() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20))
    put_in_teams(world, SENDER)
    ref = world.judge(OUTSIDE)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"), times=4)
    world.work()
    act_on_hold(world.app, link_to(world, ref), Verb.DISCARD, (), "")

    def nothing_owed() -> bool:
        stored = world.messages.load(ref)
        return stored is not None and stored.outbox == ()

    world.pass_time(nothing_owed, limit=12)
    assert chat(world) == (), "what is not true any more is told to nobody"
