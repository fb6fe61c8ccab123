"""Every card shows how things stand, whoever brings it up to date and however many do it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from shared.core.hold.record import MessageRecord, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.core.people.person import PersonKind
from shared.errors import StorageUnavailable
from shared.ports import Stored
from shared.ports_people import CopyState, NoticeCopy
from shared.ports_teams import CardRefused, NotReachable, TeamsUnavailable
from shared.usecases.act_on_hold import Verb, act_on_hold
from shared.usecases.notify import notify_item
from shared.usecases.refresh_cards import CLAIM, MOST_FAILURES, ROUNDS, refresh_cards
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.tell_people import StillOwed
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.holds import link_to
from tests.support.teams_people import (
    SABURO,
    SHIRO,
    chat,
    name_proxies,
    put_in_teams,
    teams_settings,
    verbs,
)
from tests.support.threads import at_once

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


def test_the_outcome_takes_the_place_of_the_buttons_on_everybodys_card() -> None:
    world, ref = held(people=(SABURO, SHIRO))
    assert shown(world, SABURO, SHIRO) == [BUTTONS, BUTTONS]
    discard(world, ref)
    world.work()
    assert shown(world, SABURO, SHIRO) == [set(), set()]
    assert {copy.showed for copy in copies(world, ref)} == {world.record(ref).event_count}
    assert SABURO.encode() in chat(world, SHIRO)[0].card, "who decided"


def test_a_card_follows_the_message_to_its_recipients() -> None:
    world, ref = held()
    act_on_hold(world.app, link_to(world, ref), Verb.RELEASE, {1}, "")
    world.work()
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert "配送されました" in chat(world)[0].card.decode()


def test_what_shows_the_present_state_is_left_alone() -> None:
    world, ref = held()
    assert not refresh_cards(world.app, ref)
    discard(world, ref)
    assert refresh_cards(world.app, ref)
    assert not refresh_cards(world.app, ref)
    assert chat(world)[0].updates == 1


def test_a_clock_that_moves_between_two_looks_is_no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    world, ref = held()
    discard(world, ref)
    now = world.clock.now

    def moving() -> datetime:
        world.clock.advance(seconds=0.001)
        return now()

    monkeypatch.setattr(world.clock, "now", moving)
    assert refresh_cards(world.app, ref)
    assert shown(world) == [set()]


def test_short_texts_and_tenants_without_a_bot_have_nothing_to_bring_up_to_date() -> None:
    world, ref = held("teams-text", "mail")
    discard(world, ref)
    assert not refresh_cards(world.app, ref)
    plain = World()
    ref = plain.judge(OUTSIDE)
    discard(plain, ref)
    plain.ledger.trouble.before("copies", StorageUnavailable("not to be asked"))
    assert not refresh_cards(plain.app, ref)


def test_older_cards_stay_alive_beside_a_reminder_and_all_show_the_same() -> None:
    world, ref = held(reminder_hours=4, reminders=1, at_end="discard")
    world.clock.advance(hours=4)
    run_due(world.app)
    world.work()
    assert [verbs(card) for card in chat(world)] == [BUTTONS, BUTTONS]
    assert chat(world)[0].card == chat(world)[1].card
    world.clock.advance(hours=4)
    run_due(world.app)
    world.work()
    assert world.record(ref).state is State.EXPIRED
    assert [verbs(card) for card in chat(world)] == [set(), set(), set()]


def test_a_card_that_is_posted_while_its_message_is_decided_does_not_keep_its_buttons() -> None:
    world = World(teams_settings())
    put_in_teams(world, SENDER)
    ref = world.judge(OUTSIDE)
    begin = world.ledger.begin

    def decided_meanwhile(*values: object) -> object:
        world.ledger.begin = begin  # type: ignore[method-assign]
        discard(world, ref)
        body = world.queue.take("notify")
        while body is not None and b'"cards"' not in body:
            body = world.queue.take("notify")
        assert body is not None
        notify_item(world.app, body)  # finds no card yet
        return begin(*values)  # type: ignore[arg-type]

    world.ledger.begin = decided_meanwhile  # type: ignore[method-assign,assignment]
    body = world.queue.take("notify")
    assert body is not None
    notify_item(world.app, body)
    assert shown(world) == [set()]


def test_a_crash_after_posting_is_made_good_though_the_notice_is_not_true_any_more() -> None:
    world = World(teams_settings())
    put_in_teams(world, SENDER)
    ref = world.judge(OUTSIDE)
    body = world.queue.take("notify")
    assert body is not None
    world.messages.trouble.before("outbox_sent", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        notify_item(world.app, body)
    discard(world, ref)
    while world.queue.take("notify") is not None:
        pass  # the item about cards is lost
    notify_item(world.app, body)
    assert shown(world) == [set()]


def test_many_at_once_leave_the_last_state() -> None:
    for _ in range(20):
        world, ref = held()
        work: list[Callable[[], object]] = [partial(discard, world, ref)]
        work += [partial(refresh_cards, world.app, ref)] * 7
        at_once(8, _nth(work))
        world.work()
        later(world)
        assert shown(world) == [set()]


def _nth(work: list[Callable[[], object]]) -> Callable[[int], object]:
    return lambda number: work[number]()


def test_a_message_that_moves_on_during_the_update_is_shown_as_it_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    world, ref = held(people=(SABURO, SHIRO))
    _release(world, ref)
    update = world.teams.update_card
    calls = []

    def slow(*values: object) -> None:
        update(*values)  # type: ignore[arg-type]
        calls.append(values)
        if len(calls) == 1:
            world.work()  # the message goes out, while this worker has updated one of two cards

    monkeypatch.setattr(world.teams, "update_card", slow)
    assert refresh_cards(world.app, ref)
    assert world.record(ref).state is State.DELIVERED
    for person in (SABURO, SHIRO):
        assert "配送されました" in chat(world, person)[0].card.decode()


def _release(world: World, ref: MessageRef) -> None:
    act_on_hold(world.app, link_to(world, ref, SABURO), Verb.RELEASE, {1}, "")


def test_a_message_that_never_rests_is_left_to_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    world, ref = held()
    load = world.messages.load
    count = iter(range(100, 200))

    def moving(ref: MessageRef) -> Stored | None:
        found = load(ref)
        return found and Stored(_moved(found.record, next(count)), found.etag, found.outbox)

    monkeypatch.setattr(world.messages, "load", moving)
    with pytest.raises(StillOwed):
        refresh_cards(world.app, ref)
    assert chat(world)[0].updates == ROUNDS


def _moved(record: MessageRecord, event_count: int) -> MessageRecord:
    return replace(record, event_count=event_count)


@pytest.mark.parametrize("error", [NotReachable("gone"), CardRefused("no")])
def test_a_card_that_cannot_be_reached_any_more_is_forgotten_and_the_others_are_not(error: Exception) -> None:
    world, ref = held(people=(SABURO, SHIRO))
    discard(world, ref)
    world.teams.trouble.before("update_card", error)
    assert refresh_cards(world.app, ref)
    assert sorted(copy.state for copy in copies(world, ref)) == [CopyState.GIVEN_UP, CopyState.SENT]
    assert sorted(len(buttons) for buttons in shown(world, SABURO, SHIRO)) == [0, 2]
    assert not refresh_cards(world.app, ref)


@pytest.mark.parametrize("leave", ["directory", "conversation"])
def test_whoever_left_sees_nothing_new(leave: str) -> None:
    world, ref = held()
    discard(world, ref)
    if leave == "directory":
        world.directory.remove("demo", [SENDER])
    else:
        world.conversations.remove("demo", "id-hanako")
    assert refresh_cards(world.app, ref)
    assert shown(world) == [BUTTONS]
    assert [copy.state for copy in copies(world, ref)] == [CopyState.GIVEN_UP]


def test_teams_away_for_a_day_shows_the_outcome_when_it_is_back() -> None:
    world, ref = held()
    world.teams.trouble.before("update_card", TeamsUnavailable("down"), times=1000)
    discard(world, ref)
    for _ in range(24 * 6):
        later(world, timedelta(minutes=10))
    [copy] = copies(world, ref)
    assert 5 <= copy.failures < MOST_FAILURES, "in growing pauses"
    assert shown(world) == [BUTTONS]
    world.teams.trouble.clear()
    for _ in range(6 * 6):
        later(world, timedelta(minutes=10))
    assert shown(world) == [set()]
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()


def test_one_card_that_fails_keeps_no_other() -> None:
    world, ref = held(people=(SABURO, SHIRO))
    discard(world, ref)
    world.teams.trouble.before("update_card", TeamsUnavailable("down"))
    with pytest.raises(StillOwed):
        refresh_cards(world.app, ref)
    assert sorted(len(buttons) for buttons in shown(world, SABURO, SHIRO)) == [0, 2]
    assert refresh_cards(world.app, ref)
    assert shown(world, SABURO, SHIRO) == [set(), set()]


def test_a_card_that_fails_for_ever_is_left_as_it_is() -> None:
    world, ref = held()
    discard(world, ref)
    world.teams.trouble.before("update_card", TeamsUnavailable("down"), times=MOST_FAILURES)
    for _ in range(MOST_FAILURES - 1):
        with pytest.raises(StillOwed):
            refresh_cards(world.app, ref)
    assert refresh_cards(world.app, ref)
    assert [copy.state for copy in copies(world, ref)] == [CopyState.GIVEN_UP]


def test_teams_is_left_alone_for_as_long_as_it_asks() -> None:
    world, ref = held(people=(SABURO, SHIRO))
    discard(world, ref)
    world.teams.trouble.before("update_card", TeamsUnavailable("429", 60.0))
    for seconds in (0, 30, 29):
        world.clock.advance(seconds=seconds)
        with pytest.raises(StillOwed):
            refresh_cards(world.app, ref)
    assert shown(world, SABURO, SHIRO) == [BUTTONS, BUTTONS]
    world.clock.advance(seconds=1)
    assert refresh_cards(world.app, ref)
    assert shown(world, SABURO, SHIRO) == [set(), set()]


def test_a_crash_in_the_middle_is_taken_over_when_the_claim_ends() -> None:
    world, ref = held()
    discard(world, ref)
    world.ledger.trouble.before("write", StorageUnavailable("down"), times=2)
    with pytest.raises(StorageUnavailable):
        refresh_cards(world.app, ref)
    with pytest.raises(StillOwed):
        refresh_cards(world.app, ref)
    world.clock.advance(seconds=CLAIM.total_seconds())
    assert refresh_cards(world.app, ref)
    assert {copy.showed for copy in copies(world, ref)} == {world.record(ref).event_count}


def test_a_card_whose_id_got_lost_is_no_trouble() -> None:
    world = World(teams_settings())
    put_in_teams(world, SENDER)
    post = world.teams.post_card
    world.teams.post_card = lambda *values: post(*values) and ""  # type: ignore[method-assign]
    ref = world.judge(OUTSIDE)
    world.work()
    discard(world, ref)
    assert not refresh_cards(world.app, ref)
    assert len(chat(world)) == 1


def test_mattas_own_mail_and_what_does_not_exist_have_no_cards() -> None:
    world, ref = held("mail", "teams-card")
    own = own_ref(ref, "hold-notice-0")
    assert world.record(own).own
    assert not refresh_cards(world.app, own)
    assert not refresh_cards(world.app, own_ref(ref, "nothing"))


def test_the_queue_item_of_cards_brings_them_up_to_date() -> None:
    world, ref = held()
    discard(world, ref)
    items = [item for item in world.queue.items if item.entry.kind is OutboxKind.CARDS]
    assert [item.ref for item in items] == [ref]
    world.work()
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()
