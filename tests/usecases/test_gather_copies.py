"""One message that Exchange splits by recipient: judged together, one hold, one notice, one decision (product.md M7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.record import EventCode, Fate, OutboxEntry, OutboxKind, State
from shared.core.lists.message_row import Shelf
from shared.core.notice.sheet import make_sheet
from shared.core.policy.actions import Approval, BossCopy, Zip
from shared.core.policy.delivery_settings import Gathering
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.reports.hour_count import was_held
from shared.errors import PermanentError, StorageUnavailable
from shared.ports_lists import Place
from shared.usecases.answer_approval import answer_approval
from shared.usecases.decide_hold import Acted, Asker, Verb
from shared.usecases.evaluate_message import evaluate_blob, evaluate_message
from shared.usecases.hold_form import boxes_of
from shared.usecases.records_of_copies import records_of_copies
from shared.usecases.run_due import run_due
from shared.usecases.sweep_spool import sweep_spool
from shared.usecases.view_password import open_password
from tests.support.app import INSIDE, World, make_settings
from tests.support.copies import A, B, C, arrive, arrive_split, copy_of, decide, delivered, settle, state_of
from tests.support.own_letters import letters, text_of

TWO_DOMAINS = RuleAssignment(id="two", rule="several-external-domains")
EXTERNAL = RuleAssignment(id="external", rule="recipient-external")


def world_with(*rules: RuleAssignment, **changes: object) -> World:
    return World(settings=make_settings(rules=rules, **changes))


def test_three_transactions_are_one_hold_with_one_notice_and_one_release_delivers_each_copy() -> None:
    world = world_with(TWO_DOMAINS)
    refs = arrive_split(world, A, B, C)
    settle(world)
    records = [world.record(ref) for ref in refs]
    assert [record.state for record in records] == [State.HELD] * 3
    (leader,) = [record for record in records if record.leader is None]
    assert len(letters(world)) == 1
    sheet = make_sheet(leader, frozenset({"aozora.example"}))
    assert sheet.counts.total == 3
    assert set(sheet.external_domains) == {"partner.example", "client.example", "supplier.example"}
    assert [copy.joined for copy in leader.copies] == [True, True]
    assert isinstance(decide(world, leader.ref), Acted)
    world.work()
    assert [state_of(world, ref) for ref in refs] == [State.DELIVERED] * 3
    assert delivered(world) == sorted([A, B, C])
    assert len(letters(world)) == 1
    done = world.record(leader.ref)
    shown = make_sheet(done, frozenset({"aozora.example"}), records_of_copies(world.app, done))
    fates = {one.address: one.fate for group in shown.groups for domain in group.domains for one in domain.people}
    assert fates == dict.fromkeys((A, B, C), Fate.SENT), "what became of all of them"


def test_lists_and_reports_show_one_hold_and_the_search_of_all_mail_every_copy() -> None:
    world = world_with(EXTERNAL)
    refs = arrive_split(world, A, B, C)
    settle(world)
    held = world.lists.page(Place("demo", Shelf.HELD, ""), "", 10)
    (row,) = held.rows
    assert row.recipients == 3
    day = world.lists.page(Place("demo", Shelf.DAY, "20261121"), "", 10).rows
    assert {one.ref for one in day} == set(refs)
    assert {one.leader for one in day} == {"", row.ref.queue_id}
    assert sum(was_held(one) for one in day) == 1


def test_a_copy_that_is_complete_is_judged_at_once_and_one_that_is_not_waits_for_its_window() -> None:
    world = world_with(TWO_DOMAINS)
    whole = arrive(world, copy_of(A, INSIDE), A)
    assert state_of(world, whole) is State.DELIVERING
    part = arrive(world, copy_of(A, B, subject="Another"), A)
    assert state_of(world, part) is None
    world.clock.advance(seconds=4.9)
    world.work()
    assert state_of(world, part) is None
    world.clock.advance(seconds=1.2)
    world.work()
    assert state_of(world, part) is State.DELIVERED, "nobody else came"


def test_the_last_copy_of_those_that_were_missing_is_judged_at_once_on_all_of_them() -> None:
    world = world_with(TWO_DOMAINS)
    first, second = arrive_split(world, A, B)
    assert state_of(world, first) is None
    assert state_of(world, second) is State.HELD
    settle(world)
    assert world.record(first).leader == second


def test_a_blind_copy_is_judged_with_the_copy_that_was_complete() -> None:
    world = world_with(TWO_DOMAINS, EXTERNAL)
    shown = arrive(world, copy_of(A), A)
    blind = arrive(world, copy_of(A), B)
    settle(world)
    assert world.record(blind).leader == shown
    sheet = make_sheet(world.record(shown), frozenset({"aozora.example"}))
    assert {numbered.reason.rule_id for numbered in sheet.reasons} == {"two", "external"}, (
        "what the second copy adds is shown with the first"
    )
    assert len(letters(world)) == 1


def test_a_message_that_waits_is_brought_back_by_the_schedule_where_its_queue_message_is_lost() -> None:
    world = world_with(TWO_DOMAINS)
    part = arrive(world, copy_of(A, B), A)
    world.queue.take("deliver")
    world.clock.advance(seconds=6)
    while world.queue.take("deliver") is not None:
        pass
    world.pass_time(lambda: state_of(world, part) is State.DELIVERED, limit=10)


def test_a_message_that_waits_is_found_by_the_sweeper_where_everything_else_is_lost() -> None:
    world = world_with(TWO_DOMAINS)
    part = arrive(world, copy_of(A, B), A)
    world.clock.advance(minutes=2)
    while world.queue.take("deliver") is not None:
        pass
    for entry in world.schedule.due(world.clock.now(), 100):
        world.schedule.done(entry)
    sweep_spool(world.app)
    world.work()
    assert state_of(world, part) is State.DELIVERED


def test_a_second_event_of_a_message_that_waits_does_not_prolong_its_wait() -> None:
    world = world_with(TWO_DOMAINS)
    part = arrive(world, copy_of(A, B), A)
    world.clock.advance(seconds=3)
    evaluate_blob(world.app, part.blob_name)
    world.clock.advance(seconds=3.1)
    world.work()
    assert state_of(world, part) is State.DELIVERED


def test_a_relay_whose_clock_is_ahead_delays_nothing_for_longer_than_a_window() -> None:
    world = world_with(TWO_DOMAINS)
    world.clock.advance(hours=1)
    part = world.receive(A, data=copy_of(A, B))
    world.clock.advance(hours=-1)
    evaluate_blob(world.app, part.blob_name)
    world.clock.advance(seconds=6.1)
    world.work()
    assert state_of(world, part) is State.DELIVERED


@pytest.mark.parametrize(
    ("gathering", "waits", "calls"),
    [
        pytest.param(Gathering(), True, 1, id="default"),
        pytest.param(Gathering(window_seconds=0), False, 1, id="no-window-still-together"),
        pytest.param(Gathering(window_seconds=0, late_minutes=0), False, 0, id="off"),
    ],
)
def test_the_settings_say_whether_copies_wait(gathering: Gathering, waits: bool, calls: int) -> None:
    world = world_with(TWO_DOMAINS, gathering=gathering)
    part = arrive(world, copy_of(A, B), A)
    assert (state_of(world, part) is None) is waits
    assert len(world.copies.calls) == calls


@pytest.mark.parametrize(
    ("data", "recipients", "reverse_path", "calls"),
    [
        pytest.param(copy_of(A), (A,), "hanako@aozora.example", ["meet"], id="ordinary-mail-one-call"),
        pytest.param(copy_of(A), (A,), "", [], id="null-sender-none"),
        pytest.param(copy_of(A).replace(b"Message-ID", b"X-Id"), (A,), "hanako@aozora.example", [], id="no-message-id"),
    ],
)
def test_what_a_passing_message_costs(
    data: bytes, recipients: tuple[str, ...], reverse_path: str, calls: list[str]
) -> None:
    world = world_with()
    ref = arrive(world, data, *recipients, reverse_path=reverse_path)
    world.work()
    assert state_of(world, ref) is State.DELIVERED
    assert world.copies.calls == calls


@pytest.mark.parametrize(
    ("other", "reverse_path"),
    [
        pytest.param(copy_of(A, B, body="Other words."), "hanako@aozora.example", id="other-body"),
        pytest.param(copy_of(A, B, subject="Other"), "hanako@aozora.example", id="other-subject"),
        pytest.param(copy_of(A, B), "jiro@aozora.example", id="other-sender"),
    ],
)
def test_a_message_that_only_bears_the_same_message_id_is_another_message(other: bytes, reverse_path: str) -> None:
    world = world_with(TWO_DOMAINS)
    first = arrive(world, copy_of(A, B), A)
    second = arrive(world, other, B, reverse_path=reverse_path)
    settle(world)
    assert [state_of(world, ref) for ref in (first, second)] == [State.DELIVERED] * 2


def test_another_tenants_copy_is_no_copy() -> None:
    world = world_with(TWO_DOMAINS)
    arrive(world, copy_of(A, B), A)
    (group,) = world.copies._seen
    assert group.tenant_id == "demo"
    from shared.core.gathering.copy_group import copy_group
    from shared.core.message.parse import parse

    tree = parse(copy_of(A, B))
    mine, theirs = (
        copy_group(tree, "<one@aozora.example>", "hanako@aozora.example", name) for name in ("demo", "other")
    )
    assert mine == group
    assert theirs is not None
    assert theirs.key != group.key


def test_a_discard_destroys_every_copy() -> None:
    world = world_with(EXTERNAL)
    refs = arrive_split(world, A, B)
    settle(world)
    decide(world, refs[0], Verb.DISCARD)
    world.work()
    assert [state_of(world, ref) for ref in refs] == [State.DISCARDED] * 2
    assert delivered(world) == []


def test_whoever_decides_a_following_copy_decides_the_message() -> None:
    world = world_with(EXTERNAL)
    refs = arrive_split(world, A, B)
    settle(world)
    (follower,) = [ref for ref in refs if world.record(ref).leader is not None]
    acted = decide(world, follower)
    assert isinstance(acted, Acted)
    assert acted.record.ref != follower
    world.work()
    assert [state_of(world, ref) for ref in refs] == [State.DELIVERED] * 2


def test_the_end_of_a_hold_ends_every_copy_with_one_reminder_each_time() -> None:
    notices = make_settings().notices
    world = world_with(EXTERNAL, notices=type(notices)(reminder_hours=1, reminders=1, at_end="discard"))
    refs = arrive_split(world, A, B)
    settle(world)
    world.pass_time(lambda: state_of(world, refs[0]) is State.EXPIRED, step=timedelta(minutes=10))
    world.work()
    assert [state_of(world, ref) for ref in refs] == [State.EXPIRED] * 2
    assert len(letters(world)) == 3, "the notice, the reminder, and the end"


@pytest.mark.parametrize(
    ("dropped", "gets"),
    [
        pytest.param((B,), [A, C], id="of-another-copy"),
        pytest.param((A, B), [C], id="all-of-two-copies"),
        pytest.param((A, C), [B], id="all-but-one"),
    ],
)
def test_a_partial_release_leaves_out_recipients_of_any_copy(dropped: tuple[str, ...], gets: list[str]) -> None:
    world = world_with(EXTERNAL)
    refs = arrive_split(world, A, B, C)
    settle(world)
    decide(world, refs[0], drop_recipients=dropped)
    world.work()
    assert delivered(world) == sorted(gets)
    assert not any(name.encode() in sent.data for name in dropped for sent in world.next_hop.transactions[1:])
    fates = {result.address: result.fate for ref in refs for result in world.record(ref).recipients}
    assert {address for address, fate in fates.items() if fate is Fate.DROPPED} == set(dropped)
    assert all(world.record(ref).state.is_final for ref in refs)


def test_the_boxes_of_a_page_keep_their_numbers_while_copies_join() -> None:
    world = world_with(EXTERNAL)
    near = ["a@partner.example", "b@partner.example", "c@partner.example"]
    first = arrive(world, copy_of(*near), near[0])
    settle(world)
    assert boxes_of(world.record(first)) == {}, "there is nobody to choose from"
    seen = []
    for address in near[1:]:
        arrive(world, copy_of(*near), address)
        settle(world)
        seen.append(boxes_of(world.record(first)))
    assert seen == [{near[0]: 0, near[1]: 1}, {near[0]: 0, near[1]: 1, near[2]: 2}]


def test_nobody_is_left_only_where_all_copies_lose_everybody() -> None:
    from shared.core.hold.partial_release import CannotDrop

    world = world_with(EXTERNAL)
    refs = arrive_split(world, A, B)
    settle(world)
    with pytest.raises(CannotDrop):
        decide(world, refs[0], drop_recipients=(A, B))


class TestLate:
    """Copies that come when the others were decided about."""

    def late(self, *rules: RuleAssignment, verb: Verb = Verb.RELEASE, minutes: float = 10, to: str = B) -> World:
        world = world_with(*rules)
        self.first = arrive(world, copy_of(A, to), A)
        settle(world)
        decide(world, self.first, verb)
        world.work()
        world.clock.advance(minutes=minutes)
        self.second = arrive(world, copy_of(A, to), to)
        settle(world)
        return world

    def test_takes_over_a_release_where_the_risk_is_the_same(self) -> None:
        world = self.late(EXTERNAL, to="second@partner.example")
        record = world.record(self.second)
        assert record.state is State.DELIVERED
        first = world.record(self.first).outcome
        assert record.outcome == first
        events = {event.code: event for event in world.messages.events(self.second)}
        assert dict(events[EventCode.RELEASED].args)["leader"] == self.first.queue_id
        assert len(letters(world)) == 1

    def test_takes_over_a_discard(self) -> None:
        world = self.late(EXTERNAL, verb=Verb.DISCARD, to="second@partner.example")
        assert state_of(world, self.second) is State.DISCARDED

    @pytest.mark.parametrize("verb", list(Verb))
    def test_is_a_hold_of_its_own_where_a_new_domain_comes(self, verb: Verb) -> None:
        world = self.late(EXTERNAL, verb=verb)
        record = world.record(self.second)
        assert record.state is State.HELD
        assert record.leader is None
        assert record.after == self.first
        first, second = letters(world)
        assert "別の送信分" in text_of(second)
        assert "別の送信分" not in text_of(first)

    def test_is_judged_anew_after_the_time_for_late_copies(self) -> None:
        world = self.late(EXTERNAL, minutes=61, to="second@partner.example")
        record = world.record(self.second)
        assert record.state is State.HELD
        assert record.after is None

    def test_is_held_where_its_sibling_had_passed_and_both_together_do_not(self) -> None:
        world = world_with(TWO_DOMAINS)
        first = arrive(world, copy_of(A), A)
        world.work()
        assert state_of(world, first) is State.DELIVERED
        second = arrive(world, copy_of(A), B)
        settle(world)
        record = world.record(second)
        assert record.state is State.HELD
        assert record.after == first
        assert record.copies == (), "who has the message is not part of what is asked"

    def test_a_third_copy_joins_the_hold_that_the_second_one_became(self) -> None:
        world = self.late(EXTERNAL)
        third = arrive(world, copy_of(A, B), "also@client.example")
        settle(world)
        assert world.record(third).leader == self.second
        assert len(letters(world)) == 2


class TestTrouble:
    """Workers that die, and storage that fails, at each step."""

    def test_a_leader_whose_worker_dies_after_the_claim_gets_its_state_and_its_follower_joins(self) -> None:
        world = world_with(EXTERNAL)
        first = world.receive(A, data=copy_of(A, B))
        second = world.receive(B, data=copy_of(A, B))
        world.messages.trouble.before("create", StorageUnavailable("down"))
        with pytest.raises(StorageUnavailable):
            evaluate_message(world.app, first)
        evaluate_message(world.app, second)
        world.work()
        assert world.record(second).leader == first
        assert letters(world) == []
        evaluate_message(world.app, first)
        world.work()
        (notice,) = letters(world)
        assert A in text_of(notice)
        assert B in text_of(notice)
        world.pass_time(lambda: world.record(first).copies[0].joined, limit=20)
        assert len(letters(world)) == 1

    def test_a_copy_whose_leader_never_comes_is_a_hold_of_its_own(self) -> None:
        world = world_with(EXTERNAL)
        first = world.receive(A, data=copy_of(A, B))
        second = world.receive(B, data=copy_of(A, B))
        world.messages.trouble.before("create", StorageUnavailable("down"))
        with pytest.raises(StorageUnavailable):
            evaluate_message(world.app, first)
        evaluate_message(world.app, second)
        world.spool.lose(first)
        world.pass_time(lambda: world.record(second).leader is None, limit=100)
        assert world.record(second).state is State.HELD
        world.work()
        assert len(letters(world)) == 1

    def test_a_copy_that_was_stored_and_not_joined_follows_what_was_decided_meanwhile(self) -> None:
        world = world_with(EXTERNAL)
        first, second = arrive(world, copy_of(A, "b@partner.example"), A), None
        settle(world)
        world.messages.trouble.before("commit", StorageUnavailable("down"), times=2)
        second = arrive(world, copy_of(A, "b@partner.example"), "b@partner.example")
        world.messages.trouble.clear()
        assert not any(copy.joined for copy in world.record(first).copies)
        decide(world, first)
        world.work()
        assert state_of(world, second) is State.HELD
        world.pass_time(lambda: state_of(world, second) is State.DELIVERED, limit=20)

    def test_a_copy_that_no_record_has_room_for_is_a_hold_of_its_own(self) -> None:
        world = world_with(EXTERNAL)
        first = arrive(world, copy_of(A, "b@partner.example"), A)
        settle(world)
        world.messages.trouble.before("commit", PermanentError("row a:state is too large for storage"))
        second = arrive(world, copy_of(A, "b@partner.example"), "b@partner.example")
        settle(world)
        assert world.record(second).state is State.HELD
        assert world.record(second).leader is None
        assert world.record(second).after == first
        assert len(letters(world)) == 2

    def test_a_decision_reaches_the_others_after_a_worker_died(self) -> None:
        world = world_with(EXTERNAL)
        refs = arrive_split(world, A, B)
        settle(world)
        (leader,) = [ref for ref in refs if world.record(ref).leader is None]
        decide(world, leader)
        while world.queue.take("notify") is not None:  # lost: the schedule brings it again
            pass
        world.pass_time(lambda: all(state_of(world, ref) is State.DELIVERED for ref in refs), limit=30)
        assert delivered(world) == sorted([A, B])

    def test_a_second_run_of_everything_changes_nothing(self) -> None:
        world = world_with(EXTERNAL)
        refs = arrive_split(world, A, B)
        settle(world)
        decide(world, refs[0])
        world.work()
        before = [world.messages.load(ref) for ref in refs]
        for ref in refs:
            evaluate_message(world.app, ref)
            world.queue.send(ref, OutboxEntry(OutboxKind.COPIES, 3, world.clock.now()))
            world.queue.send(ref, OutboxEntry(OutboxKind.GATHER, 0, world.clock.now()))
        world.work()
        run_due(world.app)
        world.work()
        assert [world.messages.load(ref) for ref in refs] == before
        assert delivered(world) == sorted([A, B])


class TestPolicies:
    """What policies change and add, where there are several copies."""

    def test_all_copies_have_one_password_and_each_recipient_is_told_it_once(self) -> None:
        world = world_with(EXTERNAL, policies=(Policy(id="zip", actions=(Zip(),)),))
        data = with_attachment(A, B)
        refs = [arrive(world, data, recipient) for recipient in (A, B)]
        settle(world)
        decide(world, refs[0])
        world.pass_time(lambda: password_notices(world) == sorted([A, B]), step=timedelta(minutes=1), limit=60)
        first, second = (
            open_password(world.app, record, record.passwords[0].variant) for record in map(world.record, refs)
        )
        assert first.password == second.password
        assert world.record(refs[0]).variants[0].blob != world.record(refs[1]).variants[0].blob

    def test_other_messages_have_other_passwords(self) -> None:
        world = world_with(policies=(Policy(id="zip", actions=(Zip(),)),))
        refs = [arrive(world, with_attachment(A, subject=subject), A) for subject in ("One", "Two")]
        world.work()
        found = {open_password(world.app, one, one.passwords[0].variant).password for one in map(world.record, refs)}
        assert len(found) == 2

    @pytest.mark.parametrize("rules", [(), (EXTERNAL,)], ids=["passing", "held"])
    def test_the_boss_gets_one_copy(self, rules: tuple[RuleAssignment, ...]) -> None:
        boss = "bucho@aozora.example"
        world = world_with(
            *rules, policies=(Policy(id="boss", actions=(BossCopy(who="addresses", addresses=(boss,)),)),)
        )
        refs = arrive_split(world, A, B, C)
        settle(world)
        if rules:
            decide(world, refs[0])
            world.work()
        assert delivered(world) == sorted([A, B, C, boss])
        assert all(world.record(ref).state is State.DELIVERED for ref in refs)

    def test_an_approval_is_asked_for_once_and_counts_for_every_copy(self) -> None:
        approver = "bucho@aozora.example"
        action = Approval(approvers="addresses", addresses=(approver,))
        world = world_with(policies=(Policy(id="ask", actions=(action,)),))
        refs = arrive_split(world, A, B)
        settle(world)
        decide(world, refs[0])
        world.work()
        (leader,) = [ref for ref in refs if world.record(ref).leader is None]
        assert {world.record(ref).state for ref in refs} == {State.AWAITING_APPROVAL, State.HELD}
        asker = Asker(approver, Channel.PORTAL)
        answer_approval(world.app, leader, asker, allow=True)
        world.work()
        assert [state_of(world, ref) for ref in refs] == [State.DELIVERED] * 2


def with_attachment(*named: str, subject: str = "Estimate") -> bytes:
    """A copy with a small file."""
    head, _, _ = copy_of(*named, subject=subject).partition(b"MIME-Version: 1.0\r\n")
    return head + (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello.\r\n--b\r\n"
        b"Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--b--\r\n"
    )


def password_notices(world: World) -> list[str]:
    """Who was told a password, once for each mail."""
    found = [sent for sent in world.next_hop.transactions if sent.recipients[0] in (A, B) and is_own(sent.data)]
    return sorted(recipient for sent in found for recipient in sent.recipients)


def is_own(data: bytes) -> bool:
    """Whether Matta wrote it."""
    return b"kind=own" in data
