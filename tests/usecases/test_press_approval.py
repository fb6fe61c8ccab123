"""The buttons of a request for approval, pressed in Teams: by approvers and their proxies, never by who sent it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.hold.actor import Channel, Role
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.people.person import Person
from shared.core.policy.tenant_settings import HoldNotices, Teams
from shared.core.text.card import CARD
from shared.ports_people import AuditCode
from tests.support.activities import ENTRA_TENANT
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.approvals import BOSS, DEPUTY, LEGAL, PEOPLE, approval, approval_world, name_proxy, requested
from tests.support.teams_chat import Chat, buttons_in, card_in, refusals, shown_hold

IDS = {one: f"cccccccc-0000-4000-8000-{number:012d}" for number, one in enumerate((SENDER, BOSS, LEGAL, DEPUTY), 1)}


def teams_approval_world(*approvers: str, **more: Any) -> World:
    notices = more.pop("notices", None)
    world = approval_world(approval(*approvers, **more), notices=notices, teams=Teams(entra_tenant=ENTRA_TENANT))
    known = [person for person in PEOPLE if person.address in IDS]
    world.directory.save("demo", [replace(person, id=IDS[person.address]) for person in known])
    return world


@pytest.fixture
def world() -> World:
    return teams_approval_world(BOSS)


@pytest.fixture
def ref(world: World) -> MessageRef:
    return requested(world, comment="for the fair")


def chat_of(world: World, person: str) -> Chat:
    return Chat(world, IDS[person])


def answer(chat: Chat, ref: MessageRef, word: str, comment: str = "") -> dict[str, Any]:
    """Both steps; the card at the end."""
    shown = buttons_in(card_in(chat.press("approval.show", shown_hold(chat.world, ref))))
    asked = card_in(chat.press(f"approval.{word}.ask", shown[f"approval.{word}.ask"] | {"comment": comment}))
    return card_in(chat.press(f"approval.{word}", buttons_in(asked)[f"approval.{word}"]))


@pytest.mark.parametrize(
    ("word", "state"), [("approve", State.DELIVERING), ("deny", State.DENIED)], ids=["approve", "deny"]
)
def test_the_whole_way_from_the_request_to_the_answer(world: World, ref: MessageRef, word: str, state: State) -> None:
    card = answer(chat_of(world, BOSS), ref, word, "as agreed\non Friday")
    assert not any(verb.endswith(".ask") for verb in buttons_in(card))
    record = world.record(ref)
    assert record.state is state
    assert record.approval is not None
    [vote] = record.approval.steps[0].votes
    assert (vote.allow, vote.comment) == (word == "approve", "as agreed\non Friday")
    assert (vote.actor.name, vote.actor.channel, vote.seat) == (BOSS, Channel.TEAMS, BOSS)


def test_asking_again_answers_nothing(world: World, ref: MessageRef) -> None:
    chat_of(world, BOSS).press("approval.deny.ask", shown_hold(world, ref) | {"comment": "no"})
    assert world.record(ref).state is State.AWAITING_APPROVAL


@pytest.mark.parametrize("person", [SENDER, LEGAL, DEPUTY])
@pytest.mark.parametrize("verb", ["approval.show", "approval.approve.ask", "approval.approve", "approval.deny"])
def test_who_is_not_asked_sees_and_does_nothing(world: World, ref: MessageRef, person: str, verb: str) -> None:
    card = card_in(chat_of(world, person).press(verb, shown_hold(world, ref)))
    assert buttons_in(card) == {}
    assert OUTSIDE not in str(card)
    assert world.record(ref).state is State.AWAITING_APPROVAL
    assert len(refusals(world)) == 1


def test_a_proxy_answers_for_the_approver_until_the_right_is_taken_back(world: World, ref: MessageRef) -> None:
    name_proxy(world, BOSS, DEPUTY)
    chat = chat_of(world, DEPUTY)
    asked = buttons_in(card_in(chat.press("approval.approve.ask", shown_hold(world, ref))))
    name_proxy(world, BOSS)
    assert buttons_in(card_in(chat.press("approval.approve", asked["approval.approve"]))) == {}
    assert world.record(ref).state is State.AWAITING_APPROVAL
    name_proxy(world, BOSS, DEPUTY)
    answer(chat, ref, "approve")
    record = world.record(ref)
    assert record.approval is not None
    [vote] = record.approval.steps[0].votes
    assert (vote.actor.name, vote.actor.on_behalf_of, vote.seat) == (DEPUTY, BOSS, BOSS)


def test_the_sender_as_the_approvers_proxy_may_not(world: World, ref: MessageRef) -> None:
    name_proxy(world, BOSS, SENDER)
    card = card_in(chat_of(world, SENDER).press("approval.approve", shown_hold(world, ref)))
    assert buttons_in(card) == {}
    assert world.record(ref).state is State.AWAITING_APPROVAL


def test_an_old_card_answers_nothing_and_becomes_a_fresh_one(world: World, ref: MessageRef) -> None:
    old = shown_hold(world, ref) | {"v": 0}
    card = card_in(chat_of(world, BOSS).press("approval.approve", old))
    assert buttons_in(card)["approval.approve.ask"]["v"] == world.record(ref).event_count
    assert world.record(ref).state is State.AWAITING_APPROVAL
    assert refusals(world) == ["old-card"]
    [look] = [line for line in world.audit.about(ref) if line.code is AuditCode.LOOKED]
    assert (look.actor.name, look.actor.role, look.args) == (BOSS, Role.APPROVER, (("what", "card"),))


def test_a_repeated_answer_counts_once(world: World, ref: MessageRef) -> None:
    chat = chat_of(world, BOSS)
    answer(chat, ref, "deny")
    before = world.messages.load(ref)
    card_in(chat.repeat())
    assert world.messages.load(ref) == before
    assert refusals(world) == ["repeated"]


def test_whoever_was_faster_is_told_to_the_other() -> None:
    world = teams_approval_world(BOSS, LEGAL, quorum="first")
    ref = requested(world)
    slow = shown_hold(world, ref)
    answer(chat_of(world, LEGAL), ref, "deny")
    card = card_in(chat_of(world, BOSS).press("approval.approve", slow))
    assert not any(verb.endswith(".ask") for verb in buttons_in(card))
    assert world.record(ref).state is State.DENIED


def test_somebody_removed_answers_nothing(world: World, ref: MessageRef) -> None:
    world.directory.save("demo", [Person(BOSS, id=IDS[BOSS], active=False)])
    answered = chat_of(world, BOSS).press("approval.approve", shown_hold(world, ref))
    assert b"NotAllowed" in answered.body
    assert world.record(ref).state is State.AWAITING_APPROVAL


def test_a_message_without_a_request_has_no_such_card(world: World) -> None:
    ref = world.judge(OUTSIDE)
    assert buttons_in(card_in(chat_of(world, BOSS).press("approval.approve", shown_hold(world, ref)))) == {}
    assert world.record(ref).outcome is None


def test_the_sender_takes_the_request_back_and_nobody_else(world: World, ref: MessageRef) -> None:
    boss, sender = chat_of(world, BOSS), chat_of(world, SENDER)
    assert buttons_in(card_in(boss.press("hold.withdraw", shown_hold(world, ref)))) == {}
    asked = buttons_in(card_in(sender.press("hold.withdraw.ask", shown_hold(world, ref))))
    assert world.record(ref).state is State.AWAITING_APPROVAL
    card_in(sender.press("hold.withdraw", asked["hold.withdraw"]))
    assert world.record(ref).state is State.DISCARDED


def test_the_senders_comment_reaches_the_approvers(world: World) -> None:
    ref = world.judge(OUTSIDE)
    chat = chat_of(world, SENDER)
    asked = buttons_in(card_in(chat.press("hold.release.ask", shown_hold(world, ref))))
    card_in(chat.press("hold.release", asked["hold.release"] | {"comment": "for the fair"}))
    record = world.record(ref)
    assert record.state is State.AWAITING_APPROVAL
    assert record.approval is not None
    assert record.approval.comment == "for the fair"


def test_a_release_that_nobody_could_approve_is_said_to_be_one_and_the_hold_stands() -> None:
    world = teams_approval_world(SENDER, notices=HoldNotices(administrator_address=SENDER))
    ref = world.judge(OUTSIDE)
    chat = chat_of(world, SENDER)
    asked = buttons_in(card_in(chat.press("hold.release.ask", shown_hold(world, ref))))
    card = card_in(chat.press("hold.release", asked["hold.release"]))
    assert CARD.text("message.nobody-to-approve.title", "ja") in str(card)
    assert world.record(ref).state is State.HELD
