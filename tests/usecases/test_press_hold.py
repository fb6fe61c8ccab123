"""The buttons of a hold's card, pressed in Teams: two steps, once, by those entitled, and never because a card says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from shared.core.hold.actor import Channel, Role
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person
from shared.core.text.bot import BOT
from shared.ports_people import AuditCode
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.teams_chat import JIRO, Chat, buttons_in, card_in, inner, refusals, shown_hold, teams_world


@pytest.fixture
def world() -> World:
    return teams_world()


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


@pytest.fixture
def ref(world: World) -> MessageRef:
    return world.judge(OUTSIDE)


def name_proxy(world: World, *proxies: str) -> None:
    stored = world.delegations.of("demo", (SENDER,))[SENDER]
    world.delegations.save("demo", Delegation(SENDER, tuple(Proxy(one) for one in proxies), version=stored.version))


def decided_by_link(world: World, ref: MessageRef, verb: Verb = Verb.DISCARD) -> None:
    decide_hold(world.app, ref, Asker(SENDER, Channel.LINK), HoldWish(verb, frozenset({1})))


@pytest.mark.parametrize(
    ("ask", "do", "state"),
    [
        pytest.param("hold.release.ask", "hold.release", State.DELIVERING, id="release"),
        pytest.param("hold.discard.ask", "hold.discard", State.DISCARDED, id="discard"),
    ],
)
def test_the_whole_way_from_the_card_to_the_decision(
    world: World, chat: Chat, ref: MessageRef, ask: str, do: str, state: State
) -> None:
    shown = buttons_in(card_in(chat.press("hold.show", shown_hold(world, ref))))
    asked = buttons_in(card_in(chat.press(ask, shown[ask])))
    assert do in asked
    assert world.record(ref).outcome is None
    done = card_in(chat.press(do, asked[do]))
    assert do not in buttons_in(done)
    record = world.record(ref)
    assert record.state is state
    assert record.outcome is not None
    actor = record.outcome.actor
    assert (actor.role, actor.name, actor.channel) == (Role.SENDER, SENDER, Channel.TEAMS)


def test_back_shows_the_buttons_again(world: World, chat: Chat, ref: MessageRef) -> None:
    asked = buttons_in(card_in(chat.press("hold.release.ask", shown_hold(world, ref))))
    assert "hold.release.ask" in buttons_in(card_in(chat.press("hold.show", asked["hold.show"])))
    assert world.record(ref).outcome is None


def test_a_release_acknowledges_the_reasons_that_the_confirm_card_listed_and_no_others(
    world: World, chat: Chat, ref: MessageRef
) -> None:
    asked = buttons_in(card_in(chat.press("hold.release.ask", shown_hold(world, ref))))["hold.release"]
    assert asked["a"] == [1]
    shown = card_in(chat.press("hold.release", asked | {"a": []}))
    assert "hold.release.ask" in buttons_in(shown)
    assert world.record(ref).state is State.HELD


# --- old, repeated, automatic ---


@pytest.mark.parametrize("verb", ["hold.release", "hold.discard"])
@pytest.mark.parametrize("version", [0, 99])
def test_an_old_card_does_nothing_and_becomes_a_fresh_one(
    world: World, chat: Chat, ref: MessageRef, verb: str, version: int
) -> None:
    card = card_in(chat.press(verb, shown_hold(world, ref) | {"v": version, "a": [1]}))
    assert buttons_in(card)["hold.discard.ask"]["v"] == world.record(ref).event_count
    assert world.record(ref).outcome is None
    assert refusals(world) == ["old-card"]


def test_each_card_that_is_shown_is_a_look(world: World, chat: Chat, ref: MessageRef) -> None:
    for number, verb in enumerate(("hold.show", "hold.release.ask", "hold.discard"), 1):
        world.clock.advance(seconds=1)
        chat.press(verb, shown_hold(world, ref))
        looks = [line for line in world.audit.about(ref) if line.code is AuditCode.LOOKED]
        assert len(looks) == number
        assert (looks[-1].actor.name, looks[-1].actor.channel, looks[-1].args) == (
            SENDER,
            Channel.TEAMS,
            (("what", "card"),),
        )


def test_a_card_whose_message_was_decided_elsewhere_tells_so(world: World, chat: Chat, ref: MessageRef) -> None:
    data = shown_hold(world, ref)
    decided_by_link(world, ref)
    for verb in ("hold.show", "hold.release.ask", "hold.release"):
        card = card_in(chat.press(verb, data | {"a": [1]}))
        assert not any(name.startswith(("hold.release", "hold.discard")) for name in buttons_in(card))
    outcome = world.record(ref).outcome
    assert outcome is not None
    assert (outcome.verb, outcome.actor.channel) == ("discard", Channel.LINK)


def test_a_repeated_press_does_nothing_is_recorded_and_is_answered_with_the_card_as_it_stands(
    world: World, chat: Chat, ref: MessageRef
) -> None:
    chat.press("hold.discard", shown_hold(world, ref))
    before = world.messages.load(ref)
    card = card_in(chat.repeat())
    assert "hold.discard" not in buttons_in(card)
    assert world.messages.load(ref) == before
    assert refusals(world) == ["repeated"]


def test_a_press_repeated_on_a_message_that_waits_again_does_nothing(world: World, chat: Chat, ref: MessageRef) -> None:
    """The first one was an old card, so it did nothing; the same bytes count for nothing later either."""
    data = shown_hold(world, ref)
    chat.press("hold.discard", data | {"v": data["v"] + 1})
    chat.last["value"]["action"]["data"]["v"] = data["v"]
    chat.repeat()
    assert world.record(ref).outcome is None


@pytest.mark.parametrize("verb", ["hold.release", "hold.discard"])
def test_a_refresh_never_decides(world: World, chat: Chat, ref: MessageRef, verb: str) -> None:
    card = card_in(chat.press(verb, shown_hold(world, ref) | {"a": [1]}, trigger="automatic"))
    assert "hold.release.ask" in buttons_in(card)
    assert world.record(ref).outcome is None


def test_a_press_without_an_id_decides_nothing(world: World, chat: Chat, ref: MessageRef) -> None:
    chat.press("hold.discard", shown_hold(world, ref), id=None)
    assert world.record(ref).outcome is None


# --- who may ---


def test_a_card_in_the_wrong_hands_shows_and_does_nothing(world: World, ref: MessageRef) -> None:
    jiro = Chat(world, JIRO)
    for verb in ("hold.show", "hold.release.ask", "hold.discard.ask", "hold.release", "hold.discard", "hold.withdraw"):
        card = card_in(jiro.press(verb, shown_hold(world, ref) | {"a": [1]}))
        assert buttons_in(card) == {}
        assert "Estimate" not in str(card)
        assert OUTSIDE not in str(card)
    assert world.record(ref).outcome is None
    assert len(refusals(world)) == 6


def test_a_proxy_decides_for_the_sender_until_the_right_is_taken_back(world: World) -> None:
    name_proxy(world, INSIDE)
    jiro = Chat(world, JIRO)
    first, second = world.judge(OUTSIDE), world.judge(OUTSIDE)
    asked = buttons_in(card_in(jiro.press("hold.release.ask", shown_hold(world, first))))
    card_in(jiro.press("hold.release", asked["hold.release"]))
    outcome = world.record(first).outcome
    assert outcome is not None
    assert (outcome.actor.role, outcome.actor.name, outcome.actor.on_behalf_of) == (Role.PROXY, INSIDE, SENDER)
    asked = buttons_in(card_in(jiro.press("hold.release.ask", shown_hold(world, second))))
    name_proxy(world)
    assert buttons_in(card_in(jiro.press("hold.release", asked["hold.release"]))) == {}
    assert world.record(second).outcome is None


def test_a_proxy_who_was_named_by_another_address_of_theirs_is_the_same_person(world: World, ref: MessageRef) -> None:
    """Teams tells who presses, not by which address they are known here: the directory has one of several."""
    other = "a.jiro@aozora.example"
    world.directory.save("demo", [Person(other, "Jiro", language="en", id=JIRO)])
    name_proxy(world, INSIDE)
    jiro = Chat(world, JIRO)
    asked = buttons_in(card_in(jiro.press("hold.release.ask", shown_hold(world, ref))))
    card_in(jiro.press("hold.release", asked["hold.release"]))
    outcome = world.record(ref).outcome
    assert outcome is not None
    assert (outcome.actor.role, outcome.actor.name, outcome.actor.on_behalf_of) == (Role.PROXY, other, SENDER)


def test_what_a_card_says_of_its_reader_counts_for_nothing(world: World, ref: MessageRef) -> None:
    data = shown_hold(world, ref) | {"person": SENDER, "role": "administrator", "tenant": "demo", "a": [1]}
    Chat(world, JIRO).press("hold.release", data)
    assert world.record(ref).outcome is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda d: {}, id="nothing"),
        pytest.param(lambda d: None, id="no object"),
        pytest.param(lambda d: [d], id="a list"),
        pytest.param(lambda d: d | {"m": "../../other"}, id="a path"),
        pytest.param(lambda d: d | {"m": "x" * 26}, id="no queue id"),
        pytest.param(lambda d: d | {"v": "1"}, id="a version that is a text"),
        pytest.param(lambda d: d | {"a": "all"}, id="acknowledged that is a text"),
        pytest.param(lambda d: d | {"verb": "hold.show"}, id="another verb inside"),
    ],
)
def test_data_that_no_card_of_ours_sends(
    world: World, chat: Chat, ref: MessageRef, data: Callable[[dict[str, Any]], Any]
) -> None:
    answer = inner(chat.press("hold.discard", data(shown_hold(world, ref))))
    assert (answer["statusCode"], answer["value"]["code"]) == (400, "UnusableButton")
    assert answer["value"]["message"] == BOT.text("unusable", "ja")
    assert world.record(ref).outcome is None


def test_an_unknown_verb_is_no_button(world: World, chat: Chat, ref: MessageRef) -> None:
    assert inner(chat.press("hold.expire", shown_hold(world, ref)))["value"]["code"] == "UnusableButton"


def test_a_message_that_is_not_there_and_one_of_another_tenant_look_alike(world: World, chat: Chat) -> None:
    card = card_in(chat.press("hold.discard", {"m": "0" * 26, "v": 1}))
    assert buttons_in(card) == {}


# --- clients without Universal Actions ---


def test_an_old_client_gets_the_answer_in_the_place_of_the_card(world: World, chat: Chat, ref: MessageRef) -> None:
    chat.install()
    [hello] = world.teams.chat(chat.id)
    data = shown_hold(world, ref) | {"verb": "hold.discard"}
    answer = chat.submit(data, replyToId=hello.activity)
    assert (answer.status, answer.body) == (200, b"")
    assert world.record(ref).state is State.DISCARDED
    [shown] = world.teams.chat(chat.id)
    assert shown.updates == 1
    chat.repeat()
    assert refusals(world) == ["repeated"]


def test_an_old_client_that_names_no_card_gets_a_new_one(world: World, chat: Chat, ref: MessageRef) -> None:
    chat.submit(shown_hold(world, ref) | {"verb": "hold.show"}, replyToId=None)
    assert len(world.teams.chat(chat.id)) == 1


# --- at the same time ---


def test_many_presses_at_once_decide_once(world: World, ref: MessageRef) -> None:
    name_proxy(world, INSIDE)
    data = shown_hold(world, ref) | {"a": [1]}
    barrier = threading.Barrier(8)

    def press(number: int) -> None:
        chat = Chat(world) if number % 2 else Chat(world, JIRO)
        barrier.wait()
        chat.press("hold.release" if number % 3 else "hold.discard", data, id=f"f:{number}")

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decided = [event for event in world.messages.events(ref) if event.code in ("released", "discarded")]
    assert len(decided) == 1
