"""Several people, several channels: each copy goes out once, and what keeps one waiting keeps no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from functools import partial

import pytest
from msgspec.structs import replace

from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.message.identity import MessageRef
from shared.core.notice.letter import Letter, new_message
from shared.core.people.person import Person
from shared.core.policy.tenant_settings import Teams
from shared.core.settings.scope import user_scope
from shared.core.settings.scope_settings import NoticeWishes, ScopeSettings
from shared.errors import PermanentError, StorageUnavailable
from shared.ports_people import AuditCode, CopyState
from shared.ports_teams import CardRefused, NotReachable, TeamsUnavailable
from shared.usecases.deliver_message import deliver_item
from shared.usecases.reader import Addressee, Reader
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.tell_in_teams import CLAIM, LONGEST_WAIT, REST, Card
from shared.usecases.tell_people import StillOwed, Telling, tell
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.teams_people import ENTRA, SABURO, SHIRO, chat, chat_of, put_in_teams, teams_settings
from tests.support.threads import at_once

DOWN = TeamsUnavailable("down")


def telling(*people: str, **changes: object) -> Telling:
    """Something to tell, in every form."""

    def mail(reader: Reader, letter: Letter) -> bytes:
        message = new_message(letter, "News", "auto-generated")
        message.set_content(f"To {reader.person} for {reader.on_behalf_of or 'themselves'} in {reader.language}\n")
        return message.as_bytes()

    values: dict[str, object] = {
        "people": tuple(Addressee(person) for person in people or (SENDER,)),
        "mail": mail,
        "card": lambda reader: Card(b'{"to": "%s"}' % reader.teams_key.encode(), "News"),
        "text": lambda reader: f"News for {reader.person}",
        "showed": 1,
    }
    return Telling(**(values | changes))  # type: ignore[arg-type]  # tests name the fields


def owed(world: World, number: int = 0, kind: OutboxKind = OutboxKind.RECEIPT) -> OutboxEntry:
    return OutboxEntry(kind, number, world.clock.now())


def start(*channels: str, **changes: object) -> tuple[World, MessageRef]:
    """A world with a message to tell of, whose own notice is not looked at."""
    world = World(teams_settings(*channels, **changes))
    put_in_teams(world, SENDER)
    return world, world.receive(OUTSIDE)


def mailed(world: World) -> list[str]:
    """Who was mailed, in order."""
    while (body := world.queue.take("deliver")) is not None:
        deliver_item(world.app, body)
    return [address for one in world.next_hop.transactions for address in one.recipients]


def replaced(world: World, ref: MessageRef) -> list[dict[str, str]]:
    return [dict(line.args) for line in world.audit.about(ref) if line.code is AuditCode.CHANNEL_REPLACED]


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


@pytest.mark.parametrize("form", ["card", "text"])
def test_a_notice_without_the_chosen_form_goes_by_mail(form: str) -> None:
    world, ref = start(f"teams-{form}")
    assert tell(world.app, ref, owed(world), telling(**{form: None}))
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


def test_of_workers_at_the_same_moment_one_posts_each_copy() -> None:
    world, ref = start("teams-card", "mail", "teams-text")
    put_in_teams(world, SABURO)
    entry, told = owed(world), telling(SENDER, SABURO)
    at_once(8, lambda _: tell(world.app, ref, entry, told))
    assert not tell(world.app, ref, entry, told)
    assert [len(chat(world, one)) for one in (SENDER, SABURO)] == [2, 2]
    assert sorted(mailed(world)) == [SENDER, SABURO]


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
