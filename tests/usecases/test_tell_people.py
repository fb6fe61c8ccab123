"""Several people, several channels: each copy goes out once, and what keeps one waiting keeps no other."""

from __future__ import annotations

from email import message_from_bytes, policy
from functools import partial

import pytest

from shared.core.hold.record import OutboxKind
from shared.core.people.person import Person
from shared.core.settings.scope import user_scope
from shared.core.settings.scope_settings import NoticeWishes, ScopeSettings
from shared.errors import StorageUnavailable
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.tell_in_teams import REST
from shared.usecases.tell_people import StillOwed, tell
from tests.support.app import SENDER
from tests.support.teams_people import SABURO, SHIRO, chat, put_in_teams, teams_settings
from tests.support.tellings import DOWN, mailed, owed, start, telling
from tests.support.threads import at_once


@pytest.mark.parametrize(
    ("channels", "mails", "cards", "texts"),
    [
        (("mail",), 1, 0, 0),
        (("teams-card",), 0, 1, 0),
        (("teams-text",), 0, 0, 1),
        (("mail", "teams-card"), 1, 1, 0),
        (("teams-card", "mail", "teams-text"), 1, 1, 1),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else None,
)
def test_each_chosen_channel_carries_one_copy(channels: tuple[str, ...], mails: int, cards: int, texts: int) -> None:
    world, ref = start(*channels)
    assert tell(world.app, ref, owed(world), telling())
    assert not tell(world.app, ref, owed(world), telling()), "a second run tells nobody"
    posted = chat(world)
    assert mailed(world) == [SENDER] * mails
    assert [one.card for one in posted if one.card] == [b'{"to": "29:id-hanako"}'] * cards
    assert [one.text for one in posted if one.text] == [f"News for {SENDER}"] * texts


def test_everybody_is_told_by_their_own_channels_and_in_their_own_language() -> None:
    world, ref = start("mail")
    put_in_teams(world, SABURO, language="en")
    wishes = NoticeWishes(channels=("teams-card",))
    world.settings_store.save_scope(ScopeSettings("demo", "user", user_scope(SABURO).id, notices=wishes))
    world.directory.save("demo", [Person(SHIRO, language="en")])
    assert tell(world.app, ref, owed(world), telling(SENDER, SABURO, SHIRO))
    assert mailed(world) == [SENDER, SHIRO]
    assert len(chat(world, SABURO)) == 1
    assert chat(world) == ()
    bodies = [message_from_bytes(one.data, policy=policy.default).get_content() for one in world.next_hop.transactions]
    assert [body.split()[-1] for body in bodies] == ["ja", "en"]


def test_two_addresses_of_one_person_are_told_once() -> None:
    world, ref = start("teams-card", "mail")
    world.directory.save("demo", [Person("hanako@sub.aozora.example", id="id-hanako")])
    assert tell(world.app, ref, owed(world), telling(SENDER, "hanako@sub.aozora.example", SENDER.upper()))
    assert len(chat(world)) == 1
    assert mailed(world) == [SENDER]


@pytest.mark.parametrize("form", ["card", "text"])
def test_a_notice_without_the_chosen_form_goes_by_mail(form: str) -> None:
    world, ref = start(f"teams-{form}")
    assert tell(world.app, ref, owed(world), telling(**{form: None}))
    assert mailed(world) == [SENDER]


def test_one_persons_trouble_keeps_no_other_and_none_is_told_twice() -> None:
    world, ref = start(fall_back_after=9)
    put_in_teams(world, SABURO, SHIRO)
    world.teams.trouble.before("post_card", DOWN)  # the first of three
    with pytest.raises(StillOwed):
        tell(world.app, ref, owed(world), telling(SENDER, SABURO, SHIRO))
    assert [len(chat(world, one)) for one in (SENDER, SABURO, SHIRO)] == [0, 1, 1]
    world.clock.advance(seconds=REST.total_seconds())
    assert tell(world.app, ref, owed(world), telling(SENDER, SABURO, SHIRO))
    assert [len(chat(world, one)) for one in (SENDER, SABURO, SHIRO)] == [1, 1, 1]


def test_a_mail_that_fails_keeps_no_card_and_no_other_mail() -> None:
    world, ref = start("mail", "teams-card")
    put_in_teams(world, SABURO)
    world.spool.trouble.before("write_outgoing", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        tell(world.app, ref, owed(world), telling(SENDER, SABURO))
    assert [len(chat(world, one)) for one in (SENDER, SABURO)] == [1, 1]
    assert mailed(world) == [SABURO]
    assert tell(world.app, ref, owed(world), telling(SENDER, SABURO))
    assert mailed(world) == [SABURO, SENDER]
    assert [len(chat(world, one)) for one in (SENDER, SABURO)] == [1, 1]


def test_of_workers_at_the_same_moment_one_posts_each_copy() -> None:
    world, ref = start("teams-card", "mail", "teams-text")
    put_in_teams(world, SABURO)
    entry, told = owed(world), telling(SENDER, SABURO)
    at_once(8, lambda _: tell(world.app, ref, entry, told))
    assert not tell(world.app, ref, entry, told)
    assert [len(chat(world, one)) for one in (SENDER, SABURO)] == [2, 2]
    assert sorted(mailed(world)) == [SENDER, SABURO]


def test_a_channel_chosen_between_two_runs_is_served_and_the_old_copy_stays() -> None:
    world, ref = start("mail")
    assert tell(world.app, ref, owed(world), telling())
    world.settings_store.save(teams_settings("mail", "teams-text"))
    assert tell(world.app, ref, owed(world), telling())
    assert mailed(world) == [SENDER]
    assert len(chat(world)) == 1


def test_a_mail_of_an_older_version_is_not_sent_again() -> None:
    world, ref = start("mail")
    entry = owed(world, 3, OutboxKind.HOLD_NOTICE)
    assert tell(world.app, ref, entry, telling(SENDER, SABURO, plain_for=SENDER.upper()))
    assert world.messages.load(own_ref(ref, "hold-notice-3")) is not None, "the name that older versions gave it"
    assert not tell(world.app, ref, entry, telling(SENDER, SABURO, plain_for=SENDER))
    assert mailed(world) == [SENDER, SABURO]


def test_mails_of_one_person_make_a_thread_of_their_own() -> None:
    world, ref = start("mail")
    read = partial(message_from_bytes, policy=policy.default)
    for number in (2, 5):
        assert tell(world.app, ref, owed(world, number), telling(SENDER, SABURO, thread=2))
    mailed(world)
    sent = [read(one.data) for one in world.next_hop.transactions]
    assert len({message["Message-ID"] for message in sent}) == 4
    for first, second in ((sent[0], sent[2]), (sent[1], sent[3])):
        assert first["In-Reply-To"] is None
        assert second["In-Reply-To"] == first["Message-ID"]
