"""What a tick of the timer and a page of a list cost is what they do and show, however much else is stored.

Counted are the requests to a real storage, with everything else in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.adapters.delegations_table import TableDelegations
from shared.adapters.message_lists_table import TableMessageLists
from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.schedule_table import TableSchedule
from shared.adapters.storage_clients import table_client
from shared.core.hold.record import EventCode
from shared.core.message.identity import MessageRef
from shared.settings import ProcessSettings
from shared.usecases.list_messages import list_held_for, list_sent_by
from shared.usecases.run_due import run_due
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.azurite import Azurite
from tests.support.storage_proxy import StorageProxy

DUE = 5


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "table") as running:
        yield running


def stored_world(proxy: StorageProxy) -> World:
    """A world whose messages, schedule, rows and delegations lie in tables of their own."""
    process = ProcessSettings(storage=proxy.connection_string, storage_timeout=5.0)
    names = [f"t{uuid4().hex}" for _ in range(4)]
    for name in names:
        table_client(process, name).create_table()
    world = World()
    world.messages = TableMessageStore(process, table=names[0])  # type: ignore[assignment]  # the same port
    world.app = replace(
        world.app,
        messages=world.messages,
        schedule=TableSchedule(process, table=names[1]),
        lists=TableMessageLists(process, table=names[2]),
        delegations=TableDelegations(process, table=names[3]),
    )
    return world


def hold(world: World, count: int) -> list[MessageRef]:
    """Held messages whose senders were told; the timer has looked after that."""
    refs = [world.judge(OUTSIDE) for _ in range(count)]
    world.work()
    world.clock.advance(minutes=10)
    while run_due(world.app):
        world.work()
        world.clock.advance(minutes=1)
    return refs


def test_a_tick_costs_what_is_due_and_a_page_what_it_shows(proxy: StorageProxy) -> None:
    ticks, pages = [], []
    for others in (0, 40):
        world = stored_world(proxy)
        due = hold(world, DUE)
        world.clock.advance(hours=1)
        for _ in range(others // 6):
            world.judge(INSIDE)
        hold(world, others)
        due_at = world.record(due[-1]).due_at
        assert due_at is not None
        world.clock.advance(seconds=(due_at - world.clock.now()).total_seconds())

        proxy.requests.clear()
        assert run_due(world.app) == DUE
        ticks.append(len(proxy.requests))
        for ref in due:
            assert [event.code for event in world.messages.events(ref)].count(EventCode.REMINDED) == 1

        proxy.requests.clear()
        assert len(list_held_for(world.app, "demo", SENDER, "", DUE).rows) == DUE
        assert len(list_sent_by(world.app, "demo", SENDER, "", DUE).rows) == DUE
        pages.append(len(proxy.requests))
    assert ticks[0] == ticks[1]
    assert ticks[0] <= 2 + DUE * 30
    assert pages[0] == pages[1] <= 10
