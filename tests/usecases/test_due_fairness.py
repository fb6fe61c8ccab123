"""No tenant's backlog keeps the others waiting, and a long queue does not make itself longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from shared.core.hold.record import OutboxKind, State
from shared.core.message.identity import MessageRef, new_queue_id
from shared.ports import DueEntry
from shared.usecases import deliver_message
from shared.usecases import run_due as module
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.run_due import run_due
from shared.usecases.work_off import work_off
from tests.support.app import INSIDE, World


def test_a_tenant_with_very_much_due_work_does_not_keep_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    looked_at: list[MessageRef] = []
    monkeypatch.setattr(module, "push_on", lambda app, ref: looked_at.append(ref))
    for number in range(20_000):
        ref = MessageRef("large", new_queue_id(world.clock.now(), number.to_bytes(10, "big")))
        world.schedule.add(DueEntry(ref, world.clock.now() + timedelta(microseconds=number)))
    world.clock.advance(seconds=5)
    small = [
        MessageRef(f"small-{number % 3}", new_queue_id(world.clock.now(), bytes([number] * 10))) for number in range(30)
    ]
    for ref in small:
        world.schedule.add(DueEntry(ref, world.clock.now()))
    world.clock.advance(seconds=1)
    assert run_due(world.app) == 20_030
    assert max(looked_at.index(ref) for ref in small) < 50
    large = [ref for ref in looked_at if ref.tenant_id == "large"]
    assert large == sorted(large), "one tenant's own come in their order"
    assert world.schedule.entries == ()


def test_looks_for_others_work_cost_few_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(module, "push_on", lambda app, ref: None)
    looks: list[datetime] = []
    real = world.schedule.all_due

    def counted(now: datetime) -> Iterator[DueEntry]:
        looks.append(now)
        return real(now)

    monkeypatch.setattr(world.schedule, "all_due", counted)
    for number in range(6_000):
        ref = MessageRef("large", new_queue_id(world.clock.now(), number.to_bytes(10, "big")))
        world.schedule.add(DueEntry(ref, world.clock.now()))
    world.clock.advance(seconds=1)
    assert run_due(world.app) == 6_000
    assert len(looks) == 3


def deliver_items(world: World) -> int:
    return sum(item.entry.kind is OutboxKind.DELIVER for item in world.queue.items)


def test_a_message_that_waits_in_a_long_queue_is_not_put_into_it_every_half_minute() -> None:
    world = World()
    ref = world.receive(INSIDE)
    evaluate_message(world.app, ref, at_once=False)
    assert deliver_items(world) == 1
    for _ in range(360):  # an hour in which no worker comes to it
        world.clock.advance(seconds=10)
        run_due(world.app)
    assert 2 <= deliver_items(world) <= 9
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert len(world.next_hop.transactions) == 1


def test_no_item_is_sent_while_a_worker_has_its_claim() -> None:
    world = World()
    ref = world.receive(INSIDE)
    evaluate_message(world.app, ref, at_once=False)
    in_between: list[int] = []

    def minutes_pass() -> None:
        before = deliver_items(world)
        for _ in range(11):
            world.clock.advance(seconds=10)
            run_due(world.app)
        in_between.append(deliver_items(world) - before)

    real = world.next_hop.deliver

    def slow(*args: object, **options: object) -> object:
        minutes_pass()
        return real(*args, **options)  # type: ignore[arg-type]  # handed on

    world.next_hop.deliver = slow  # type: ignore[method-assign,assignment]  # a server that takes its time
    world.work()
    assert in_between == [0]
    assert world.record(ref).state is State.DELIVERED


def test_after_a_dead_worker_one_item_brings_the_next() -> None:
    world = World()
    ref = world.receive(INSIDE)
    evaluate_message(world.app, ref, at_once=False)

    def dies(*args: object, **options: object) -> object:
        raise SystemExit

    real = world.next_hop.deliver
    world.next_hop.deliver = dies  # type: ignore[method-assign,assignment]  # killed in the middle
    body = world.queue.take("deliver")
    assert body is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver_message, "_write_down", lambda *args, **options: None)
        with pytest.raises(SystemExit):
            work_off(world.app, body)
    world.next_hop.deliver = real  # type: ignore[method-assign]
    world.clock.advance(seconds=110)
    run_due(world.app)
    assert deliver_items(world) == 0, "the claim is alive"
    world.clock.advance(seconds=20)
    run_due(world.app)
    assert deliver_items(world) == 1
    world.work()
    assert world.record(ref).state is State.DELIVERED
