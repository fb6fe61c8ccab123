"""Notices go out once, to the sender, only while they are true, with a link that opens the page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.link import read_link
from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.core.hold.state import hold_due
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Approval
from shared.core.policy.decision import Disposition
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import HoldNotices, NoticeChannel, Teams
from shared.errors import StorageUnavailable
from shared.ports import Person
from shared.usecases.act_on_hold import Acted, Verb, act_on_hold
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.link_dialogue import Visit
from shared.usecases.notify import notify_item
from shared.usecases.plans import hold_plan
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref, submit_own_mail
from shared.usecases.web_page import Answer
from shared.usecases.write_notice import write_notice
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.holds import link_to, make_change
from tests.support.own_letters import letters, recipients, text_of, token_in
from tests.support.teams_people import ENTRA, SABURO, chat, name_proxies, put_in_teams
from tests.support.threads import at_once


def entry(world: World, number: int = 0) -> OutboxEntry:
    return OutboxEntry(OutboxKind.HOLD_NOTICE, number, world.clock.now())


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


@pytest.mark.parametrize(
    ("channels", "told"),
    [
        pytest.param(("mail",), ["保留中", "期限により承認を依頼"], id="mail"),
        pytest.param(("teams-text",), [], id="short-text"),
    ],
)
def test_the_last_notice_tells_that_time_has_asked_for_approval(
    channels: tuple[NoticeChannel, ...], told: list[str]
) -> None:
    policy = Policy(id="p", actions=(Approval(approvers="addresses", addresses=(SABURO,)),))
    notices = HoldNotices(channels=channels, reminder_hours=4, reminders=0, at_end="release")
    world = World(make_settings(policies=(policy,), notices=notices, teams=Teams(entra_tenant=ENTRA)))
    put_in_teams(world, SENDER, SABURO)
    ref = world.judge(OUTSIDE)
    world.work()
    _let_pass(world, 4)
    world.work()
    assert world.record(ref).state is State.AWAITING_APPROVAL
    mine = [letter for letter in letters(world) if letter["To"] == SENDER]
    assert [str(letter["Subject"]) for letter in mine] == [f"[待った] {subject}: Estimate" for subject in told]
    if not told:
        assert "期限が来たため、承認を依頼しました: Estimate" in chat(world)[-1].text


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


def test_a_mail_that_an_older_version_submitted_is_not_sent_again() -> None:
    world = World()
    world.directory.save("demo", [Person(SENDER)])
    name_proxies(world, SENDER, SABURO, away=True)
    ref = world.judge(OUTSIDE)
    envelope = Envelope("", (SENDER,))
    submit_own_mail(world.app, ref, "hold-notice-0", envelope, b"Auto-Submitted: auto-generated\r\n\r\nold\r\n")
    world.work()
    assert recipients(world) == [SENDER, SABURO]
