"""A copy of a message joins it while somebody looks at it: what they were not shown does not go out with their yes."""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.record import State
from shared.core.hold.shown_recipients import shown_recipients
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import RuleAssignment
from shared.ports import Stored
from shared.usecases.decide_hold import Acted, Asker, HoldWish, RecipientsJoined, Verb, decide_hold
from shared.usecases.decide_holds import BulkResult, BulkWish, decide_holds
from shared.usecases.web_page import Answer, Page
from tests.support.app import SENDER, World, make_settings
from tests.support.copies import A, arrive, copy_of, decide, delivered, settle, state_of
from tests.support.holds import link_to
from tests.support.teams_chat import Chat, buttons_in, card_in, shown_hold, teams_world
from tests.usecases.test_hold_dialogue import Form, Visitor

LATE = "mallory@partner.example"
"""Of the domain that is being asked about: no further reason to tick."""


@pytest.fixture
def world() -> World:
    return World(settings=make_settings(rules=(RuleAssignment(id="external", rule="recipient-external"),)))


@pytest.fixture
def ref(world: World) -> MessageRef:
    found = arrive(world, copy_of(A), A)
    settle(world)
    return found


def join(world: World, ref: MessageRef) -> None:
    late = arrive(world, copy_of(A), LATE)
    settle(world)
    assert world.record(late).leader == ref
    assert [copy.joined for copy in world.record(ref).copies] == [True]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("step", [1, 2])
def test_the_page_is_shown_anew_and_says_why(world: World, ref: MessageRef, step: int, language: str) -> None:
    visitor = Visitor(world, link_to(world, ref), language)
    page = visitor.look()
    assert LATE not in page.html
    if step == 2:
        page = visitor.send(page, "release", {1})
        assert page.answer is Answer.SHOWN
    join(world, ref)
    again = visitor.send(page, "release", {1}, confirmed=step == 2)
    assert again.answer is Answer.INCOMPLETE
    assert {"ja": "宛先が加わりました", "en": "More recipients have joined"}[language] in again.html
    assert LATE in again.html
    world.work()
    assert state_of(world, ref) is State.HELD
    assert delivered(world) == []
    release_all(visitor, again)
    world.work()
    assert delivered(world) == sorted([A, LATE]), "now that they were seen"


def release_all(visitor: Visitor, page: Page) -> None:
    form = Form(page)
    if ("ack", "1") not in form.fields:
        form.tick_reasons(1)
    Form(form.send(visitor, "release")).send(visitor, "release")


def test_a_page_with_ticks_missing_says_so_too(world: World, ref: MessageRef) -> None:
    visitor = Visitor(world, link_to(world, ref), "en")
    page = visitor.look()
    join(world, ref)
    again = visitor.send(page, "release")
    assert "More recipients have joined" in again.html
    assert 'href="#tick-1"' in again.html


def test_what_a_page_has_shown_cannot_be_made_up(world: World, ref: MessageRef) -> None:
    visitor = Visitor(world, link_to(world, ref))
    asked = Form(visitor.send(visitor.look(), "release", {1}))
    join(world, ref)
    now = shown_recipients(world.record(ref))
    asked.fields = [("shown", now) if name == "shown" else (name, value) for name, value in asked.fields]
    assert asked.send(visitor, "release").answer is Answer.STALE
    assert state_of(world, ref) is State.HELD


def test_a_discard_takes_the_late_copy_along(world: World, ref: MessageRef) -> None:
    visitor = Visitor(world, link_to(world, ref))
    asked = visitor.send(visitor.look(), "discard")
    join(world, ref)
    assert visitor.send(asked, "discard", confirmed=True).answer is Answer.SHOWN
    world.work()
    assert state_of(world, ref) is State.DISCARDED
    assert delivered(world) == []


def test_a_copy_that_joins_between_look_and_write_is_seen_all_the_same(world: World, ref: MessageRef) -> None:
    shown = shown_recipients(world.record(ref))
    load = world.messages.load
    met: list[MessageRef] = []

    def late(ref: MessageRef) -> Stored | None:
        stored = load(ref)
        if not met:
            met.append(ref)
            join(world, ref)
        return stored

    world.messages.load = late  # type: ignore[method-assign]  # the moment between reading and writing
    wish = HoldWish(Verb.RELEASE, frozenset({1}), shown=shown)
    assert isinstance(decide_hold(world.app, ref, Asker(SENDER, Channel.PORTAL), wish), RecipientsJoined)
    assert state_of(world, ref) is State.HELD


def test_one_of_several_is_left_as_it_is(world: World, ref: MessageRef) -> None:
    wish = BulkWish(ref, HoldWish(Verb.RELEASE, frozenset({1}), shown=shown_recipients(world.record(ref))))
    join(world, ref)
    (outcome,) = decide_holds(world.app, ref.tenant_id, Asker(SENDER, Channel.PORTAL), [wish])
    assert outcome.result is BulkResult.RECIPIENTS_JOINED
    assert state_of(world, ref) is State.HELD


def test_the_same_people_once_more_are_nobody_new(world: World, ref: MessageRef) -> None:
    shown = shown_recipients(world.record(ref))
    arrive(world, copy_of(A), A.upper())
    settle(world)
    assert isinstance(decide(world, ref, shown=shown), Acted)


def test_an_old_card_of_either_step_releases_nothing_and_is_shown_anew() -> None:
    world = teams_world(rules=(RuleAssignment(id="external", rule="recipient-external"),))
    ref = arrive(world, copy_of(A), A)
    settle(world)
    chat = Chat(world)
    old = shown_hold(world, ref)
    asked = buttons_in(card_in(chat.press("hold.release.ask", old)))
    join(world, ref)
    for verb, data in (("hold.release.ask", old), ("hold.release", asked["hold.release"])):
        buttons = buttons_in(card_in(chat.press(verb, data)))
        assert "hold.release.ask" in buttons
        assert "hold.release" not in buttons
        world.work()
        assert state_of(world, ref) is State.HELD
    assert delivered(world) == []
