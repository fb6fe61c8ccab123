"""A copy in Teams goes out once; where Teams does not serve, mail does, and Teams is left alone when it asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from shared.core.people.person import Person
from shared.core.policy.tenant_settings import Teams
from shared.errors import PermanentError, StorageUnavailable
from shared.ports_people import CopyState
from shared.ports_teams import CardRefused, NotReachable, TeamsUnavailable
from shared.usecases.tell_in_teams import CLAIM, LONGEST_WAIT, REST
from shared.usecases.tell_people import StillOwed, tell
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.teams_people import ENTRA, SABURO, chat, chat_of, put_in_teams
from tests.support.tellings import DOWN, mailed, owed, replaced, start, telling


def not_installed(world: World) -> None:
    world.conversations.remove("demo", "id-hanako")


def without_id(world: World) -> None:
    world.directory.save("demo", [Person(SENDER)])


def removed(world: World) -> None:
    world.directory.remove("demo", [SENDER])


def without_bot(world: World) -> None:
    world.settings_store.save(replace(world.settings, teams=Teams()))


def other_directory(world: World) -> None:
    world.settings_store.save(replace(world.settings, teams=Teams(entra_tenant=ENTRA.replace("1", "9"))))


@pytest.mark.parametrize("why", [not_installed, without_id, removed, without_bot, other_directory])
def test_whoever_is_not_in_teams_gets_mail_at_once(why: Callable[[World], None]) -> None:
    world, ref = start("teams-card", "teams-text")
    why(world)
    assert tell(world.app, ref, owed(world), telling())
    assert mailed(world) == [SENDER]
    assert replaced(world, ref) == [], "nothing failed"
    put_in_teams(world, SENDER)
    assert not tell(world.app, ref, owed(world), telling())
    assert chat(world) == (), "whoever installs the app later is not told again"


def test_whoever_gets_mail_anyway_gets_no_second_one() -> None:
    world, ref = start("mail", "teams-card")
    not_installed(world)
    assert tell(world.app, ref, owed(world), telling())
    assert mailed(world) == [SENDER]


@pytest.mark.parametrize("error", [NotReachable("blocked"), CardRefused("too large"), PermanentError("no secret")])
def test_what_teams_refuses_for_good_goes_by_mail_at_once(error: Exception) -> None:
    world, ref = start()
    world.teams.trouble.before("post_card", error)
    assert tell(world.app, ref, owed(world), telling())
    assert mailed(world) == [SENDER]
    assert replaced(world, ref) == [{"channel": "teams-card", "person": SENDER, "cause": type(error).__name__}]
    assert not tell(world.app, ref, owed(world), telling())
    assert (chat(world), len(replaced(world, ref))) == ((), 1)


def test_after_as_many_failures_as_the_tenant_has_set_mail_takes_over() -> None:
    world, ref = start(fall_back_after=3)
    world.teams.trouble.before("post_card", DOWN, times=99)
    for _ in range(2):
        with pytest.raises(StillOwed):
            tell(world.app, ref, owed(world), telling())
        assert mailed(world) == []
        world.clock.advance(seconds=REST.total_seconds())
    assert tell(world.app, ref, owed(world), telling())
    assert mailed(world) == [SENDER]
    [copy] = world.ledger.copies(ref)
    assert (copy.state, copy.failures) == (CopyState.GIVEN_UP, 3)
    assert replaced(world, ref)[0]["cause"] == "TeamsUnavailable"
    world.teams.trouble.clear()
    assert not tell(world.app, ref, owed(world), telling())
    assert chat(world) == ()


def test_a_card_that_cannot_be_made_counts_as_a_failure() -> None:
    world, ref = start(fall_back_after=2)
    broken = telling(card=lambda reader: {}[reader.person])
    with pytest.raises(StillOwed):
        tell(world.app, ref, owed(world), broken)
    world.clock.advance(seconds=REST.total_seconds())
    assert tell(world.app, ref, owed(world), broken)
    assert mailed(world) == [SENDER]


def test_teams_is_left_alone_for_as_long_as_it_asks_by_every_message_of_the_tenant() -> None:
    world, first = start(fall_back_after=3)
    put_in_teams(world, SABURO)
    second = world.receive(OUTSIDE)
    world.teams.trouble.before("post_card", TeamsUnavailable("429", 60.0))
    both = telling(SENDER, SABURO)
    for ref in (first, second, first):
        with pytest.raises(StillOwed):
            tell(world.app, ref, owed(world), both)
    assert chat(world, SABURO) == (), "not asked for the second person either"
    world.clock.advance(seconds=59)
    with pytest.raises(StillOwed):
        tell(world.app, first, owed(world), both)
    assert chat(world) == ()
    world.clock.advance(seconds=1)
    assert tell(world.app, first, owed(world), both)
    assert tell(world.app, second, owed(world), both)
    assert len(chat(world)) == len(chat(world, SABURO)) == 2
    assert mailed(world) == []


def test_waiting_for_teams_comes_to_an_end() -> None:
    world, ref = start(fall_back_after=3)
    refused = 0
    for _ in range(3):
        world.teams.trouble.before("post_card", TeamsUnavailable("429", 60.0))
        try:
            tell(world.app, ref, owed(world), telling())
        except StillOwed:
            refused += 1
        world.clock.advance(seconds=60)
    assert refused == 2
    assert mailed(world) == [SENDER]


def test_where_teams_asks_for_very_much_patience_mail_goes_out_at_once() -> None:
    world, ref = start(fall_back_after=20)
    wait = LONGEST_WAIT + timedelta(seconds=1)
    world.teams.trouble.before("post_card", TeamsUnavailable("429", wait.total_seconds()))
    assert tell(world.app, ref, owed(world), telling())
    assert mailed(world) == [SENDER]


def test_a_crash_between_posting_and_writing_brings_one_card_more_and_never_none() -> None:
    world, ref = start()
    world.ledger.trouble.before("write", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        tell(world.app, ref, owed(world), telling())
    with pytest.raises(StillOwed):  # the claim of whoever crashed
        tell(world.app, ref, owed(world), telling())
    world.clock.advance(seconds=CLAIM.total_seconds())
    assert tell(world.app, ref, owed(world), telling())
    assert not tell(world.app, ref, owed(world), telling())
    assert len(chat(world)) == 2


def test_a_crash_between_claiming_and_posting_loses_nothing() -> None:
    world, ref = start()
    world.ledger.trouble.after("begin", StorageUnavailable("answer lost"))
    with pytest.raises(StorageUnavailable):
        tell(world.app, ref, owed(world), telling())
    world.clock.advance(seconds=CLAIM.total_seconds())
    assert tell(world.app, ref, owed(world), telling())
    assert len(chat(world)) == 1


@pytest.mark.parametrize("method", ["copies", "begin"])
def test_without_the_ledger_no_card_goes_out_and_mail_does(method: str) -> None:
    world, ref = start("mail", "teams-card")
    world.ledger.trouble.before(method, StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        tell(world.app, ref, owed(world), telling())
    assert chat(world) == ()
    assert mailed(world) == [SENDER]
    assert tell(world.app, ref, owed(world), telling())
    assert len(chat(world)) == 1


@pytest.mark.parametrize("method", ["append", "write"])
def test_a_fall_back_that_is_cut_off_is_finished_by_the_next_run(method: str) -> None:
    world, ref = start()
    world.teams.blocked.add(chat_of(SENDER))
    (world.audit if method == "append" else world.ledger).trouble.before(method, StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        tell(world.app, ref, owed(world), telling())
    world.clock.advance(seconds=CLAIM.total_seconds())
    assert not tell(world.app, ref, owed(world), telling()), "the mail was submitted in the first run"
    assert mailed(world) == [SENDER]
    assert replaced(world, ref)
    [copy] = world.ledger.copies(ref)
    assert copy.state is CopyState.GIVEN_UP
