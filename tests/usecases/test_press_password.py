"""The buttons of a receipt's card, pressed in Teams: the notice moves as asked, and each password shown is written down."""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.password_notice import NoticeState
from shared.core.message.identity import MessageRef
from shared.core.people.person import Person
from shared.core.policy.tenant_settings import Teams
from shared.ports_people import AuditCode
from tests.support.activities import ENTRA_TENANT, HANAKO
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.encrypted_mail import delivered_file, password_of, the_notice, zip_world
from tests.support.teams_chat import JIRO, Chat, audit_lines, buttons_in, card_in, refusals, shown_hold


@pytest.fixture
def world() -> World:
    world = zip_world(teams=Teams(entra_tenant=ENTRA_TENANT))
    world.directory.save("demo", [Person(SENDER, "Hanako", id=HANAKO), Person(INSIDE, "Jiro", id=JIRO)])
    return world


@pytest.fixture
def ref(world: World) -> MessageRef:
    return delivered_file(world)


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


def looks(world: World) -> list[str]:
    return [line.actor.name for line in audit_lines(world) if line.code is AuditCode.LOOKED_AT_PASSWORD]


def test_paused_resumed_and_sent_from_the_card(world: World, chat: Chat, ref: MessageRef) -> None:
    shown = buttons_in(card_in(chat.press("password.show", shown_hold(world, ref))))
    shown = buttons_in(card_in(chat.press("password.pause", shown["password.pause"])))
    assert the_notice(world, ref).state is NoticeState.PAUSED
    shown = buttons_in(card_in(chat.press("password.resume", shown["password.resume"])))
    assert the_notice(world, ref).state is NoticeState.WAITING
    asked = buttons_in(card_in(chat.press("password.send.ask", shown["password.send.ask"])))
    assert the_notice(world, ref).state is NoticeState.WAITING
    card_in(chat.press("password.send", asked["password.send"]))
    assert the_notice(world, ref).state is NoticeState.SENT
    actor = world.messages.events(ref)[-1].actor
    assert (actor.name, actor.channel) == (SENDER, Channel.TEAMS)


def test_deleting_asks_again(world: World, chat: Chat, ref: MessageRef) -> None:
    shown = buttons_in(card_in(chat.press("password.show", shown_hold(world, ref))))
    asked = buttons_in(card_in(chat.press("password.delete.ask", shown["password.delete.ask"])))
    assert the_notice(world, ref).state is NoticeState.WAITING
    card_in(chat.press("password.delete", asked["password.delete"]))
    assert the_notice(world, ref).state is NoticeState.DELETED


def test_each_card_with_the_password_is_a_look_and_the_question_is_none(
    world: World, chat: Chat, ref: MessageRef
) -> None:
    password = password_of(world, ref)
    card = card_in(chat.press("password.show", shown_hold(world, ref)))
    assert password in str(card)
    assert looks(world) == [SENDER]
    data = buttons_in(card)["password.send.ask"]
    world.clock.advance(seconds=1)
    assert password not in str(card_in(chat.press("password.send.ask", data)))
    assert looks(world) == [SENDER]
    card_in(chat.press("password.show", shown_hold(world, ref), trigger="automatic"))
    assert looks(world) == [SENDER, SENDER]


@pytest.mark.parametrize("verb", ["password.show", "password.send.ask", "password.send", "password.delete"])
def test_a_card_in_the_wrong_hands_shows_no_password_and_does_nothing(world: World, ref: MessageRef, verb: str) -> None:
    data = shown_hold(world, ref) | {"p": the_notice(world, ref).variant}
    card = card_in(Chat(world, JIRO).press(verb, data))
    assert buttons_in(card) == {}
    assert password_of(world, ref) not in str(card)
    assert OUTSIDE not in str(card)
    assert the_notice(world, ref).state is NoticeState.WAITING
    assert looks(world) == []
    assert len(refusals(world)) == 1


def test_a_card_that_is_older_than_the_notice_does_nothing(world: World, chat: Chat, ref: MessageRef) -> None:
    old = buttons_in(card_in(chat.press("password.show", shown_hold(world, ref))))
    chat.press("password.pause", old["password.pause"])
    card = card_in(chat.press("password.pause", old["password.pause"]))
    assert "password.resume" in buttons_in(card)
    asked = old["password.delete.ask"] | {"verb": "password.delete"}
    world.clock.advance(seconds=1)
    card_in(chat.press("password.delete", asked))
    assert the_notice(world, ref).state is NoticeState.PAUSED
    assert refusals(world) == ["old-card", "old-card"]


def test_a_repeated_press_does_nothing(world: World, chat: Chat, ref: MessageRef) -> None:
    shown = buttons_in(card_in(chat.press("password.show", shown_hold(world, ref))))
    chat.press("password.pause", shown["password.pause"])
    before = world.messages.load(ref)
    card_in(chat.repeat())
    assert world.messages.load(ref) == before
    assert refusals(world) == ["repeated"]


def test_a_refresh_sends_nothing(world: World, chat: Chat, ref: MessageRef) -> None:
    data = shown_hold(world, ref) | {"p": the_notice(world, ref).variant}
    card_in(chat.press("password.send", data, trigger="automatic"))
    assert the_notice(world, ref).state is NoticeState.WAITING


def test_an_archive_that_is_not_there_is_gone(world: World, chat: Chat, ref: MessageRef) -> None:
    card = card_in(chat.press("password.send", shown_hold(world, ref) | {"p": "part-99"}))
    assert buttons_in(card) == {}
    assert the_notice(world, ref).state is NoticeState.WAITING
