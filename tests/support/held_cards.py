"""Held messages whose people have their cards, for the tests of what cards show later."""

from __future__ import annotations

from datetime import timedelta

from shared.core.message.identity import MessageRef
from shared.core.people.person import PersonKind
from shared.ports_people import NoticeCopy
from shared.usecases.act_on_hold import Verb, act_on_hold
from shared.usecases.run_due import run_due
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.holds import link_to
from tests.support.teams_people import (
    SABURO,
    chat,
    name_proxies,
    put_in_teams,
    teams_settings,
    verbs,
)

BUTTONS = {"hold.release.ask", "hold.discard.ask"}


def held(*channels: str, people: tuple[str, ...] = (SENDER,), **changes: object) -> tuple[World, MessageRef]:
    """A world with a held message whose people have their cards: the sender, or a shared mailbox's proxies."""
    world = World(teams_settings(*channels, **changes))
    put_in_teams(world, *people)
    if len(people) > 1:
        put_in_teams(world, SENDER, kind=PersonKind.SHARED)
        name_proxies(world, SENDER, *people)
    ref = world.judge(OUTSIDE)
    world.work()
    return world, ref


def discard(world: World, ref: MessageRef) -> None:
    person = SABURO if world.delegations.of("demo", [SENDER])[SENDER].proxies else SENDER
    act_on_hold(world.app, link_to(world, ref, person), Verb.DISCARD, (), "")


def shown(world: World, *people: str) -> list[set[str]]:
    """The buttons of everybody's only card."""
    found = []
    for person in people or (SENDER,):
        [card] = chat(world, person)
        found.append(verbs(card))
    return found


def copies(world: World, ref: MessageRef) -> list[NoticeCopy]:
    return [copy for copy in world.ledger.copies(ref) if copy.key.channel == "teams-card"]


def later(world: World, wait: timedelta = timedelta(minutes=2)) -> None:
    world.clock.advance(seconds=wait.total_seconds())
    run_due(world.app)
    world.work()
