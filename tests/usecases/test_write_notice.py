"""Notices go out once, to the sender, only while they are true, with a link that opens the page."""

from __future__ import annotations

import itertools
import json
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from shared.core.hold.link import read_link
from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.core.hold.state import hold_due
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.people.person import PersonKind
from shared.core.policy.decision import Disposition
from shared.core.policy.tenant_settings import HoldNotices, NoticeText
from shared.errors import StorageUnavailable
from shared.ports import Person
from shared.ports_teams import TeamsUnavailable
from shared.usecases.act_on_hold import Acted, Verb, act_on_hold
from shared.usecases.hold_dialogue import Visit, visit_hold
from shared.usecases.notify import notify_item
from shared.usecases.plans import hold_plan
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref, submit_own_mail
from shared.usecases.web_page import Answer
from shared.usecases.write_notice import write_notice
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.holds import link_to, make_change
from tests.support.records import NOW
from tests.support.teams_people import SABURO, SHIRO, chat, name_proxies, put_in_teams, teams_settings, verbs
from tests.support.threads import at_once


def entry(world: World, number: int = 0) -> OutboxEntry:
    return OutboxEntry(OutboxKind.HOLD_NOTICE, number, world.clock.now())


def letters(world: World) -> list[EmailMessage]:
    """What the next hop took of Matta's own mail, oldest first."""
    found = []
    for one in world.next_hop.transactions:
        if one.accepted and b"Auto-Submitted: auto-generated" in one.data:
            message = message_from_bytes(one.data, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
    return found


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def token_in(world: World, message: EmailMessage) -> str:
    found = re.search(rf"{re.escape(world.app.process.public_url)}/h/(\S+)", text_of(message))
    assert found is not None
    return found.group(1)


def test_a_sender_of_another_domain_gets_no_link_into_the_tenants_mail() -> None:
    world = World()
    world.judge(OUTSIDE, reverse_path="mallory@evil.example")
    world.work()
    [sent] = world.next_hop.transactions
    assert sent.recipients == ("postmaster@aozora.example",)
    [notice] = letters(world)
    visit = Visit(token_in(world, notice), "ja", (), "")
    assert visit_hold(world.app, visit).answer is Answer.SHOWN


def test_a_hold_is_told_to_its_sender_with_the_null_sender_and_a_link_that_opens() -> None:
    world = World()
    ref = world.judge(OUTSIDE, INSIDE)
    world.work()
    [sent] = world.next_hop.transactions
    assert (sent.reverse_path, sent.recipients) == ("", (SENDER,))
    [notice] = letters(world)
    assert notice["Subject"] == "[待った] 保留中: Estimate"
    assert notice["From"] == "待った <matta@aozora.example>"
    claims = read_link(token_in(world, notice), world.app.secrets.signing_keys("link"), world.clock.now())
    assert (claims.ref, claims.person) == (ref, SENDER)
    assert claims.expires_at == world.clock.now() + timedelta(days=7)
    assert visit_hold(world.app, Visit(token_in(world, notice))).answer is Answer.SHOWN


@pytest.mark.parametrize(
    ("language", "subject"), [("ja", "[待った] 保留中: Estimate"), ("en", "[Matta] On hold: Estimate")]
)
def test_it_is_in_the_senders_language(language: str, subject: str) -> None:
    world = World(make_settings(notices=HoldNotices(language="en" if language == "ja" else "ja")))
    world.app.directory.save("demo", [Person(SENDER, language=language)])
    world.judge(OUTSIDE)
    world.work()
    assert [letter["Subject"] for letter in letters(world)] == [subject]


def test_a_second_run_writes_nothing_new_and_the_first_link_stays() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    assert write_notice(world.app, ref, entry(world))
    written = world.spool.outgoing
    world.clock.advance(minutes=1)
    assert not write_notice(world.app, ref, entry(world))
    assert world.spool.outgoing == written
    world.work()
    assert len(letters(world)) == 1


def test_two_workers_at_the_same_moment_write_one_notice() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    outcomes = at_once(8, lambda _: write_notice(world.app, ref, entry(world)))
    assert sorted(outcomes) == [False] * 7 + [True]  # type: ignore[type-var]  # booleans, or the comparison fails
    world.work()
    assert len(letters(world)) == 1


def test_a_crash_before_the_state_is_stored_is_made_good_by_the_next_run() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    world.messages.trouble.before("create", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        write_notice(world.app, ref, entry(world))
    world.clock.advance(minutes=1)
    assert write_notice(world.app, ref, entry(world))
    world.work()
    [notice] = letters(world)
    assert visit_hold(world.app, Visit(token_in(world, notice))).answer is Answer.SHOWN


@pytest.mark.parametrize("verb", list(Verb))
def test_nobody_is_asked_about_what_they_decided_meanwhile(verb: Verb) -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    act_on_hold(world.app, link_to(world, ref), verb, {1}, "")
    assert not write_notice(world.app, ref, entry(world))
    world.work()
    assert letters(world) == []


def _let_pass(world: World, hours: float) -> None:
    """Time passes in one step: timers that did not run for long find everything due at once."""
    world.clock.advance(hours=hours)
    run_due(world.app)


@pytest.mark.parametrize(
    ("at_end", "state", "subjects"),
    [
        ("leave", State.HELD, ["保留中", "確認のお願い（1回目）", "引き続き保留中"]),
        ("discard", State.EXPIRED, ["保留中", "確認のお願い（1回目）", "期限により破棄"]),
        ("release", State.DELIVERED, ["保留中", "確認のお願い（1回目）", "期限により配送"]),
    ],
)
def test_reminders_and_the_last_notice_follow_in_one_thread(at_end: str, state: State, subjects: list[str]) -> None:
    notices = HoldNotices(reminder_hours=4, reminders=1, at_end=at_end)  # type: ignore[arg-type]  # one of the three
    world = World(make_settings(notices=notices))
    ref = world.judge(OUTSIDE)
    world.work()
    for _ in range(4):
        _let_pass(world, 4)
        world.work()
    assert world.record(ref).state is state
    sent = letters(world)
    assert [str(letter["Subject"]) for letter in sent] == [f"[待った] {subject}: Estimate" for subject in subjects]
    assert [letter["In-Reply-To"] for letter in sent] == [None, sent[0]["Message-ID"], sent[0]["Message-ID"]]
    assert len({str(letter["Message-ID"]) for letter in sent}) == 3


def test_a_reminder_that_was_overtaken_is_not_sent() -> None:
    world = World(make_settings(notices=HoldNotices(reminder_hours=4, reminders=3)))
    ref = world.judge(OUTSIDE)
    _let_pass(world, 4)
    _let_pass(world, 4)
    assert world.record(ref).reminders_sent == 2
    assert [write_notice(world.app, ref, entry(world, number)) for number in (0, 1, 2)] == [False, False, True]
    world.work()
    assert [str(letter["Subject"]) for letter in letters(world)] == ["[待った] 確認のお願い（2回目）: Estimate"]


@pytest.mark.parametrize("number", [1, 7, 10_000])
def test_an_entry_of_another_event_is_no_notice(number: int) -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    act_on_hold(world.app, link_to(world, ref), Verb.DISCARD, (), "")
    assert not write_notice(world.app, ref, entry(world, number))


def test_a_message_that_does_not_exist_has_no_notice() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    assert not write_notice(world.app, MessageRef("other", ref.queue_id), entry(world))


def test_a_held_message_of_the_null_sender_is_told_to_nobody() -> None:
    world = World()
    change = make_change(reverse_path="")
    assert world.messages.create(change) is not None
    assert not write_notice(world.app, change.record.ref, entry(world))


def test_a_delayed_message_is_told_of_while_it_waits() -> None:
    world = World()
    change = make_change(disposition=Disposition.DELIVER, delay_minutes=10, reverse_path=SENDER, now=world.clock.now())
    ref = change.record.ref
    world.messages.create(change)
    assert write_notice(world.app, ref, entry(world))
    world.work()
    [notice] = letters(world)
    assert str(notice["Subject"]) == "[待った] 送信待ち: 【至急】お見積書送付の件"
    assert "に自動で配送されます" in text_of(notice)
    token = token_in(world, notice)
    assert isinstance(act_on_hold(world.app, token, Verb.DISCARD, (), ""), Acted)
    assert world.record(ref).state is State.DISCARDED
    assert not write_notice(world.app, ref, entry(world, 1)), "people know what they did themselves"


def test_a_delayed_message_that_went_out_meanwhile_is_not_told_of() -> None:
    world = World()
    change = make_change(disposition=Disposition.DELIVER, delay_minutes=10, reverse_path=SENDER, now=world.clock.now())
    stored = world.messages.create(change)
    assert stored is not None
    world.clock.advance(minutes=11)
    sent = hold_due(stored.record, hold_plan(world.settings), world.clock.now())
    assert sent is not None
    world.messages.commit(stored, sent)
    assert not write_notice(world.app, change.record.ref, entry(world))


def test_a_discard_by_policy_is_told() -> None:
    world = World()
    change = make_change(disposition=Disposition.DISCARD, notify_sender=True, reverse_path=SENDER)
    world.messages.create(change)
    [owed] = change.outbox
    assert write_notice(world.app, change.record.ref, owed)
    world.work()
    [notice] = letters(world)
    assert str(notice["Subject"]) == "[待った] ポリシーにより破棄: 【至急】お見積書送付の件"


def test_mattas_own_mail_has_no_notice() -> None:
    world = World()
    ref = world.judge(OUTSIDE)
    world.work()
    assert not write_notice(world.app, own_ref(ref, "hold-notice-0"), entry(world))


def test_the_queue_item_of_a_hold_writes_its_notice() -> None:
    world = World()
    world.judge(OUTSIDE)
    body = world.queue.take("notify")
    assert body is not None
    notify_item(world.app, body)
    assert len(world.spool.outgoing) == 1


# Whoever is concerned learns of it, and by the channels of their choice


def recipients(world: World) -> list[str]:
    """To whom Matta's own mail went, in order."""
    return [one.recipients[0] for one in world.next_hop.transactions if one.reverse_path == ""]


@pytest.mark.parametrize(
    ("shared", "away", "removed", "proxies", "told"),
    [
        (False, False, False, (), [SENDER]),
        (False, False, False, (SABURO,), [SENDER]),
        (False, True, False, (SABURO, SHIRO), [SENDER, SABURO, SHIRO]),
        (False, True, False, (), [SENDER]),
        (True, False, False, (SABURO, SHIRO), [SABURO, SHIRO]),
        (True, False, False, (), [SENDER]),
        (False, False, True, (SABURO,), ["postmaster@aozora.example"]),
        (True, True, True, (SABURO,), ["postmaster@aozora.example"]),
    ],
    ids=["present", "has-a-proxy", "away", "away-alone", "shared", "shared-alone", "removed", "removed-shared"],
)
def test_those_whose_business_it_is_are_told(
    shared: bool, away: bool, removed: bool, proxies: tuple[str, ...], told: list[str]
) -> None:
    world = World()
    world.directory.save("demo", [Person(SENDER, kind=PersonKind.SHARED if shared else PersonKind.USER)])
    name_proxies(world, SENDER, *proxies, away=away)
    if removed:
        world.directory.remove("demo", [SENDER])
    world.judge(OUTSIDE)
    world.work()
    assert recipients(world) == told
    for letter, person in zip(letters(world), told, strict=True):
        claims = read_link(token_in(world, letter), world.app.secrets.signing_keys("link"), world.clock.now())
        assert claims.person == person
        assert visit_hold(world.app, Visit(token_in(world, letter))).answer is Answer.SHOWN


def test_a_proxy_is_told_for_whom_in_a_language_of_their_own() -> None:
    world = World()
    world.directory.save(
        "demo", [Person(SENDER, kind=PersonKind.SHARED), Person(SABURO, language="en"), Person(SHIRO, language="ja")]
    )
    name_proxies(world, SENDER, SABURO, SHIRO)
    world.judge(OUTSIDE)
    world.work()
    english, japanese = letters(world)
    assert english["Subject"] == "[Matta] On hold: Estimate"
    assert f"You are told because you are a proxy of {SENDER}." in text_of(english)
    assert f"{SENDER} の代理人として" in text_of(japanese)
    html = english.get_body(("html",))
    assert html is not None
    assert f"you are a proxy of {SENDER}" in html.get_content()


def test_who_is_told_for_themselves_reads_nothing_of_proxies() -> None:
    world = World()
    world.judge(OUTSIDE)
    world.work()
    [letter] = letters(world)
    assert "代理人" not in letter.as_string() + text_of(letter)


def test_a_hold_is_shown_on_a_card_and_in_a_short_text_and_in_a_mail() -> None:
    world = World(teams_settings("teams-card", "teams-text", "mail"))
    put_in_teams(world, SENDER)
    world.judge(OUTSIDE)
    world.work()
    card, text = chat(world)
    assert verbs(card) == {"hold.release.ask", "hold.discard.ask"}
    assert "Estimate" in card.summary
    assert json.loads(card.card)["refresh"]["userIds"] == ["29:id-hanako"]
    assert "Estimate" in text.text
    for link in (_link_of(card.card.decode(), world), _link_of(text.text, world)):
        assert visit_hold(world.app, Visit(link)).answer is Answer.SHOWN
    assert len(letters(world)) == 1


def _link_of(text: str, world: World) -> str:
    found = re.search(rf"{re.escape(world.app.process.public_url)}/h/([\w.-]+)", text)
    assert found is not None
    return found.group(1)


def test_a_proxys_card_and_text_say_for_whom() -> None:
    world = World(teams_settings("teams-card", "teams-text"))
    put_in_teams(world, SENDER, kind=PersonKind.SHARED)
    put_in_teams(world, SABURO)
    name_proxies(world, SENDER, SABURO)
    world.judge(OUTSIDE)
    world.work()
    card, text = chat(world, SABURO)
    assert f"{SENDER} の代理人として" in card.card.decode()
    assert "の代理人として" in text.text
    assert chat(world) == ()


def test_a_tenants_own_words_stand_on_card_text_and_mail() -> None:
    words = NoticeText(
        notice="hold-first", language="ja", subject="確認: {{ subject }}", text="{{ end }}\n社内規程第7条"
    )
    world = World(teams_settings("teams-card", "teams-text", "mail", texts=(words,)))
    put_in_teams(world, SENDER)
    world.judge(OUTSIDE)
    world.work()
    [letter] = letters(world)
    assert letter["Subject"] == "確認: Estimate"
    card, text = chat(world)
    for shown in (text_of(letter), card.card.decode(), text.text):
        assert "社内規程第7条" in shown


def test_a_hold_is_told_by_mail_while_teams_is_away_and_stands() -> None:
    world = World(teams_settings("teams-card", fall_back_after=3))
    put_in_teams(world, SENDER)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"), times=99)
    ref = world.judge(OUTSIDE)
    world.pass_time(lambda: letters(world) != [], limit=30)
    assert world.record(ref).state is State.HELD
    assert world.clock.now() - NOW < timedelta(minutes=3)
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()
    assert len(letters(world)) == 1


def test_nothing_is_told_twice_and_nothing_late_when_teams_comes_back_after_a_day() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20, reminder_hours=48))
    put_in_teams(world, SENDER)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"), times=1000)
    world.judge(OUTSIDE)
    for _ in range(24 * 12):
        world.work()
        world.clock.advance(minutes=5)
        run_due(world.app)
    assert chat(world) == ()
    world.teams.trouble.clear()
    for _ in range(7 * 12):
        world.work()
        world.clock.advance(minutes=5)
        run_due(world.app)
    assert len(chat(world)) == 1
    assert letters(world) == []


def test_a_tenant_that_is_throttled_is_not_hammered() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20))
    put_in_teams(world, SENDER)
    asked: list[datetime] = []
    post = world.teams.post_card

    def throttled(*values: object) -> str:
        asked.append(world.clock.now())
        if len(asked) <= 5:
            raise TeamsUnavailable("429", 60.0)
        return post(*values)  # type: ignore[arg-type]

    world.teams.post_card = throttled  # type: ignore[method-assign,assignment]
    for _ in range(50):
        world.judge(OUTSIDE)
    world.pass_time(lambda: len(chat(world)) == 50, limit=2000)
    refused = asked[:6]
    assert all(later - earlier >= timedelta(seconds=60) for earlier, later in itertools.pairwise(refused))
    assert len(asked) == 55
    assert letters(world) == []


def test_settings_that_change_between_two_runs_count_from_then_on() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20))
    put_in_teams(world, SENDER)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"))
    ref = world.judge(OUTSIDE)
    world.work()
    world.settings_store.save(teams_settings("mail"))
    world.pass_time(lambda: letters(world) != [], limit=30)
    assert chat(world) == ()
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()


def test_a_mail_that_an_older_version_submitted_is_not_sent_again() -> None:
    world = World()
    world.directory.save("demo", [Person(SENDER)])
    name_proxies(world, SENDER, SABURO, away=True)
    ref = world.judge(OUTSIDE)
    envelope = Envelope("", (SENDER,))
    submit_own_mail(world.app, ref, "hold-notice-0", envelope, b"Auto-Submitted: auto-generated\r\n\r\nold\r\n")
    world.work()
    assert recipients(world) == [SENDER, SABURO]
