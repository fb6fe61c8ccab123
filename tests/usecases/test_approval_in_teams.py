"""A request for approval in Teams: cards of approvers and of the sender show how it stands, everybody's."""

from __future__ import annotations

from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Approval
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import HoldNotices, Teams
from shared.usecases.answer_approval import answer_approval
from shared.usecases.run_due import run_due
from shared.usecases.withdraw_request import withdraw_request
from tests.fakes.teams_messenger import Posted
from tests.support.app import OUTSIDE, SENDER, World, make_settings
from tests.support.approvals import AUDIT, LEGAL, approval, by, release
from tests.support.teams_people import ENTRA, chat, put_in_teams, verbs

BUTTONS = {"approval.approve.ask", "approval.deny.ask"}


def asked(action: Approval, channel: str = "teams-card") -> tuple[World, MessageRef]:
    """A request whose approvers and sender use Teams."""
    notices = HoldNotices(channels=(channel,))  # type: ignore[arg-type]  # tests name them
    policies = (Policy(id="p", name="承認", actions=(action,)),)
    world = World(make_settings(notices=notices, teams=Teams(entra_tenant=ENTRA), policies=policies))
    put_in_teams(world, SENDER, LEGAL, AUDIT)
    ref = world.judge(OUTSIDE)
    release(world, ref, comment="急ぎです")
    world.work()
    return world, ref


def requests(world: World, person: str) -> list[Posted]:
    return list(chat(world, person))


def test_every_approver_has_a_card_with_buttons_and_the_comment() -> None:
    world, _ = asked(approval(LEGAL, AUDIT, quorum="all"))
    for person in (LEGAL, AUDIT):
        [card] = requests(world, person)
        assert verbs(card) == BUTTONS
        assert "急ぎです" in card.card.decode()
        assert "/a/" in card.card.decode()
    assert not any(AUDIT in sent.recipients for sent in world.next_hop.transactions)


def test_answer_takes_the_buttons_from_who_gave_it_and_the_end_from_everybody() -> None:
    world, ref = asked(approval(LEGAL, AUDIT, quorum="all"))
    answer_approval(world.app, ref, by(LEGAL), True, "よし")
    world.work()
    assert verbs(requests(world, LEGAL)[0]) == set()
    assert verbs(requests(world, AUDIT)[0]) == BUTTONS
    assert "よし" in requests(world, AUDIT)[0].card.decode()
    answer_approval(world.app, ref, by(AUDIT), False, "だめ")
    world.work()
    assert world.record(ref).state is State.DENIED
    for person in (LEGAL, AUDIT):
        [card] = requests(world, person)
        assert verbs(card) == set()
        assert "だめ" in card.card.decode()


def test_sender_gets_the_end_on_a_card_of_its_own() -> None:
    world, ref = asked(approval(LEGAL))
    before = len(chat(world, SENDER))
    answer_approval(world.app, ref, by(LEGAL), True, "どうぞ")
    world.work()
    cards = chat(world, SENDER)
    assert len(cards) == before + 1
    assert "どうぞ" in cards[-1].card.decode()


def test_withdrawal_takes_the_buttons_away() -> None:
    world, ref = asked(approval(LEGAL))
    withdraw_request(world.app, ref, by(SENDER))
    world.work()
    assert verbs(requests(world, LEGAL)[0]) == set()


def test_reminder_is_a_card_of_its_own_and_both_follow_the_end() -> None:
    world, ref = asked(approval(LEGAL, reminder_hours=1.0, reminders=1))
    world.clock.advance(seconds=3601)
    run_due(world.app)
    world.work()
    assert [verbs(card) for card in requests(world, LEGAL)] == [BUTTONS, BUTTONS]
    answer_approval(world.app, ref, by(LEGAL), True)
    world.work()
    assert [verbs(card) for card in requests(world, LEGAL)] == [set(), set()]


def test_short_text_names_the_subject_and_leads_to_the_page() -> None:
    world, ref = asked(approval(LEGAL), "teams-text")
    [text] = requests(world, LEGAL)
    assert "Estimate" in text.text
    assert "/a/" in text.text
    answer_approval(world.app, ref, by(LEGAL), False)
    world.work()
    assert "否認" in chat(world, SENDER)[-1].text


def test_who_is_not_in_teams_is_asked_by_mail() -> None:
    world, _ = asked(approval("mail-only@aozora.example"))
    assert [sent.recipients for sent in world.next_hop.transactions] == [("mail-only@aozora.example",)]
