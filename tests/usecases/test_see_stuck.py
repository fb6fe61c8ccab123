"""What counts as stuck, that it is found where somebody looks anyway, and that a note is only a hint."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.access.principal import Principal
from shared.core.access.roles import PortalRole
from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.errors import StorageUnavailable
from shared.ports_metrics import Labels, Metric
from shared.ports_operator import StuckKind, StuckNote
from shared.usecases import sweep_spool as sweeping
from shared.usecases.note_stuck import LONG_DELIVERY, LONG_OWED, MANY_ATTEMPTS, standstill
from shared.usecases.run_due import run_due
from shared.usecases.see_stuck import retry_stuck, stuck_messages
from shared.usecases.sweep_spool import sweep_spool
from shared.usecases.watch_service import watch_service
from tests.support.app import INSIDE, OUTSIDE, World
from tests.support.records import NOW, delivering, held, make_ref

SOON = timedelta(seconds=1)
OPERATOR = Principal("", "op@service.example", "Op", "", "en", frozenset({PortalRole.OPERATOR}))
OWED = (OutboxEntry(OutboxKind.HOLD_NOTICE, 0, NOW),)


@pytest.mark.parametrize(
    ("state", "outbox", "age", "attempts", "expected"),
    [
        pytest.param("delivering", (), LONG_DELIVERY - SOON, 1, None, id="on its way"),
        pytest.param("delivering", (), LONG_DELIVERY, 1, "delivery", id="on its way for long"),
        pytest.param("delivering", (), SOON, MANY_ATTEMPTS, "delivery", id="tried often"),
        pytest.param("held", (), timedelta(days=3), 0, None, id="held, for people to decide"),
        pytest.param("held", OWED, LONG_OWED - SOON, 0, None, id="its notice is on its way"),
        pytest.param("held", OWED, LONG_OWED, 0, "effects", id="nobody was told"),
        pytest.param("delivering", OWED, LONG_DELIVERY, 1, "delivery", id="both: delivery first"),
    ],
)
def test_what_is_stuck(
    state: str, outbox: tuple[OutboxEntry, ...], age: timedelta, attempts: int, expected: str | None
) -> None:
    record = replace(delivering() if state == "delivering" else held(), attempts=attempts)
    note = standstill(record, outbox, NOW + age)
    assert (note.kind if note else None) == expected


def test_a_message_that_cannot_be_judged_is_noted_and_judged_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    ref = world.receive(INSIDE)

    def fails(*args: object, **options: object) -> bool:
        raise StorageUnavailable("down")

    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "evaluate_message", fails)
        world.clock.advance(seconds=300)
        sweep_spool(world.app)
        assert world.stuck.oldest(10) == (), "not yet"
        world.clock.advance(seconds=400)
        sweep_spool(world.app)
    (found,) = stuck_messages(world.app, None, 10)[0]
    assert (found.ref, found.kind, found.state) == (ref, StuckKind.JUDGING, None)
    assert retry_stuck(world.app, OPERATOR, [ref]) == (ref,)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert world.stuck.oldest(10) == (), "its first state took the note away"


def test_an_effect_that_is_owed_for_long_is_noted_and_sent_again() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    while world.queue.take("notify"):
        pass  # items that fail every try
    end = world.clock.now() + timedelta(minutes=70)
    while world.clock.now() < end:
        world.clock.advance(seconds=30)
        run_due(world.app)
        while world.queue.take("notify"):
            pass
    (found,) = stuck_messages(world.app, None, 10)[0]
    assert (found.kind, found.state) == (StuckKind.EFFECTS, State.HELD)
    retry_stuck(world.app, OPERATOR, [ref])
    world.work()
    assert stuck_messages(world.app, None, 10) == ((), None)
    assert world.stuck.oldest(10) == ()


def test_a_note_that_is_not_true_any_more_is_forgotten_by_whoever_reads_it() -> None:
    world = World()
    ref = world.judge(INSIDE)
    world.work()
    world.stuck.put(StuckNote(ref, StuckKind.DELIVERY, NOW, 9))
    world.stuck.put(StuckNote(make_ref(77), StuckKind.JUDGING, NOW))
    assert stuck_messages(world.app, None, 10) == ((), None)
    assert world.stuck.oldest(10) == ()


def test_notes_that_cannot_be_written_stop_no_mail() -> None:
    world = World()
    world.next_hop.answer(INSIDE, 451)
    ref = world.judge(INSIDE)
    for name in ("put", "remove", "oldest"):
        world.stuck.trouble.before(name, StorageUnavailable("down"), times=1000)
    end = world.clock.now() + timedelta(hours=2)
    world.pass_time(lambda: world.clock.now() >= end)
    world.next_hop.answer(INSIDE, 250)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    watch_service(world.app)


def test_the_service_is_measured() -> None:
    world = World()
    world.next_hop.answer(INSIDE, 451)
    world.judge(INSIDE)
    end = world.clock.now() + timedelta(hours=3)
    world.pass_time(lambda: world.clock.now() >= end)
    world.parked.park("notify", None, None, world.clock.now())
    watch_service(world.app)
    assert world.metrics.value(Metric.STUCK, Labels(outcome="delivery")) == 1
    assert world.metrics.value(Metric.STUCK, Labels(outcome="judging")) == 0
    assert world.metrics.value(Metric.UNDELIVERED_AGE) >= 3 * 3600
    assert world.metrics.value(Metric.PARKED, Labels(outcome="notify")) == 1
