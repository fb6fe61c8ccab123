"""Steps of a password notice by people: who may, what an old card does, and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.hold.password_notice import NoticeState, NoticeVerb
from shared.core.hold.record import EventCode
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person
from shared.errors import Conflict, NotFound
from shared.ports_people import AuditCode
from shared.usecases.change_password_notice import NoticeChanged, NoticeUnchanged, change_password_notice
from shared.usecases.decide_hold import TRIES, Asker, NotEntitled
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.encrypted_mail import delivered_file, password_mails, send_file, the_notice, zip_world
from tests.support.records import make_ref
from tests.support.threads import at_once

PROXY = "kacho@aozora.example"
SEND, PAUSE, RESUME, DELETE = NoticeVerb.SEND, NoticeVerb.PAUSE, NoticeVerb.RESUME, NoticeVerb.DELETE


def by(person: str = SENDER, channel: Channel = Channel.TEAMS) -> Asker:
    return Asker(person, channel, "192.0.2.1")


def name_proxy(world: World, **dates: timedelta) -> None:
    now = world.clock.now()
    proxy = Proxy(PROXY, **{name: now + pause for name, pause in dates.items()})  # type: ignore[arg-type]  # since, until
    version = world.delegations.of("demo", (SENDER,))[SENDER].version
    world.delegations.save("demo", Delegation(SENDER, (proxy,), version=version))


@pytest.mark.parametrize(
    ("verb", "code", "state"),
    [
        (SEND, EventCode.PASSWORD_SENT, NoticeState.SENT),
        (PAUSE, EventCode.PASSWORD_PAUSED, NoticeState.PAUSED),
        (DELETE, EventCode.PASSWORD_DELETED, NoticeState.DELETED),
    ],
)
def test_step_is_done_once_and_history_says_who(verb: NoticeVerb, code: EventCode, state: NoticeState) -> None:
    world = zip_world()
    ref = delivered_file(world)
    assert isinstance(change_password_notice(world.app, ref, by(), "part-0", verb), NoticeChanged)
    again = change_password_notice(world.app, ref, by(), "part-0", verb)
    assert isinstance(again, NoticeUnchanged)
    assert again.record == world.record(ref)
    assert the_notice(world, ref).state is state
    (event,) = [event for event in world.messages.events(ref) if event.code is code]
    assert event.actor == Actor(Role.SENDER, SENDER, Channel.TEAMS, "192.0.2.1")


def test_proxy_acts_for_the_sender_and_both_are_written_down() -> None:
    world = zip_world()
    ref = delivered_file(world)
    name_proxy(world)
    assert isinstance(change_password_notice(world.app, ref, by(PROXY), "part-0", PAUSE), NoticeChanged)
    event = world.messages.events(ref)[-1]
    assert (event.actor.role, event.actor.name, event.actor.on_behalf_of) == (Role.PROXY, PROXY, SENDER)


def revoked(world: World) -> None:
    name_proxy(world, until=timedelta(days=1))
    world.clock.advance(seconds=86400)


def removed(world: World) -> None:
    name_proxy(world)
    world.directory.save("demo", (Person(PROXY, id="1"),))
    world.directory.remove("demo", (PROXY,))


@pytest.mark.parametrize("make", [lambda world: None, revoked, removed], ids=["stranger", "revoked", "removed"])
def test_who_is_not_entitled_is_refused_and_written_down(make: Callable[[World], None]) -> None:
    world = zip_world()
    ref = delivered_file(world)
    make(world)
    before = world.record(ref)
    with pytest.raises(NotEntitled):
        change_password_notice(world.app, ref, by(PROXY), "part-0", SEND)
    assert world.record(ref) == before
    (line,) = [line for line in world.audit.about(ref) if line.code is AuditCode.REFUSED]
    assert (line.actor.name, line.args) == (PROXY, (("why", "password.send"),))


def test_recipient_cannot_act_on_the_notice() -> None:
    world = zip_world()
    ref = delivered_file(world)
    with pytest.raises(NotEntitled):
        change_password_notice(world.app, ref, by(OUTSIDE), "part-0", SEND)


def test_card_from_before_somebody_elses_step_does_nothing() -> None:
    world = zip_world()
    ref = delivered_file(world)
    seen = world.record(ref).event_count
    change_password_notice(world.app, ref, by(), "part-0", PAUSE, seen)
    change_password_notice(world.app, ref, by(), "part-0", RESUME)
    assert isinstance(change_password_notice(world.app, ref, by(), "part-0", PAUSE, seen), NoticeUnchanged)
    assert the_notice(world, ref).state is NoticeState.WAITING


def test_delivery_that_goes_on_makes_no_card_old() -> None:
    world = zip_world()
    world.next_hop.answer("late@other.example", 451)
    ref = send_file(world, OUTSIDE, "late@other.example")
    seen = world.record(ref).event_count
    world.clock.advance(seconds=70)
    world.pass_time(lambda: world.record(ref).event_count > seen)
    assert isinstance(change_password_notice(world.app, ref, by(), "part-0", SEND, seen), NoticeChanged)


def test_what_does_not_exist_is_not_found() -> None:
    world = zip_world()
    ref = delivered_file(world)
    with pytest.raises(NotFound):
        change_password_notice(world.app, ref, by(), "part-9", SEND)
    with pytest.raises(NotFound):
        change_password_notice(world.app, make_ref(99), by(), "part-0", SEND)
    own = next(one for one in world.messages.refs if world.record(one).own)
    with pytest.raises(NotFound):
        change_password_notice(world.app, own, by(), "part-0", SEND)


def test_lost_race_is_run_again_and_given_up_in_the_end() -> None:
    world = zip_world()
    ref = delivered_file(world)
    world.messages.trouble.before("commit", Conflict("somebody"), times=TRIES - 1)
    assert isinstance(change_password_notice(world.app, ref, by(), "part-0", PAUSE), NoticeChanged)
    world.messages.trouble.before("commit", Conflict("somebody"), times=TRIES)
    with pytest.raises(Conflict):
        change_password_notice(world.app, ref, by(), "part-0", RESUME)


@pytest.mark.parametrize("round_", range(5))
def test_many_at_the_same_second_send_one_mail(round_: int) -> None:
    world = zip_world()
    ref = delivered_file(world)
    verbs = (SEND, SEND, DELETE, SEND, PAUSE, SEND)
    at_once(
        6, lambda number: change_password_notice(world.app, ref, by(), "part-0", verbs[(number + round_) % len(verbs)])
    )
    world.work()
    codes = [event.code for event in world.messages.events(ref)]
    sent = codes.count(EventCode.PASSWORD_SENT)
    assert len(password_mails(world)) == sent <= 1
    assert sent + codes.count(EventCode.PASSWORD_DELETED) == 1
