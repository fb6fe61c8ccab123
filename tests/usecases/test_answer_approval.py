"""Answers to a request for approval: who may give them, once each, with one end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.actor import Channel, Role
from shared.core.hold.record import EventCode, MessageRecord, State
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.core.people.person import Person
from shared.core.policy.actions import Approval
from shared.errors import Conflict, NotFound
from shared.ports_people import AuditCode
from shared.usecases.answer_approval import TRIES, AlreadyAnswered, Answered, answer_approval
from shared.usecases.approval_seats import NobodyToApprove
from shared.usecases.decide_hold import HoldWish, NotEntitled, Verb, decide_hold
from shared.usecases.withdraw_request import withdraw_request
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
from tests.support.threads import at_once


def answered(world: World, ref: MessageRef, person: str, allow: bool = True, comment: str = "") -> MessageRecord:
    done = answer_approval(world.app, ref, by(person), allow, comment)
    assert isinstance(done, Answered), done
    return done.record


def refused(world: World, ref: MessageRef, person: str) -> bool:
    """Whether ``person`` has no say, which the audit log then tells."""
    before = world.record(ref)
    with pytest.raises(NotEntitled):
        answer_approval(world.app, ref, by(person), True)
    assert world.record(ref) == before
    last = world.audit.about(ref)[-1]
    return (last.code, last.actor.name, last.actor.role) == (AuditCode.REFUSED, person, Role.STRANGER)


def test_released_message_waits_for_its_approver_and_then_goes_out() -> None:
    world = approval_world(Approval())
    ref = requested(world, OUTSIDE)
    assert world.record(ref).state is State.AWAITING_APPROVAL
    assert not any(OUTSIDE in sent.recipients for sent in world.next_hop.transactions)
    record = answered(world, ref, BOSS, comment="OK")
    assert record.state is State.DELIVERING
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert sum(OUTSIDE in sent.recipients for sent in world.next_hop.transactions) == 1


def test_denied_message_reaches_nobody() -> None:
    world = approval_world(Approval())
    ref = requested(world, OUTSIDE)
    record = answered(world, ref, BOSS, allow=False, comment=" \u202eno\r\nway \n")
    world.work()
    assert world.record(ref).state is State.DENIED
    assert not any(OUTSIDE in sent.recipients for sent in world.next_hop.transactions)
    assert record.approval is not None
    vote = record.approval.steps[0].votes[0]
    assert (vote.comment, vote.actor.channel, vote.actor.peer) == ("no\nway", Channel.LINK, "192.0.2.7")


def test_comment_is_bounded() -> None:
    world = approval_world(Approval())
    record = answered(world, requested(world), BOSS, comment="あ" * 3000)
    assert record.approval is not None
    assert len(record.approval.steps[0].votes[0].comment) == 2000


def test_second_answer_changes_nothing_and_tells_how_it_stands() -> None:
    world = approval_world(Approval())
    ref = requested(world)
    after = answered(world, ref, BOSS)
    again = answer_approval(world.app, ref, by(BOSS, Channel.TEAMS), False)
    assert again == AlreadyAnswered(after)
    assert world.record(ref) == after


def test_lost_answer_of_storage_does_not_make_two_votes() -> None:
    world = approval_world(approval(LEGAL, AUDIT, quorum="all"))
    ref = requested(world)
    world.messages.trouble.after("commit", Conflict("written, and the answer was lost"))
    assert isinstance(answer_approval(world.app, ref, by(LEGAL), True), AlreadyAnswered)
    approval_ = world.record(ref).approval
    assert approval_ is not None
    assert [vote.seat for vote in approval_.steps[0].votes] == [LEGAL]


def test_lost_races_are_run_again_and_not_for_ever() -> None:
    world = approval_world(Approval())
    ref = requested(world)
    world.messages.trouble.before("commit", Conflict("somebody was faster"), times=TRIES)
    with pytest.raises(Conflict):
        answer_approval(world.app, ref, by(BOSS), True)
    world.messages.trouble.before("commit", Conflict("somebody was faster"), times=TRIES - 1)
    assert answered(world, ref, BOSS).state is State.DELIVERING


@pytest.mark.parametrize(
    ("person", "quorum"),
    [
        pytest.param(OUTSIDE, "first", id="a recipient"),
        pytest.param("nobody@aozora.example", "first", id="a colleague"),
        pytest.param(SENDER, "first", id="the sender"),
        pytest.param(ALIAS, "first", id="the sender by another address"),
        pytest.param("", "first", id="nobody"),
        pytest.param(CHIEF, "first", id="the approver's manager"),
        pytest.param(ADMIN, "all", id="the administrator"),
    ],
)
def test_others_have_no_say(person: str, quorum: str) -> None:
    world = approval_world(approval(LEGAL, AUDIT, quorum=quorum))
    assert refused(world, requested(world), person)


def test_message_without_a_request_is_not_answered() -> None:
    world = approval_world(Approval())
    ref = world.judge(OUTSIDE)
    with pytest.raises(NotFound):
        answer_approval(world.app, ref, by(BOSS), True)
    with pytest.raises(NotFound):
        answer_approval(world.app, MessageRef("demo", ref.queue_id[::-1].replace("y", "0")), by(BOSS), True)


# Proxies


def test_proxy_of_an_approver_answers_and_both_are_recorded() -> None:
    world = approval_world(approval(LEGAL))
    ref = requested(world)
    name_proxy(world, LEGAL, DEPUTY)
    record = answered(world, ref, DEPUTY)
    assert record.state is State.DELIVERING
    event = world.messages.events(ref)[-1]
    assert (event.code, event.actor.name, event.actor.on_behalf_of, event.actor.role) == (
        EventCode.APPROVED,
        DEPUTY,
        LEGAL,
        Role.APPROVER,
    )


@pytest.mark.parametrize(
    "proxy", [pytest.param(SENDER, id="the sender"), pytest.param(ALIAS, id="the sender by another address")]
)
def test_sender_who_is_a_proxy_of_the_approver_cannot_approve(proxy: str) -> None:
    world = approval_world(approval(LEGAL))
    name_proxy(world, LEGAL, proxy)
    assert refused(world, requested(world), proxy)


def test_proxy_who_released_cannot_approve_for_anybody() -> None:
    world = approval_world(approval(LEGAL, AUDIT))
    name_proxy(world, SHARED, DEPUTY, BOSS)
    name_proxy(world, LEGAL, DEPUTY, BOSS)
    ref = requested(world, sender=SHARED, by=DEPUTY)
    assert refused(world, ref, DEPUTY)
    assert answered(world, ref, BOSS).state is State.DELIVERING


def test_approver_who_released_as_proxy_is_not_asked() -> None:
    world = approval_world(approval(LEGAL, AUDIT))
    name_proxy(world, SHARED, LEGAL)
    ref = requested(world, sender=SHARED, by=LEGAL)
    assert refused(world, ref, LEGAL)
    assert answered(world, ref, AUDIT).state is State.DELIVERING


def test_proxy_has_a_say_only_in_their_time_and_until_taken_away() -> None:
    world = approval_world(approval(LEGAL))
    ref = requested(world)
    name_proxy(world, LEGAL, DEPUTY, since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=2))
    assert refused(world, ref, DEPUTY)
    world.clock.advance(seconds=3600)
    name_proxy(world, LEGAL)
    assert refused(world, ref, DEPUTY)
    name_proxy(world, LEGAL, DEPUTY, until=NOW + timedelta(hours=2))
    world.clock.advance(seconds=3600)
    assert refused(world, ref, DEPUTY)
    name_proxy(world, LEGAL, DEPUTY, until=NOW + timedelta(hours=3))
    assert answered(world, ref, DEPUTY).state is State.DELIVERING


def test_one_person_counts_once_in_a_quorum_whomever_they_act_for() -> None:
    world = approval_world(approval(LEGAL, AUDIT, quorum="all"))
    world.directory.save("demo", [Person("l2@aozora.example", id="id-legal")])
    name_proxy(world, AUDIT, LEGAL, "l2@aozora.example")
    ref = requested(world)
    assert answered(world, ref, LEGAL).state is State.AWAITING_APPROVAL
    for address in (LEGAL, "l2@aozora.example"):
        assert isinstance(answer_approval(world.app, ref, by(address), True), AlreadyAnswered)
    assert answered(world, ref, AUDIT).state is State.DELIVERING


def test_proxy_of_two_approvers_in_two_policies_answers_for_each() -> None:
    world = approval_world(approval(LEGAL), approval(AUDIT))
    for principal in (LEGAL, AUDIT):
        name_proxy(world, principal, DEPUTY)
    ref = requested(world)
    assert answered(world, ref, DEPUTY).state is State.AWAITING_APPROVAL
    assert answered(world, ref, DEPUTY).state is State.DELIVERING


def test_approver_by_another_address_of_theirs_has_their_seat() -> None:
    world = approval_world(approval(LEGAL))
    world.directory.save("demo", [Person("l2@aozora.example", id="id-legal")])
    record = answered(world, requested(world), "l2@aozora.example")
    assert record.approval is not None
    assert record.approval.steps[0].votes[0].seat == LEGAL


def test_link_to_a_shared_mailbox_is_nobodys_since_the_sender_may_read_it() -> None:
    world = approval_world(approval(SHARED))
    name_proxy(world, SHARED, DEPUTY)
    ref = requested(world)
    assert refused(world, ref, SHARED)
    assert answered(world, ref, DEPUTY).state is State.DELIVERING


# Removed people


def test_removed_approver_has_no_say_and_their_proxy_neither() -> None:
    world = approval_world(approval(LEGAL, AUDIT))
    name_proxy(world, LEGAL, DEPUTY)
    ref = requested(world)
    world.directory.remove("demo", [LEGAL])
    assert refused(world, ref, LEGAL)
    assert refused(world, ref, DEPUTY)
    assert answered(world, ref, AUDIT).state is State.DELIVERING


def test_removed_proxy_has_no_say() -> None:
    world = approval_world(approval(LEGAL))
    name_proxy(world, LEGAL, DEPUTY)
    ref = requested(world)
    world.directory.remove("demo", [DEPUTY])
    assert refused(world, ref, DEPUTY)


# At the same second


def test_of_many_answers_at_once_each_seat_counts_once_and_one_end_is_reached() -> None:
    for round_ in range(20):
        world = approval_world(approval(LEGAL, AUDIT, BOSS, quorum="count", needed=2))
        ref = requested(world)
        people = (LEGAL, AUDIT, BOSS) * 3

        def vote(
            number: int,
            world: World = world,
            ref: MessageRef = ref,
            people: tuple[str, ...] = people,
            shift: int = round_,
        ) -> object:
            return answer_approval(world.app, ref, by(people[number]), (number + shift) % 2 == 0, str(number))

        outcomes = at_once(len(people), vote)
        assert all(isinstance(outcome, Answered | AlreadyAnswered) for outcome in outcomes), outcomes
        record = world.record(ref)
        assert record.approval is not None
        votes = record.approval.steps[0].votes
        assert sum(isinstance(outcome, Answered) for outcome in outcomes) == len(votes) <= 3
        assert len({vote.seat for vote in votes}) == len(votes)
        events = [event.code for event in world.messages.events(ref)]
        assert events.count(EventCode.APPROVED) + events.count(EventCode.DENIED) == (
            record.state is not State.AWAITING_APPROVAL
        )
        world.work()
        assert sum(OUTSIDE in sent.recipients for sent in world.next_hop.transactions) == (
            sum(vote.allow for vote in votes) >= 2
        )


def test_approval_and_withdrawal_at_once_have_one_outcome() -> None:
    for _ in range(20):
        world = approval_world(Approval())
        ref = requested(world)

        def act(number: int, world: World = world, ref: MessageRef = ref) -> object:
            if number % 2:
                return withdraw_request(world.app, ref, by(SENDER))
            return answer_approval(world.app, ref, by(BOSS), True)

        at_once(6, act)
        world.work()
        sent = sum(OUTSIDE in one.recipients for one in world.next_hop.transactions)
        assert (world.record(ref).state, sent) in ((State.DELIVERED, 1), (State.DISCARDED, 0))


# The sender's side


def test_message_that_nobody_else_could_approve_stays_held() -> None:
    world = approval_world(approval(SENDER))
    world.directory.remove("demo", [ADMIN])
    ref = world.judge(OUTSIDE)
    with pytest.raises(NobodyToApprove) as caught:
        decide_hold(world.app, ref, by(SENDER), HoldWish(Verb.RELEASE, frozenset({1, 2})))
    assert "Nobody but you" in caught.value.public
    assert world.record(ref).state is State.HELD


def test_request_is_taken_back_by_the_sender_or_a_proxy_and_nobody_else() -> None:
    world = approval_world(Approval())
    ref = requested(world)
    with pytest.raises(NotEntitled):
        withdraw_request(world.app, ref, by(BOSS))
    name_proxy(world, SENDER, DEPUTY)
    done = withdraw_request(world.app, ref, by(DEPUTY))
    assert done.record.state is State.DISCARDED
    assert world.messages.events(ref)[-1].actor.on_behalf_of == SENDER
    assert isinstance(answer_approval(world.app, ref, by(BOSS), True), AlreadyAnswered)
    assert withdraw_request(world.app, ref, by(SENDER)).record == done.record


def test_release_is_asked_for_once() -> None:
    world = approval_world(Approval())
    ref = requested(world)
    before = world.record(ref)
    done = decide_hold(world.app, ref, by(SENDER), HoldWish(Verb.RELEASE, frozenset({1, 2})))
    assert done.record == before  # type: ignore[union-attr]  # already acted
    assert world.record(ref) == before


def test_absence_takes_no_say_away() -> None:
    world = approval_world(approval(LEGAL))
    world.delegations.save(
        "demo", Delegation(LEGAL, (Proxy(DEPUTY),), (Absence(NOW - timedelta(days=1), NOW + timedelta(days=1)),))
    )
    ref = world.judge(OUTSIDE)
    release(world, ref)
    assert answered(world, ref, LEGAL).state is State.DELIVERING


def test_one_person_with_two_addresses_has_one_answer_in_a_step() -> None:
    """Their own seat by one address, a proxy by the other: in the step that asks for both, that is one person still."""
    other, second = "h.boss@aozora.example", "second@aozora.example"
    world = approval_world(approval(BOSS, second, quorum="all"), approval(second, LEGAL, quorum="all"))
    world.directory.save("demo", [Person(other, id="id-boss"), Person(second, id="id-second")])
    name_proxy(world, second, other)
    ref = requested(world)
    answered(world, ref, BOSS)
    record = answered(world, ref, other)
    assert record.approval is not None
    both, later = record.approval.steps
    assert [vote.actor.name for vote in both.votes] == [BOSS]
    assert [vote.actor.name for vote in later.votes] == [other]
    assert both.allowed is None
    answered(world, ref, second)
    assert answered(world, ref, LEGAL).state is State.DELIVERING


@pytest.mark.parametrize(("sender", "person"), [
    pytest.param("hanako+trip@aozora.example", SENDER, id="the sender without the tag"),
    pytest.param("hanako+trip@aozora.example", ALIAS, id="another address of theirs"),
    pytest.param(SENDER, "hanako+boss@aozora.example", id="the sender with a tag"),
    pytest.param('"hanako"@aozora.example', ALIAS, id="an alias of a sender in quotes"),
])  # fmt: skip
def test_a_tag_or_quotes_make_the_sender_no_other_person(sender: str, person: str) -> None:
    world = approval_world(approval(person, LEGAL))
    ref = requested(world, sender=sender)
    approval_of = world.record(ref).approval
    assert approval_of is not None
    assert approval_of.steps[0].seats == (LEGAL,)
    assert refused(world, ref, person)
    name_proxy(world, LEGAL, person)
    assert refused(world, ref, person)
