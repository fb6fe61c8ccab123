"""Many people decide one message at the same moment by link, card and list: one effect, and the others learn whose."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.storage_clients import table_client
from shared.core.hold.actor import Channel
from shared.core.hold.record import EventCode, OutboxKind
from shared.core.people.delegation import Delegation, Proxy
from shared.ports_people import AuditCode
from shared.settings import ProcessSettings
from shared.usecases.act_on_hold import act_on_hold
from shared.usecases.decide_hold import Acted, AlreadyActed, Asker, HoldWish, Verb, decide_hold
from shared.usecases.decide_holds import BulkResult, BulkWish, decide_holds
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.azurite import Azurite
from tests.support.holds import link_to
from tests.support.threads import at_once

PROXY = "natsuki@aozora.example"
RELEASE = HoldWish(Verb.RELEASE, frozenset({1}))
DISCARD = HoldWish(Verb.DISCARD)
AT_ONCE = 50


@pytest.mark.parametrize(("storage", "rounds"), [("memory", 200), ("table", 5)])
def test_of_fifty_decisions_by_link_card_and_list_one_counts(
    request: pytest.FixtureRequest, storage: str, rounds: int
) -> None:
    world = World()
    if storage == "table":
        _put_into_table(world, request.getfixturevalue("azurite"))
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
    for number in range(rounds):
        _fifty_at_once(world, number)


def _put_into_table(world: World, azurite: Azurite) -> None:
    process = ProcessSettings(storage=azurite.connection_string)
    table = f"t{uuid4().hex}"
    table_client(process, table).create_table()
    world.app = replace(world.app, messages=TableMessageStore(process, table=table))


def _fifty_at_once(world: World, round_number: int) -> None:
    ref = world.judge(OUTSIDE)
    token = link_to(world, ref)

    def decide(number: int) -> object:
        wish = (RELEASE, DISCARD)[(number + round_number) % 2]
        peer, who = f"192.0.2.{number}", (SENDER, PROXY)[number % 5 == 0]
        if number % 3 == 0:
            return act_on_hold(world.app, token, wish.verb, wish.acknowledged, peer)
        if number % 3 == 1:
            return decide_hold(world.app, ref, Asker(who, Channel.TEAMS, peer), wish)
        (outcome,) = decide_holds(world.app, "demo", Asker(who, Channel.PORTAL, peer), [BulkWish(ref, wish)])
        return outcome

    outcomes = at_once(AT_ONCE, decide)
    stored = world.app.messages.load(ref)
    assert stored is not None
    record = stored.record
    assert record.outcome is not None
    told: Counter[str] = Counter()
    for outcome in outcomes:
        if isinstance(outcome, Acted) or getattr(outcome, "result", None) is BulkResult.DONE:
            told["won"] += 1
        elif isinstance(outcome, AlreadyActed) or getattr(outcome, "result", None) is BulkResult.DECIDED_BEFORE:
            told["lost"] += 1
        assert outcome.record.outcome == record.outcome, outcome  # type: ignore[attr-defined]  # who and what, for all
    assert told == {"won": 1, "lost": AT_ONCE - 1}
    codes = [event.code for event in world.app.messages.events(ref)]
    assert len(codes) == 2
    assert codes[1] in (EventCode.RELEASED, EventCode.DISCARDED)
    sends = [item for item in world.queue.items if item.ref == ref and item.entry.kind is OutboxKind.DELIVER]
    assert len(sends) == (record.outcome.verb == "release")
    assert len([line for line in world.audit.about(ref) if line.code is AuditCode.DECIDED]) == 1
