"""Naming proxies and absences: who may, what is refused, that it is recorded, and races."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.core.people.person import PersonKind
from shared.errors import Conflict, NotFound, StorageUnavailable
from shared.ports import Person
from shared.ports_people import AuditCode, AuditEntry
from shared.usecases.change_delegation import (
    MOST_PRINCIPALS,
    MOST_PROXIES,
    Changer,
    DelegationRefused,
    name_proxy,
    remove_proxy,
    see_delegation,
    set_absences,
)
from shared.usecases.decide_hold import Asker, HoldWish, NotEntitled, Verb, decide_hold
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.records import NOW
from tests.support.threads import at_once

BOSS = "boss@aozora.example"
INFO = "info@aozora.example"
USER = Changer(Asker(SENDER, Channel.PORTAL, "203.0.113.5"))
ADMIN = Changer(Asker("admin@aozora.example", Channel.API), as_administrator=True)
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    made = World()
    made.directory.save(
        "demo",
        [
            Person(SENDER, id="one"),
            Person("alias@aozora.example", id="one"),
            Person(INFO, kind=PersonKind.SHARED),
            Person("all@aozora.example", members=30),
            Person("gone@aozora.example"),
        ],
    )
    made.directory.remove("demo", ["gone@aozora.example"])
    return made


def lines(world: World) -> tuple[AuditEntry, ...]:
    return world.audit.between("demo", NOW - DAY, NOW + 400 * DAY, 1000)


def stored(world: World, principal: str = SENDER) -> Delegation:
    return world.delegations.of("demo", [principal])[principal]


def test_a_user_names_a_proxy_who_can_act_until_they_are_taken_away(world: World) -> None:
    first, second = world.judge(OUTSIDE), world.judge(OUTSIDE)
    proxy, wish = Asker(INSIDE, Channel.LINK), HoldWish(Verb.DISCARD)
    with pytest.raises(NotEntitled):
        decide_hold(world.app, first, proxy, wish)
    kept = name_proxy(world.app, "demo", SENDER, INSIDE.upper(), USER, until=NOW + DAY)
    assert kept.proxies == (Proxy(INSIDE, None, NOW + DAY, SENDER, NOW, False),)
    decide_hold(world.app, first, proxy, wish)
    outcome = world.record(first).outcome
    assert outcome is not None
    assert outcome.actor == Actor(Role.PROXY, INSIDE, Channel.LINK, "", SENDER)
    remove_proxy(world.app, "demo", SENDER, INSIDE, USER)
    with pytest.raises(NotEntitled):
        decide_hold(world.app, second, proxy, wish)


def test_changes_are_recorded_with_who_and_for_whom(world: World) -> None:
    name_proxy(world.app, "demo", SENDER, INSIDE, USER, since=NOW, until=NOW + DAY)
    world.clock.advance(seconds=1)
    name_proxy(world.app, "demo", INFO, INSIDE, ADMIN)
    world.clock.advance(seconds=1)
    set_absences(world.app, "demo", SENDER, (Absence(NOW, NOW + DAY),), USER)
    absence, admin, user = lines(world)
    assert user.code is AuditCode.PROXIES_CHANGED
    assert user.actor == Actor(Role.SENDER, SENDER, Channel.PORTAL, "203.0.113.5")
    assert dict(user.args) == {
        "principal": SENDER,
        "named": INSIDE,
        "since": NOW.isoformat(),
        "until": (NOW + DAY).isoformat(),
        "version": "1",
    }
    assert admin.actor == Actor(Role.ADMINISTRATOR, "admin@aozora.example", Channel.API, "", INFO)
    assert absence.code is AuditCode.ABSENCE_CHANGED
    assert dict(absence.args)["absences"] == f"{NOW.isoformat()}/{(NOW + DAY).isoformat()}"


def test_a_second_run_of_a_change_does_and_records_nothing(world: World) -> None:
    for _ in range(2):
        name_proxy(world.app, "demo", SENDER, INSIDE, USER)
        set_absences(world.app, "demo", SENDER, (Absence(NOW, NOW + DAY),), USER)
    assert (stored(world).version, len(lines(world))) == (2, 2)
    for _ in range(2):
        remove_proxy(world.app, "demo", SENDER, INSIDE, USER)
        set_absences(world.app, "demo", SENDER, (), USER)
    assert (stored(world).version, len(lines(world))) == (4, 4)
    assert stored(world) == Delegation(SENDER, version=4)


def test_named_again_the_new_dates_count_and_what_is_over_is_dropped(world: World) -> None:
    name_proxy(world.app, "demo", SENDER, INSIDE, USER, until=NOW + DAY)
    name_proxy(world.app, "demo", SENDER, BOSS, USER, until=NOW + DAY)
    world.clock.advance(days=2)
    kept = name_proxy(world.app, "demo", SENDER, INSIDE, USER)
    assert [(one.address, one.until) for one in kept.proxies] == [(INSIDE, None)]


NAIVE = datetime(2027, 1, 1)  # what is refused


@pytest.mark.parametrize(
    ("principal", "address", "dates", "by", "code"),
    [
        pytest.param(SENDER, SENDER.upper(), {}, USER, "proxy-oneself", id="oneself"),
        pytest.param(SENDER, "alias@aozora.example", {}, USER, "proxy-oneself", id="oneself by another address"),
        pytest.param(SENDER, OUTSIDE, {}, USER, "proxy-foreign", id="a stranger"),
        pytest.param(SENDER, OUTSIDE, {}, ADMIN, "proxy-foreign", id="a stranger, by an administrator"),
        pytest.param(SENDER, "x@sub.aozora.example", {}, USER, "proxy-foreign", id="a domain below"),
        pytest.param(SENDER, "Admin@aozora.example", {}, ADMIN, "proxy-yourself", id="an administrator themself"),
        pytest.param(SENDER, "gone@aozora.example", {}, USER, "proxy-removed", id="somebody removed"),
        pytest.param(SENDER, INFO, {}, USER, "proxy-no-person", id="a shared mailbox"),
        pytest.param(SENDER, "all@aozora.example", {}, USER, "proxy-no-person", id="a distribution list"),
        pytest.param(SENDER, "aozora.example", {}, USER, "proxy-no-address", id="no address"),
        pytest.param(SENDER, "a b@aozora.example", {}, USER, "proxy-no-address", id="space in the address"),
        pytest.param(SENDER, "", {}, USER, "proxy-no-address", id="nothing"),
        pytest.param(SENDER, INSIDE, {"until": NOW}, USER, "bad-dates", id="ends now"),
        pytest.param(SENDER, INSIDE, {"until": NOW - DAY}, USER, "bad-dates", id="ended"),
        pytest.param(SENDER, INSIDE, {"since": NOW + DAY, "until": NOW + DAY}, USER, "bad-dates", id="no time"),
        pytest.param(SENDER, INSIDE, {"since": NAIVE}, USER, "bad-dates", id="without time zone"),
        pytest.param("gone@aozora.example", INSIDE, {}, ADMIN, "principal-removed", id="principal removed"),
        pytest.param(OUTSIDE, INSIDE, {}, ADMIN, "principal-foreign", id="principal of elsewhere"),
    ],
)
def test_what_is_refused(
    world: World, principal: str, address: str, dates: dict[str, datetime], by: Changer, code: str
) -> None:
    with pytest.raises(DelegationRefused) as refused:
        name_proxy(world.app, "demo", principal, address, by, **dates)
    assert refused.value.code == code
    assert refused.value.public.endswith(".")
    assert lines(world) == ()
    assert stored(world).version == 0


def test_an_administrator_may_take_care_of_a_shared_mailbox(world: World) -> None:
    assert name_proxy(world.app, "demo", INFO, "admin@aozora.example", ADMIN).proxies[0].by_administrator


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda app, by: name_proxy(app, "demo", SENDER, BOSS, by), id="name"),
        pytest.param(lambda app, by: remove_proxy(app, "demo", SENDER, INSIDE, by), id="remove"),
        pytest.param(lambda app, by: set_absences(app, "demo", SENDER, (), by), id="away"),
        pytest.param(lambda app, by: see_delegation(app, "demo", SENDER, by), id="look"),
    ],
)
@pytest.mark.parametrize(
    "person",
    [
        pytest.param(BOSS, id="somebody else"),
        pytest.param(INSIDE, id="their proxy"),
        pytest.param("gone@aozora.example", id="somebody removed"),
        pytest.param("", id="nobody"),
    ],
)
def test_it_is_nobody_elses_business(world: World, act: Callable[..., object], person: str) -> None:
    name_proxy(world.app, "demo", SENDER, INSIDE, USER)
    before = stored(world)
    with pytest.raises(NotEntitled):
        act(world.app, Changer(Asker(person, Channel.PORTAL)))
    assert stored(world) == before
    (refusal,) = [line for line in lines(world) if line.code is AuditCode.REFUSED]
    assert refusal.actor.name == person


def test_a_removed_administrator_may_nothing(world: World) -> None:
    with pytest.raises(NotEntitled):
        name_proxy(world.app, "demo", SENDER, INSIDE, replace(ADMIN, asker=Asker("gone@aozora.example", Channel.API)))


def test_what_an_administrator_has_named_a_user_cannot_change(world: World) -> None:
    name_proxy(world.app, "demo", SENDER, INSIDE, ADMIN)
    with pytest.raises(DelegationRefused) as removed:
        remove_proxy(world.app, "demo", SENDER, INSIDE, USER)
    with pytest.raises(DelegationRefused) as renamed:
        name_proxy(world.app, "demo", SENDER, INSIDE, USER, until=NOW + DAY)
    assert removed.value.code == renamed.value.code == "named-by-administrator"
    assert stored(world).proxies[0].by_administrator
    name_proxy(world.app, "demo", SENDER, BOSS, USER)
    remove_proxy(world.app, "demo", SENDER, BOSS, ADMIN)
    assert [one.address for one in remove_proxy(world.app, "demo", SENDER, INSIDE, ADMIN).proxies] == []


def test_proxies_are_bounded_on_both_sides(world: World) -> None:
    for number in range(MOST_PROXIES):
        name_proxy(world.app, "demo", SENDER, f"p{number}@aozora.example", USER)
    with pytest.raises(DelegationRefused) as refused:
        name_proxy(world.app, "demo", SENDER, INSIDE, USER)
    assert refused.value.code == "too-many-proxies"
    name_proxy(world.app, "demo", SENDER, "p3@aozora.example", USER, until=NOW + DAY)  # one of them, with other dates
    for number in range(MOST_PRINCIPALS):
        name_proxy(world.app, "demo", f"q{number}@aozora.example", INSIDE, ADMIN)
    with pytest.raises(DelegationRefused) as refused:
        name_proxy(world.app, "demo", BOSS, INSIDE, ADMIN)
    assert refused.value.code == "too-many-principals"


@pytest.mark.parametrize(
    ("absences", "code"),
    [
        pytest.param((Absence(NOW - 2 * DAY, NOW - DAY),), "bad-dates", id="over"),
        pytest.param((Absence(NOW + DAY, NOW + DAY),), "bad-dates", id="no time"),
        pytest.param((Absence(NAIVE, NAIVE + DAY),), "bad-dates", id="without time zone"),
        pytest.param((Absence(NOW, NOW + 800 * DAY),), "bad-dates", id="years"),
        pytest.param(
            tuple(Absence(NOW + n * DAY, NOW + n * DAY + DAY) for n in range(21)), "too-many-absences", id="too many"
        ),
    ],
)
def test_absences_that_are_refused(world: World, absences: tuple[Absence, ...], code: str) -> None:
    with pytest.raises(DelegationRefused) as refused:
        set_absences(world.app, "demo", SENDER, absences, USER)
    assert refused.value.code == code
    assert lines(world) == ()


def test_an_unknown_tenant_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        name_proxy(world.app, "other", SENDER, INSIDE, ADMIN)


def test_no_change_is_made_that_could_not_be_recorded(world: World) -> None:
    world.audit.trouble.before("append", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        name_proxy(world.app, "demo", SENDER, INSIDE, USER)
    assert stored(world).version == 0
    name_proxy(world.app, "demo", SENDER, INSIDE, USER)
    assert stored(world).version == 1


def test_a_lost_answer_is_made_good_by_asking_again(world: World) -> None:
    world.delegations.trouble.after("save", StorageUnavailable("answer lost"))
    with pytest.raises(StorageUnavailable):
        name_proxy(world.app, "demo", SENDER, INSIDE, USER)
    assert name_proxy(world.app, "demo", SENDER, INSIDE, USER).version == 1
    assert len(lines(world)) == 1


def test_changes_at_once_are_all_made_or_told_to_have_lost(world: World) -> None:
    outcomes = at_once(8, lambda number: name_proxy(world.app, "demo", SENDER, f"p{number}@aozora.example", USER))
    assert all(isinstance(outcome, (Delegation, Conflict)) for outcome in outcomes)
    made = {f"p{n}@aozora.example" for n, outcome in enumerate(outcomes) if isinstance(outcome, Delegation)}
    assert {one.address for one in stored(world).proxies} == made
    assert stored(world).version == len(made)
