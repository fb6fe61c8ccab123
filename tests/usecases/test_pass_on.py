"""Sending at once what has just been judged: the same delivery contract, without the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.record import OutboxKind, State
from shared.errors import StorageUnavailable
from shared.usecases import deliver_message as delivery
from shared.usecases import pass_on as module
from shared.usecases.deliver_message import deliver_message
from shared.usecases.evaluate_message import evaluate_message
from tests.support.app import INSIDE, OUTSIDE, World, make_message
from tests.support.records import NOW

OTHER = "saburo@aozora.example"


@pytest.fixture
def world() -> World:
    return World(direct_deliveries=2)


@pytest.fixture(autouse=True)
def nobody_else() -> None:
    """Other tests' tenants were long ago."""
    module._lately.clear()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.usecases.deliver_message.time.sleep", lambda seconds: None)


def test_a_passing_message_is_delivered_by_the_worker_that_judged_it(world: World) -> None:
    ref = world.judge(INSIDE)
    (sent,) = world.next_hop.transactions
    assert sent.data == world.record(ref).variants[0].head + make_message(INSIDE)
    assert world.record(ref).state is State.DELIVERED
    assert [event.code for event in world.messages.events(ref)] == ["passed", "delivered"]
    assert world.queue.items == ()
    assert world.schedule.entries == (), "nobody needs to look at it again"


def test_a_held_message_is_not_sent(world: World) -> None:
    ref = world.judge(OUTSIDE)
    assert world.record(ref).state is State.HELD
    assert world.next_hop.transactions == []
    assert [item.entry.kind for item in world.queue.items] == [OutboxKind.HOLD_NOTICE]


def test_the_notice_about_a_held_message_goes_out_at_once_too(world: World) -> None:
    world.judge(OUTSIDE)
    world.work()
    assert len(world.next_hop.transactions) == 1
    assert not any(item.entry.kind is OutboxKind.DELIVER for item in world.queue.items)


def test_a_temporary_refusal_is_retried_for_that_recipient_with_a_pause(world: World) -> None:
    world.next_hop.answer(OTHER, 451)
    ref = world.judge(INSIDE, OTHER)
    record = world.record(ref)
    assert (record.state, record.lease, record.attempts) == (State.DELIVERING, "", 1)
    world.next_hop.answer(OTHER, 250)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert [sent.recipients for sent in world.next_hop.transactions] == [(INSIDE, OTHER), (OTHER,)]


def test_a_worker_that_dies_before_sending_is_replaced_when_its_claim_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "deliver_claimed", lambda *_: None)
    ref = world.judge(INSIDE)
    begun = world.clock.now()
    assert world.record(ref).lease != ""
    assert deliver_message(world.app, ref) is False, "the claim is alive"
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    lease = timedelta(seconds=world.app.process.lease_seconds)
    assert lease <= world.clock.now() - begun <= lease + timedelta(minutes=1)
    assert len(world.next_hop.transactions) == 1


def test_a_worker_that_dies_before_the_answers_are_written_leaves_the_claim(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        world.next_hop.during = None
        raise Killed

    world.next_hop.during = die
    monkeypatch.setattr(delivery, "_write_down", lambda *_, **__: None)  # a dead worker writes nothing
    with pytest.raises(Killed):
        world.judge(INSIDE)
    monkeypatch.undo()
    [ref] = world.spool.refs
    assert world.record(ref).lease != ""
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert len(world.next_hop.transactions) == 1


def test_a_second_trigger_while_the_first_is_sending_sends_nothing(world: World) -> None:
    seen: list[bool] = []

    def again() -> None:
        world.next_hop.during = None
        [ref] = world.spool.refs
        seen.extend([evaluate_message(world.app, ref), deliver_message(world.app, ref)])

    world.next_hop.during = again
    world.judge(INSIDE)
    assert seen == [False, False]
    assert len(world.next_hop.transactions) == 1


def test_when_all_slots_are_taken_a_message_waits_for_the_queue() -> None:
    world = World(direct_deliveries=1)

    def another() -> None:
        world.next_hop.during = None
        world.judge(OTHER)

    world.next_hop.during = another
    first = world.judge(INSIDE)
    second = world.spool.refs[1]
    assert world.record(first).state is State.DELIVERED
    assert world.record(second).state is State.DELIVERING
    assert [item.entry.kind for item in world.queue.items] == [OutboxKind.DELIVER]
    world.work()
    assert world.record(second).state is State.DELIVERED
    third = world.judge(INSIDE)
    assert world.record(third).state is State.DELIVERED, "the slot is free again"


@pytest.mark.parametrize(
    ("size", "transactions"),
    [pytest.param(module.LARGEST, 1, id="largest"), pytest.param(module.LARGEST + 1, 0, id="a byte more")],
)
def test_a_large_message_waits_for_the_queue(world: World, size: int, transactions: int) -> None:
    head = make_message(INSIDE)
    ref = world.judge(INSIDE, data=head + b"x" * (size - len(head)))
    assert len(world.next_hop.transactions) == transactions
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert len(world.next_hop.transactions) == 1


@pytest.mark.parametrize("broken", ["deliver", "judge twice"])
def test_a_slot_is_given_back_whatever_happens(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(direct_deliveries=1)
    if broken == "deliver":
        monkeypatch.setattr(module, "deliver_claimed", lambda *_: 1 / 0)
        world.judge(INSIDE)
        monkeypatch.undo()
    else:
        assert evaluate_message(world.app, world.judge(INSIDE)) is False
    assert world.record(world.judge(INSIDE)).state is State.DELIVERED


def test_answers_are_written_down_although_storage_stumbles(world: World) -> None:
    world.next_hop.during = lambda: world.messages.trouble.before("commit", StorageUnavailable("slow"))
    ref = world.judge(INSIDE)
    assert world.record(ref).state is State.DELIVERED
    assert len(world.next_hop.transactions) == 1


def test_storage_that_cannot_store_the_state_sends_nothing(world: World) -> None:
    ref = world.receive(INSIDE)
    world.messages.trouble.before("create", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        evaluate_message(world.app, ref)
    assert world.next_hop.transactions == []
    assert evaluate_message(world.app, ref) is True
    assert len(world.next_hop.transactions) == 1


def test_a_tenant_alone_has_all_places_and_leaves_two_to_others_that_are_there() -> None:
    alone = module._share("a", 7, NOW)
    assert (alone, module._share("a", 7, NOW)) == (7, 7)
    assert module._share("b", 7, NOW) == 5
    assert module._share("a", 7, NOW + timedelta(seconds=59)) == 5
    later = NOW + timedelta(seconds=61)
    assert module._share("a", 7, later) == 7, "the other one has sent nothing for a minute"
    assert [module._share(tenant, places, later) for tenant in "ba" for places in (1, 2, 3)] == [1, 1, 1] * 2


def test_a_next_hop_that_does_not_answer_leaves_places_to_other_tenants() -> None:
    world = World(direct_deliveries=4)
    module._share("other", 4, world.clock.now())
    now_going, most = [0], [0]
    real = world.next_hop.deliver

    def waits(*args: object, **options: object) -> object:
        now_going[0] += 1
        most[0] = max(most[0], now_going[0])
        if now_going[0] < 5:
            world.judge(INSIDE)  # the next one comes while this one waits
        now_going[0] -= 1
        return real(*args, **options)  # type: ignore[arg-type]  # handed on

    world.next_hop.deliver = waits  # type: ignore[method-assign,assignment]  # a server that takes its time
    world.judge(INSIDE)
    assert most == [2]
    assert module._busy.total() == 0
