"""Queue items that come several times, to several workers at the same moment, while the message is decided."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.notice_ledger_table import TableNoticeLedger
from shared.adapters.storage_clients import table_client
from shared.core.people.person import PersonKind
from shared.settings import ProcessSettings
from shared.usecases.act_on_hold import Verb, act_on_hold
from shared.usecases.notify import notify_item
from shared.usecases.run_due import run_due
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.azurite import Azurite
from tests.support.holds import link_to
from tests.support.teams_people import SABURO, SHIRO, chat, name_proxies, put_in_teams, teams_settings, verbs
from tests.support.threads import at_once

WORKERS = 8
PEOPLE = (SABURO, SHIRO)


@pytest.mark.parametrize(("storage", "rounds"), [("memory", 60), ("table", 3)])
def test_everybody_has_one_card_of_each_notice_and_none_keeps_its_buttons(
    request: pytest.FixtureRequest, storage: str, rounds: int
) -> None:
    world = World(teams_settings("teams-card", "mail"))
    put_in_teams(world, SENDER, kind=PersonKind.SHARED)
    put_in_teams(world, *PEOPLE)
    name_proxies(world, SENDER, *PEOPLE)
    if storage == "table":
        _put_into_tables(world, request.getfixturevalue("azurite"))
    for number in range(rounds):
        _many_at_once(world, number)
    assert all(chat(world, person) for person in PEOPLE)


def _put_into_tables(world: World, azurite: Azurite) -> None:
    process = ProcessSettings(storage=azurite.connection_string)
    messages, notices = f"t{uuid4().hex}", f"t{uuid4().hex}"
    for table in (messages, notices):
        table_client(process, table).create_table()
    store, ledger = TableMessageStore(process, table=messages), TableNoticeLedger(process, table=notices)
    world.app = replace(world.app, messages=store, ledger=ledger)


def _many_at_once(world: World, number: int) -> None:
    ref = world.judge(OUTSIDE)
    notice = world.queue.take("notify")
    assert notice is not None

    def work(worker: int) -> None:
        if worker == number % WORKERS:
            if number % 2:
                notify_item(world.app, notice)  # so that there are cards for certain
            act_on_hold(world.app, link_to(world, ref, SABURO), Verb.DISCARD, (), "")
        notify_item(world.app, notice)
        while (body := world.queue.take("notify")) is not None:
            notify_item(world.app, body)

    for outcome in at_once(WORKERS, work):
        assert outcome is None
    for _ in range(12):
        world.work()
        world.clock.advance(seconds=30)
        run_due(world.app)
    stored = world.app.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()
    copies = world.app.ledger.copies(ref)
    activities = [copy.activity for copy in copies if copy.activity]
    assert len(activities) == len(set(activities)) <= len(PEOPLE)
    for person in PEOPLE:
        cards = chat(world, person)
        assert len(cards) <= number + 1, "one for each message at most"
        assert not any(verbs(card) for card in cards)
    mails = [one.recipients for one in world.next_hop.transactions if one.reverse_path == ""]
    assert all(mails.count((person,)) <= number + 1 for person in PEOPLE)
