"""What one tick costs: what is due, and nothing for the hundred thousand messages that are not (architecture.md decision 6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.due import Waiting
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.policy.tenant_settings import HoldNotices
from shared.ports import DueEntry
from shared.usecases.run_due import run_due
from tests.support.app import OUTSIDE, World, make_settings
from tests.support.azurite import Azurite

DUE = 10
PORTS = {
    "messages": ("create", "load", "commit", "outbox_sent", "events", "judged"),
    "schedule": ("add", "due", "done"),
    "queue": ("send",),
    "spool": ("describe", "open", "content"),
    "directory": ("people", "groups"),
}


def counted(world: World) -> Counter[str]:
    """Counts every call of a storage port from now on."""
    calls: Counter[str] = Counter()

    def counting(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            calls[name] += 1
            return method(*args, **options)

        return call

    for port, methods in PORTS.items():
        for method in methods:
            fake = getattr(world, port)
            setattr(fake, method, counting(f"{port}.{method}", getattr(fake, method)))
    return calls


def one_tick(waiting: int) -> tuple[Counter[str], list[MessageRef]]:
    """The calls of one tick for ``DUE`` reminders while so many others wait for later moments; who was looked at."""
    world = World(make_settings(notices=HoldNotices(reminder_hours=4.0)))
    refs = [world.judge(OUTSIDE) for _ in range(DUE)]
    while world.queue.take("notify"):
        pass
    for ref in refs:
        stored = world.messages.load(ref)
        assert stored is not None
        world.messages.outbox_sent(ref, stored.outbox)
    world.clock.advance(minutes=5)
    run_due(world.app)
    world.clock.advance(hours=3, minutes=55)
    for number in range(waiting):
        ref = MessageRef("demo", new_queue_id(world.clock.now(), (1_000_000 + number).to_bytes(10, "big")))
        later = timedelta(seconds=1) + timedelta(hours=4) * (number / max(waiting, 1))
        world.schedule.add(DueEntry(ref, world.clock.now() + later))
    calls = counted(world)
    assert run_due(world.app) == DUE
    counted_so_far = calls.copy()
    return counted_so_far, [ref for ref in refs if world.record(ref).reminders_sent == 1]


def test_a_hundred_thousand_waiting_messages_cost_a_tick_not_one_call() -> None:
    few, reminded_among_few = one_tick(100)
    many, reminded_among_many = one_tick(100_000)
    assert len(reminded_among_few) == len(reminded_among_many) == DUE
    assert few == many
    assert many["messages.commit"] == DUE
    assert many["messages.load"] == 2 * DUE, "one before the change, and one after its row was filed"
    assert many["schedule.due"] == 1
    assert many["schedule.done"] == DUE
    assert many["queue.send"] == DUE
    assert many["schedule.add"] == DUE
    assert many["spool.open"] == many["spool.content"] == many["messages.events"] == 0


def test_ticks_with_nothing_due_ask_once_and_do_nothing() -> None:
    world = World()
    world.schedule.add(
        DueEntry(MessageRef("demo", new_queue_id(world.clock.now(), bytes(10))), world.clock.now() + timedelta(days=1))
    )
    calls = counted(world)
    for _ in range(5):
        assert run_due(world.app) == 0
    assert calls == {"schedule.due": 5}


@pytest.mark.timeout(120)
def test_the_table_hands_out_what_is_due_and_no_row_of_what_is_not(tmp_path: Path) -> None:
    """Real storage: entities that a tick reads, among a hundred waiting and among more than a page of a listing holds."""
    read = []
    for held in (100, 1_200):
        azurite = Azurite(tmp_path / str(held))
        azurite.start()
        try:
            waiting = Waiting(tmp_path / f"keys-{held}", azurite.connection_string, held)
            waiting.tick()  # the first one fills caches
            read.append(waiting.tick()[1])
        finally:
            azurite.stop()
    assert read[0] == read[1]
    assert DUE < read[1] <= DUE * 10
