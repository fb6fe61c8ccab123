"""Several holds at once: each decided or not by itself, each with its result, and never half done in silence."""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.errors import Conflict, StorageUnavailable
from shared.usecases.decide_hold import Asker, HoldWish, Verb
from shared.usecases.decide_holds import MOST, BulkResult, BulkWish, TooMany, decide_holds
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.records import make_ref

ME = Asker(SENDER, Channel.PORTAL, "192.0.2.1")
COLLEAGUE = "colleague@aozora.example"


def release(ref: MessageRef, *acknowledged: int) -> BulkWish:
    return BulkWish(ref, HoldWish(Verb.RELEASE, frozenset(acknowledged)))


def discard(ref: MessageRef) -> BulkWish:
    return BulkWish(ref, HoldWish(Verb.DISCARD))


def results(world: World, *wishes: BulkWish) -> list[BulkResult]:
    return [outcome.result for outcome in decide_holds(world.app, "demo", ME, wishes)]


def test_each_message_has_its_own_result_in_the_order_in_which_it_was_asked_for() -> None:
    world = World()
    done, before, unread, foreign = (
        world.judge(OUTSIDE),
        world.judge(OUTSIDE),
        world.judge(OUTSIDE),
        world.judge(OUTSIDE, reverse_path=COLLEAGUE),
    )
    results(world, discard(before))
    outcomes = decide_holds(
        world.app,
        "demo",
        ME,
        [release(unread), release(foreign, 1), release(done, 1), release(before, 1), release(make_ref(99), 1)],
    )
    assert [(outcome.ref, outcome.result, outcome.missing) for outcome in outcomes] == [
        (unread, BulkResult.NOT_ACKNOWLEDGED, (1,)),
        (foreign, BulkResult.NOT_YOURS, ()),
        (done, BulkResult.DONE, ()),
        (before, BulkResult.DECIDED_BEFORE, ()),
        (make_ref(99), BulkResult.NOT_YOURS, ()),
    ]
    assert outcomes[3].record is not None
    assert outcomes[3].record.outcome is not None
    assert outcomes[3].record.outcome.verb == "discard"
    assert [world.record(ref).state for ref in (unread, foreign, done)] == [State.HELD, State.HELD, State.DELIVERING]


def test_one_message_that_storage_refuses_keeps_none_of_the_others() -> None:
    world = World()
    refs = [world.judge(OUTSIDE) for _ in range(3)]
    world.messages.trouble.before("commit", StorageUnavailable("this one"))
    assert results(world, *map(discard, refs)) == [BulkResult.TRY_AGAIN, BulkResult.DONE, BulkResult.DONE]
    assert results(world, *map(discard, refs)) == [
        BulkResult.DONE,
        BulkResult.DECIDED_BEFORE,
        BulkResult.DECIDED_BEFORE,
    ]


def test_an_answer_of_storage_that_was_lost_is_found_out_by_asking_again() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    world.messages.trouble.after("commit", StorageUnavailable("answer lost"))
    assert results(world, release(ref, 1)) == [BulkResult.TRY_AGAIN]
    assert results(world, release(ref, 1)) == [BulkResult.DECIDED_BEFORE]


def test_a_race_that_never_ends_is_told_as_one_to_try_again() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    world.messages.trouble.before("commit", Conflict("somebody else"), times=99)
    assert results(world, discard(ref)) == [BulkResult.TRY_AGAIN]


def test_a_message_that_is_named_twice_is_decided_once_and_told_once() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    assert results(world, release(ref, 1), discard(ref)) == [BulkResult.DONE, BulkResult.DONE]
    assert world.record(ref).state is State.DELIVERING
    assert len(world.messages.events(ref)) == 2


def test_another_tenants_message_is_nobodys_business_whoever_asks() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    (outcome,) = decide_holds(world.app, "other", ME, [release(ref, 1)])
    assert outcome.result is BulkResult.NOT_YOURS
    assert world.record(ref).state is State.HELD


def test_too_many_at_once_are_refused_before_anything_is_done() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    with pytest.raises(TooMany):
        decide_holds(world.app, "demo", ME, [discard(ref)] * (MOST + 1))
    assert world.record(ref).state is State.HELD
