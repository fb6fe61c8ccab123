"""Every card shows how things stand, whoever brings it up to date and however many do it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.password_notice import NoticeVerb
from shared.core.hold.record import MessageRecord, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Zip
from shared.core.policy.tenant_settings import HoldNotices, Teams
from shared.errors import StorageUnavailable
from shared.ports import Stored
from shared.usecases.act_on_hold import Verb, act_on_hold
from shared.usecases.change_password_notice import change_password_notice
from shared.usecases.decide_hold import Asker
from shared.usecases.notify import notify_item
from shared.usecases.refresh_cards import ROUNDS, refresh_cards
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.tell_people import StillOwed
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.encrypted_mail import delivered_file, password_of, the_notice, zip_world
from tests.support.held_cards import BUTTONS, copies, discard, held, later, shown
from tests.support.holds import link_to
from tests.support.teams_people import (
    ENTRA,
    SABURO,
    SHIRO,
    chat,
    name_proxies,
    put_in_teams,
    teams_settings,
    verbs,
)
from tests.support.threads import at_once


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


def test_a_receipt_keeps_no_password_for_somebody_who_has_lost_the_right() -> None:
    notices = HoldNotices(channels=("teams-card",))
    world = zip_world(Zip(), notices=notices, teams=Teams(entra_tenant=ENTRA))
    put_in_teams(world, SENDER, INSIDE)
    name_proxies(world, SENDER, INSIDE, away=True)
    ref = delivered_file(world)
    password = password_of(world, ref).encode()
    assert all(password in chat(world, person)[-1].card for person in (SENDER, INSIDE))
    name_proxies(world, SENDER)
    variant = the_notice(world, ref).variant
    change_password_notice(world.app, ref, Asker(SENDER, Channel.LINK), variant, NoticeVerb.PAUSE)
    world.work()
    assert password in chat(world, SENDER)[-1].card
    (left,) = chat(world, INSIDE)
    assert password not in left.card
    assert OUTSIDE.encode() not in left.card
    assert verbs(left) == set()
