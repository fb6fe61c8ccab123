"""Telling somebody: an item that fails every try of its queue is not forgotten, and one that was done is not repeated."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.core.hold.record import OutboxKind, State
from shared.core.hold.work_item import UnreadableWorkItem
from shared.errors import StorageUnavailable
from shared.usecases.deliver_message import deliver_item
from shared.usecases.notify import notify_item
from shared.usecases.run_due import run_due
from tests.support.app import INSIDE, OUTSIDE, SENDER, World


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
    deliver_item(world.app, body)
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
