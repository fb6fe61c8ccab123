"""Copies of one message, judged and decided at the same moment in many workers: each has one fate, in memory and in tables."""

from __future__ import annotations

import string
import threading
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.adapters.copies_table import TableCopies
from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.storage_clients import table_client
from shared.core.hold.actor import Channel
from shared.core.hold.record import MessageRecord, OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import RuleAssignment
from shared.errors import Conflict, NotFound
from shared.settings import ProcessSettings
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.follow_leader import carry_over
from tests.support.app import SENDER, World, make_settings
from tests.support.azurite import Azurite
from tests.support.copies import copy_of, delivered
from tests.support.own_letters import letters
from tests.support.threads import at_once

LETTERS = str.maketrans(string.hexdigits[:10], "ghijklmnop")
NEAR = [f"p{number}@partner.example" for number in range(5)]
"""One external domain: whatever of them comes late takes over what was decided."""
FAR = [f"p{number}@d{number}.example" for number in range(5)]
"""A domain each: what comes late is a hold of its own."""
STORAGES = pytest.mark.parametrize(("storage", "rounds"), [("memory", 20), ("table", 2)])


@pytest.fixture
def world(request: pytest.FixtureRequest, storage: str) -> World:
    rule = RuleAssignment(id="external", rule="recipient-external")
    made = World(settings=make_settings(rules=(rule,)))
    if storage == "table":
        azurite: Azurite = request.getfixturevalue("azurite")
        process = ProcessSettings(storage=azurite.connection_string)
        table = f"t{uuid4().hex}"
        table_client(process, table).create_table()
        copies = TableCopies(process, prefix=f"c{uuid4().hex}".translate(LETTERS))
        made.app = replace(made.app, messages=TableMessageStore(process, table=table), copies=copies)
    return made


def come(world: World, recipients: list[str], number: int) -> list[MessageRef]:
    body = f"Message {number}."
    return [
        world.receive(one, data=copy_of(*recipients, received=f"edge-{index}", body=body))
        for index, one in enumerate(recipients)
    ]


def records(world: World, refs: list[MessageRef]) -> list[MessageRecord]:
    found = [world.app.messages.load(ref) for ref in refs]
    assert all(found)
    return [stored.record for stored in found if stored is not None]


@STORAGES
def test_copies_that_are_judged_at_once_by_two_workers_each_are_one_hold(world: World, rounds: int) -> None:
    for number in range(rounds):
        judged_at_once(world, number)


def judged_at_once(world: World, number: int) -> None:
    refs = come(world, FAR, number)
    outcomes = at_once(2 * len(refs), lambda index: evaluate_message(world.app, refs[index // 2]))
    assert Counter(outcomes) == {True: len(refs), False: len(refs)}
    world.work()
    found = records(world, refs)
    (leader,) = [record for record in found if record.leader is None]
    world.pass_time(lambda: all_joined(world, leader.ref, refs), limit=30)
    assert {record.leader for record in found} == {None, leader.ref}
    assert len(letters(world)) == number + 1


def all_joined(world: World, leader: MessageRef, refs: list[MessageRef]) -> bool:
    (record,) = records(world, [leader])
    return {copy.queue_id for copy in record.copies if copy.joined} == {r.queue_id for r in refs if r != leader}


@STORAGES
@pytest.mark.parametrize("recipients", [NEAR, FAR], ids=["same-risk", "a-domain-each"])
@pytest.mark.parametrize("verb", list(Verb))
def test_copies_that_come_while_the_first_is_decided_have_one_fate_each(
    world: World, rounds: int, recipients: list[str], verb: Verb
) -> None:
    for number in range(max(rounds // 2, 1)):
        decided_while_others_come(world, recipients, number, verb)


def decided_while_others_come(world: World, recipients: list[str], number: int, verb: Verb) -> None:
    refs = come(world, recipients, number)
    evaluate_message(world.app, refs[0])
    before, notices = len(delivered(world)), len(letters(world))
    started = threading.Event()

    def work(index: int) -> object:
        if index == 0:
            started.wait(5)
            return decide(world, refs[0], verb)
        started.set()
        return evaluate_message(world.app, refs[index])

    at_once(len(refs), work)
    world.work()
    world.pass_time(lambda: settled(world, refs), limit=60)
    world.work()
    found = records(world, refs)
    end = State.DELIVERED if verb is Verb.RELEASE else State.DISCARDED
    assert found[0].state is end
    for record in found:
        assert record.state is end or (record.state is State.HELD and record.leader in open_leaders(found)), record
    gone = sum(record.state is State.DELIVERED for record in found)
    assert len(delivered(world)) - before == gone
    asked = sum(record.leader is None for record in found)
    assert len(letters(world)) - notices in (asked, asked - 1), "the first may be decided before it is told of"
    if recipients is NEAR:
        assert all(record.state is end for record in found)


def open_leaders(found: list[MessageRecord]) -> set[MessageRef | None]:
    """Itself (``None``) or another copy that people are asked about."""
    return {None, *(record.ref for record in found if record.state is State.HELD and record.leader is None)}


def decide(world: World, ref: MessageRef, verb: Verb) -> object:
    wish = HoldWish(verb, frozenset(range(1, 20)))
    for _ in range(20):
        try:
            return decide_hold(world.app, ref, Asker(SENDER, Channel.PORTAL), wish)
        except (Conflict, NotFound):
            continue
    raise AssertionError("never decided")


def settled(world: World, refs: list[MessageRef]) -> bool:
    """Nobody follows a leader that is decided, and nothing is on its way."""
    found = records(world, refs)
    states = {record.ref: record.state for record in found}
    return all(
        record.state.is_final or (record.state is State.HELD and states.get(record.leader or record.ref) is State.HELD)
        for record in found
    )


@STORAGES
def test_a_decision_that_is_carried_over_twice_at_once_moves_each_copy_once(world: World, rounds: int) -> None:
    for number in range(max(rounds // 4, 1)):
        carried_over_at_once(world, number)


def carried_over_at_once(world: World, number: int) -> None:
    refs = come(world, NEAR, number)
    for ref in refs:
        evaluate_message(world.app, ref)
    world.work()
    before = len(delivered(world))
    decide(world, refs[0], Verb.RELEASE)
    entry = OutboxEntry(OutboxKind.COPIES, 1, world.clock.now())
    at_once(6, lambda _: carry_over(world.app, refs[0], entry))
    world.work()
    world.pass_time(lambda: settled(world, refs), limit=60)
    assert [record.state for record in records(world, refs)] == [State.DELIVERED] * len(refs)
    assert len(delivered(world)) - before == len(refs)
    for ref in refs[1:]:
        codes = [event.code.value for event in world.app.messages.events(ref)]
        assert codes == ["held", "released", "delivered"]
