"""Who is told of a request for approval and of its end: the right people, in their language, once."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage

import pytest

from shared.core.hold.record import EventCode, OutboxEntry, OutboxKind, State
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.core.policy.actions import Approval
from shared.core.policy.tenant_settings import HoldNotices, NoticeText
from shared.errors import StorageUnavailable
from shared.usecases.answer_approval import answer_approval
from shared.usecases.run_due import run_due
from shared.usecases.withdraw_request import withdraw_request
from shared.usecases.write_answer_notice import write_answer_notice
from shared.usecases.write_approval_notice import write_approval_notice
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.approvals import (
    ADMIN,
    ALIAS,
    AUDIT,
    BOSS,
    CHIEF,
    DEPUTY,
    LEGAL,
    SHARED,
    approval,
    approval_world,
    by,
    name_proxy,
    release,
    requested,
)
from tests.support.records import NOW


def mails(world: World, since: int = 0) -> list[tuple[str, EmailMessage]]:
    """Everything that Matta wrote about approvals, with to whom."""
    found = []
    for sent in world.next_hop.transactions[since:]:
        message = email.message_from_bytes(sent.data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        if "approval-notice" in str(message["Message-ID"]) or "answer-notice" in str(message["Message-ID"]):
            found.append((sent.recipients[0], message))
    return found


def told(world: World, since: int = 0) -> list[str]:
    return sorted(person for person, _ in mails(world, since))


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def pass_hours(world: World, hours: float) -> int:
    """Let time pass with a tick every ten minutes; the number of mails before."""
    before = len(world.next_hop.transactions)
    for _ in range(int(hours * 6)):
        world.clock.advance(seconds=600)
        run_due(world.app)
        world.work()
    return before


def test_approver_gets_the_request_in_their_language_with_a_link_of_their_own() -> None:
    world = approval_world(Approval(), approval(LEGAL))
    requested(world, comment="Please, <b>today</b>")
    found = dict(mails(world))
    assert set(found) == {BOSS, LEGAL}
    english, japanese = found[BOSS], found[LEGAL]
    assert english["Subject"] == "[Matta] Please approve: Estimate"
    assert japanese["Subject"] == "[待った] 承認のお願い: Estimate"
    assert english["Content-Language"] == "en"
    assert "Please, <b>today</b>" in body(english)
    html = english.get_body(("html",))
    assert html is not None
    assert "Please, &lt;b&gt;today&lt;/b&gt;" in html.get_content()
    links = {line for message in (english, japanese) for line in body(message).split() if "/a/" in line}
    assert len(links) == 2
    assert all(link.startswith("https://matta.example/a/") for link in links)


@pytest.mark.parametrize(
    ("proxies", "away", "seat", "expected"),
    [
        pytest.param((DEPUTY,), False, LEGAL, [LEGAL], id="present: the approver alone"),
        pytest.param((DEPUTY,), True, LEGAL, [DEPUTY, LEGAL], id="away: proxies too"),
        pytest.param((SENDER, ALIAS), True, LEGAL, [LEGAL], id="away: the sender is no proxy here"),
        pytest.param((DEPUTY, BOSS), False, SHARED, [BOSS, DEPUTY], id="shared mailbox: its proxies"),
        pytest.param((), False, SHARED, [ADMIN], id="shared mailbox without proxies: administrator"),
        pytest.param((SENDER,), False, SHARED, [ADMIN], id="shared mailbox of the sender: administrator"),
    ],
)
def test_those_who_can_answer_are_asked(proxies: tuple[str, ...], away: bool, seat: str, expected: list[str]) -> None:
    world = approval_world(approval(seat))
    absences = (Absence(NOW - timedelta(days=1), NOW + timedelta(days=9)),) if away else ()
    world.delegations.save("demo", Delegation(seat, tuple(map(Proxy, proxies)), absences))
    requested(world)
    assert told(world) == expected
    for person, message in mails(world):
        as_proxy = person not in (seat, ADMIN)
        assert (f"{seat} の代理人" in body(message) or f"proxy of {seat}" in body(message)) == as_proxy


def test_second_run_tells_nobody_twice_and_a_lost_run_is_made_up_for() -> None:
    world = approval_world(approval(LEGAL, AUDIT))
    ref = requested(world)
    assert told(world) == [AUDIT, LEGAL]
    number = next(e.number for e in world.messages.events(ref) if e.code is EventCode.APPROVAL_REQUESTED)
    entry = OutboxEntry(OutboxKind.APPROVAL_NOTICE, number, NOW)
    assert not write_approval_notice(world.app, ref, entry)
    world.work()
    assert told(world) == [AUDIT, LEGAL]


def test_storage_that_is_down_leaves_the_request_owed() -> None:
    world = approval_world(Approval())
    ref = world.judge(OUTSIDE)
    world.work()
    release(world, ref)
    world.messages.trouble.before("events", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        world.work()
    assert told(world) == []
    pass_hours(world, 1)
    assert told(world) == [BOSS]


def test_reminders_go_to_those_who_have_not_answered_and_stop_with_the_answer() -> None:
    world = approval_world(approval(LEGAL, AUDIT, quorum="all", reminder_hours=1.0, reminders=2))
    ref = requested(world)
    answer_approval(world.app, ref, by(LEGAL), True)
    world.work()
    since = pass_hours(world, 1.2)
    assert told(world, since) == [AUDIT]
    assert mails(world, since)[0][1]["Subject"] == "[待った] 承認のお願い（再通知1回目）: Estimate"
    assert mails(world, since)[0][1]["In-Reply-To"]
    answer_approval(world.app, ref, by(AUDIT), True)
    since = pass_hours(world, 5)
    assert told(world, since) == [SENDER]
    assert world.record(ref).state is State.DELIVERED


def test_escalation_asks_the_next_and_the_end_tells_the_sender() -> None:
    world = approval_world(Approval(reminder_hours=1.0, reminders=1, escalate_to_manager=True, at_end="discard"))
    ref = requested(world)
    seen: list[tuple[str, str]] = []
    since = pass_hours(world, 6)
    for person, message in mails(world, since):
        seen.append((person, str(message["Subject"])))
    assert seen == [
        (BOSS, "[Matta] Please approve (reminder 1): Estimate"),
        (CHIEF, "[待った] 承認のお願い（未回答のため）: Estimate"),
        (BOSS, "[Matta] Please approve (reminder 1): Estimate"),
        (CHIEF, "[待った] 承認のお願い（再通知1回目）: Estimate"),
        (SENDER, "[待った] 回答がないため破棄: Estimate"),
    ]
    assert world.record(ref).state is State.EXPIRED
    assert pass_hours(world, 24) == len(world.next_hop.transactions)


@pytest.mark.parametrize(
    ("allow", "subject"),
    [
        pytest.param(True, "[待った] 承認されました: Estimate", id="approved"),
        pytest.param(False, "[待った] 否認されました: Estimate", id="denied"),
    ],
)
def test_sender_learns_the_answer_with_its_comment_once(allow: bool, subject: str) -> None:
    world = approval_world(Approval())
    ref = requested(world)
    since = len(world.next_hop.transactions)
    answer_approval(world.app, ref, by(BOSS), allow, "because")
    world.work()
    ((person, message),) = mails(world, since)
    assert (person, message["Subject"]) == (SENDER, subject)
    assert "because" in body(message)
    assert BOSS in body(message)
    assert "https://matta.example/h/" in body(message)
    entry = OutboxEntry(OutboxKind.ANSWER_NOTICE, world.record(ref).event_count - (2 if allow else 1), NOW)
    write_answer_notice(world.app, ref, entry)
    world.work()
    assert len(mails(world, since)) == 1


@pytest.mark.parametrize(
    ("at_end", "state", "subject"),
    [
        pytest.param("leave", State.AWAITING_APPROVAL, "[待った] 承認者から回答がありません: Estimate", id="leave"),
        pytest.param("release", State.DELIVERED, "[待った] 回答がないため配送: Estimate", id="release"),
        pytest.param("discard", State.EXPIRED, "[待った] 回答がないため破棄: Estimate", id="discard"),
    ],
)
def test_sender_learns_that_nobody_answered(at_end: str, state: State, subject: str) -> None:
    world = approval_world(Approval(reminder_hours=1.0, reminders=0, at_end=at_end))  # type: ignore[arg-type]
    ref = requested(world)
    since = pass_hours(world, 3)
    assert [(person, message["Subject"]) for person, message in mails(world, since)] == [(SENDER, subject)]
    assert world.record(ref).state is state


def test_proxy_who_released_learns_the_answer_too() -> None:
    world = approval_world(approval(LEGAL))
    name_proxy(world, SENDER, DEPUTY)
    ref = requested(world, by=DEPUTY)
    since = len(world.next_hop.transactions)
    answer_approval(world.app, ref, by(LEGAL), True)
    world.work()
    assert told(world, since) == [DEPUTY, SENDER]


def test_administrator_is_told_why_they_are_asked() -> None:
    world = approval_world(approval(SENDER))
    requested(world)
    ((person, message),) = mails(world)
    assert person == ADMIN
    assert "管理者として" in body(message)


@pytest.mark.parametrize(
    ("removed", "proxy", "expected"),
    [
        pytest.param([LEGAL, AUDIT], "", [ADMIN], id="all seats were removed"),
        pytest.param([LEGAL], "", [AUDIT], id="one is left"),
        pytest.param([LEGAL, AUDIT, ADMIN], "", [], id="the administrator, too"),
        pytest.param([LEGAL, AUDIT], DEPUTY, [ADMIN], id="a proxy of who was removed is nobody's"),
    ],
)
def test_where_nobody_can_answer_any_more_the_administrator_is_asked(
    removed: list[str], proxy: str, expected: list[str]
) -> None:
    world = approval_world(approval(LEGAL, AUDIT, quorum="all", reminder_hours=1.0, reminders=1))
    if proxy:
        name_proxy(world, LEGAL, proxy)
    ref = requested(world)
    world.directory.remove("demo", removed)
    since = pass_hours(world, 1.2)
    assert told(world, since) == expected
    if expected == [ADMIN]:
        assert "管理者として" in body(mails(world, since)[0][1])
        answer_approval(world.app, ref, by(ADMIN), True)
        world.work()
        assert world.record(ref).state is State.DELIVERED


def test_administrator_who_sent_the_message_does_not_stand_in_for_its_approvers() -> None:
    world = approval_world(approval(LEGAL, reminder_hours=1.0, reminders=1))
    ref = requested(world, sender=ADMIN)
    world.directory.remove("demo", [LEGAL])
    assert told(world, pass_hours(world, 1.2)) == []
    assert [step.seats for step in world.record(ref).approval.steps] == [(LEGAL,)]  # type: ignore[union-attr]


def test_mailbox_whose_last_proxy_goes_is_answered_for_by_the_administrator_before_it_is_left() -> None:
    world = approval_world(approval(SHARED, reminder_hours=1.0, reminders=0))
    name_proxy(world, SHARED, DEPUTY)
    ref = requested(world)
    name_proxy(world, SHARED)
    since = pass_hours(world, 1.2)
    assert told(world, since) == [ADMIN]
    since = pass_hours(world, 1.2)
    assert [event.code for event in world.messages.events(ref)][-2:] == [EventCode.ESCALATED, EventCode.LEFT]
    assert told(world, since) == [SENDER]


def test_request_that_ended_asks_nobody_any_more() -> None:
    world = approval_world(approval(LEGAL, AUDIT))
    ref = world.judge(OUTSIDE)
    world.work()
    release(world, ref)
    withdraw_request(world.app, ref, by(SENDER))
    world.work()
    assert told(world) == []


def test_words_of_the_tenant_stand_in_place_of_ours() -> None:
    texts = (
        NoticeText(
            notice="approval-request",
            language="ja",
            subject="決裁: {{ subject }}",
            text="{{ requester }}: {{ comment }}",
        ),
        NoticeText(notice="approval-denied", language="ja", text="{{ approver }}: {{ comment }}"),
    )
    world = approval_world(approval(LEGAL), notices=HoldNotices(administrator_address=ADMIN, texts=texts))
    ref = requested(world, comment="急ぎ")
    ((_, message),) = mails(world)
    assert message["Subject"] == "決裁: Estimate"
    assert f"{SENDER}: 急ぎ" in body(message)
    since = len(world.next_hop.transactions)
    answer_approval(world.app, ref, by(LEGAL), False, "不可")
    world.work()
    ((_, message),) = mails(world, since)
    assert f"{LEGAL}: 不可" in body(message)


def test_message_that_there_is_not_tells_nobody() -> None:
    world = approval_world()
    ref = MessageRef("demo", world.judge(OUTSIDE).queue_id)
    for write in (write_approval_notice, write_answer_notice):
        assert not write(world.app, ref, OutboxEntry(OutboxKind.APPROVAL_NOTICE, 0, NOW))
