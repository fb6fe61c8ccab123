"""Deciding by link: exactly one decision, by whom it was, and nothing without every reason acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.storage_clients import table_client
from shared.core.hold.link import LinkExpired, LinkForged
from shared.core.hold.record import Channel, OutboxKind, Role, State
from shared.core.policy.tenant_settings import RuleAssignment
from shared.errors import Conflict, StorageUnavailable
from shared.settings import ProcessSettings
from shared.usecases.act_on_hold import TRIES, Acted, AlreadyActed, NotAcknowledged, Verb, act_on_hold
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.open_link import LinkForeign
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.azurite import Azurite
from tests.support.holds import link_to
from tests.support.threads import at_once

PEER = "198.51.100.7"
ALL = {1}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("verb", "state", "event", "owed"),
    [
        (Verb.RELEASE, State.DELIVERING, "released", [OutboxKind.DELIVER, OutboxKind.CARDS]),
        (Verb.DISCARD, State.DISCARDED, "discarded", [OutboxKind.CARDS]),
    ],
)
def test_a_decision_is_recorded_with_who_when_and_from_where(
    world: World, verb: Verb, state: State, event: str, owed: list[OutboxKind]
) -> None:
    ref = world.judge(OUTSIDE)
    world.work()
    world.clock.advance(minutes=5)
    result = act_on_hold(world.app, link_to(world, ref), verb, ALL, PEER)
    assert isinstance(result, Acted)
    record = world.record(ref)
    assert result.record == record
    assert record.state is state
    assert record.outcome is not None
    assert (record.outcome.verb, record.outcome.at) == (verb, world.clock.now())
    actor = record.outcome.actor
    assert (actor.role, actor.name, actor.channel, actor.peer) == (Role.SENDER, SENDER, Channel.LINK, PEER)
    assert [line.code for line in world.messages.events(ref)] == ["held", event]
    assert [item.entry.kind for item in world.queue.items if item.ref == ref] == owed


def test_a_released_message_is_delivered_and_a_discarded_one_never(world: World) -> None:
    released, discarded = world.judge(OUTSIDE), world.judge(OUTSIDE)
    act_on_hold(world.app, link_to(world, released), Verb.RELEASE, ALL, PEER)
    act_on_hold(world.app, link_to(world, discarded), Verb.DISCARD, (), PEER)
    world.work()
    assert world.record(released).state is State.DELIVERED
    assert world.record(discarded).state is State.DISCARDED
    to_outside = [one for one in world.next_hop.transactions if one.recipients == (OUTSIDE,)]
    assert len(to_outside) == 1


@pytest.mark.parametrize(
    ("acknowledged", "missing"),
    [
        pytest.param((), (1, 2), id="none"),
        pytest.param((2,), (1,), id="one of two"),
        pytest.param((2, 3, 99), (1,), id="others"),
    ],
)
def test_a_release_without_every_reason_acknowledged_does_nothing(
    acknowledged: tuple[int, ...], missing: tuple[int, ...]
) -> None:
    rules = (RuleAssignment(id="a", rule="recipient-external"), RuleAssignment(id="b", rule="all-recipients-external"))
    world = World(make_settings(rules=rules))
    ref = world.judge(OUTSIDE)
    before = world.messages.load(ref)
    assert act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, acknowledged, PEER) == NotAcknowledged(missing)
    assert world.messages.load(ref) == before
    assert isinstance(act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, (1, 2), PEER), Acted)


def test_a_discard_needs_no_acknowledgement(world: World) -> None:
    ref = world.judge(OUTSIDE)
    assert isinstance(act_on_hold(world.app, link_to(world, ref), Verb.DISCARD, (), PEER), Acted)


@pytest.mark.parametrize("second", list(Verb))
def test_a_second_decision_is_told_of_the_first(world: World, second: Verb) -> None:
    ref = world.judge(OUTSIDE)
    token = link_to(world, ref)
    act_on_hold(world.app, token, Verb.DISCARD, ALL, PEER)
    before = world.messages.load(ref)
    result = act_on_hold(world.app, token, second, ALL, "203.0.113.9")
    assert isinstance(result, AlreadyActed)
    assert result.record.outcome is not None
    assert (result.record.outcome.verb, result.record.outcome.actor.peer) == ("discard", PEER)
    assert world.messages.load(ref) == before


def test_a_message_that_was_never_held_is_already_decided(world: World) -> None:
    ref = world.judge(INSIDE)
    assert isinstance(act_on_hold(world.app, link_to(world, ref), Verb.DISCARD, (), PEER), AlreadyActed)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        pytest.param(lambda world, ref: link_to(world, ref)[:-1], LinkForged, id="forged"),
        pytest.param(lambda world, ref: link_to(world, ref, person=OUTSIDE), LinkForeign, id="another person's"),
        pytest.param(lambda world, ref: link_to(world, ref, expires_at=world.clock.now()), LinkExpired, id="expired"),
    ],
)
def test_a_bad_link_decides_nothing(world: World, token: Callable[..., str], error: type[Exception]) -> None:
    ref = world.judge(OUTSIDE)
    before = world.messages.load(ref)
    with pytest.raises(error):
        act_on_hold(world.app, token(world, ref), Verb.RELEASE, ALL, PEER)
    assert world.messages.load(ref) == before


def test_a_lost_race_is_run_again(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.messages.trouble.before("commit", Conflict("somebody else"), times=TRIES - 1)
    assert isinstance(act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, ALL, PEER), Acted)


def test_races_are_not_run_for_ever(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.messages.trouble.before("commit", Conflict("somebody else"), times=TRIES)
    with pytest.raises(Conflict):
        act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, ALL, PEER)
    assert world.record(ref).state is State.HELD


def test_when_the_answer_of_storage_is_lost_the_next_request_learns_of_the_decision(world: World) -> None:
    ref = world.judge(OUTSIDE)
    world.messages.trouble.after("commit", StorageUnavailable("answer lost"))
    with pytest.raises(StorageUnavailable):
        act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, ALL, PEER)
    assert isinstance(act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, ALL, PEER), AlreadyActed)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)


def _table_world(azurite: Azurite) -> World:
    """The world with its states in a real table."""
    process = ProcessSettings(storage=azurite.connection_string)
    table = f"t{uuid4().hex}"
    table_client(process, table).create_table()
    world = World()
    world.app = replace(world.app, messages=TableMessageStore(process, table=table))
    return world


@pytest.mark.parametrize("storage", ["memory", "table"])
def test_of_twenty_decisions_at_the_same_moment_exactly_one_counts(
    request: pytest.FixtureRequest, storage: str
) -> None:
    world = _table_world(request.getfixturevalue("azurite")) if storage == "table" else World()
    for _ in range(3):
        ref = world.receive(OUTSIDE)
        assert evaluate_message(world.app, ref)
        token = link_to(world, ref)

        def decide(number: int, token: str = token) -> object:
            verb = Verb.RELEASE if number % 2 else Verb.DISCARD
            return act_on_hold(world.app, token, verb, ALL, f"192.0.2.{number}")

        outcomes = at_once(20, decide)

        kinds = Counter(type(outcome) for outcome in outcomes)
        assert kinds[Acted] == 1, outcomes
        assert kinds[AlreadyActed] == 19, outcomes
        stored = world.app.messages.load(ref)
        assert stored is not None
        assert stored.record.outcome is not None
        winner = next(outcome for outcome in outcomes if isinstance(outcome, Acted))
        assert winner.record.outcome == stored.record.outcome
        for outcome in outcomes:
            assert isinstance(outcome, Acted | AlreadyActed)
            assert outcome.record.outcome == stored.record.outcome
        decided = [event for event in world.app.messages.events(ref) if event.code in ("released", "discarded")]
        assert len(decided) == 1
        owed = [item for item in world.queue.items if item.ref == ref and item.entry.kind is OutboxKind.DELIVER]
        assert len(owed) == (stored.record.outcome.verb == "release")
