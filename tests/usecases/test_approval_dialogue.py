"""The approver's page: look, choose, be asked again, answer; and every way in which somebody might try to skip a step."""

from __future__ import annotations

import re
from html import unescape

import pytest

from shared.core.hold.link import Purpose
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Approval
from shared.errors import StorageUnavailable
from shared.ports_people import AuditCode
from shared.usecases.answer_approval import answer_approval
from shared.usecases.approval_dialogue import ApprovalForm, visit_approval
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.hold_form import HoldForm
from shared.usecases.link_dialogue import Visit
from shared.usecases.make_link import make_link
from shared.usecases.run_due import run_due
from shared.usecases.web_page import Answer, Page
from shared.usecases.withdraw_request import withdraw_request
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.approvals import (
    AUDIT,
    BOSS,
    DEPUTY,
    LEGAL,
    approval,
    approval_world,
    by,
    name_proxy,
    requested,
)


@pytest.fixture
def world() -> World:
    return approval_world(Approval())


def token(world: World, ref: MessageRef, person: str, purpose: Purpose = Purpose.APPROVAL) -> str:
    return make_link(world.app, ref, person, purpose, world.settings).url.rsplit("/", 1)[1]


class Visitor:
    """An approver who holds a link."""

    def __init__(self, world: World, ref: MessageRef, person: str = BOSS, language: str = "en") -> None:
        self.world, self.language = world, language
        self.token = token(world, ref, person)

    def look(self) -> Page:
        return visit_approval(self.world.app, Visit(self.token, self.language, (), "192.0.2.9"))

    def send(self, page: Page | str, action: str, comment: str = "", *, confirmed: bool = False) -> Page:
        """Send the form of ``page`` (or one with that mark)."""
        mark = page if isinstance(page, str) else mark_of(page)
        form = ApprovalForm(action, comment, mark, confirmed)
        return visit_approval(self.world.app, Visit(self.token, self.language, (), "192.0.2.9"), form)

    def answer(self, action: str, comment: str = "") -> Page:
        """Both steps, as a browser sends them."""
        asked = self.send(self.look(), action, comment)
        carried = re.search(r'name="comment" value="([^"]*)"', asked.html)
        assert carried is not None
        return self.send(asked, action, unescape(carried.group(1)).replace("\n", "\r\n"), confirmed=True)


def mark_of(page: Page) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page.html)
    assert found is not None
    return found.group(1)


def has_form(page: Page) -> bool:
    return "<form" in page.html


def test_page_shows_the_message_and_who_asks_and_changes_nothing(world: World) -> None:
    ref = requested(world, OUTSIDE, comment="Please <today>")
    before = world.record(ref)
    page = Visitor(world, ref).look()
    assert page.answer is Answer.SHOWN
    for told in (OUTSIDE, SENDER, "Estimate", "Please &lt;today&gt;", "Hello.", 'value="approve"', 'value="deny"'):
        assert told in page.html, told
    assert "<script" not in page.html
    assert world.record(ref) == before
    look = world.audit.about(ref)[-1]
    assert (look.code, look.actor.name, look.actor.peer) == (AuditCode.LOOKED, BOSS, "192.0.2.9")


def test_every_page_with_the_message_is_a_look(world: World) -> None:
    ref = requested(world, OUTSIDE)
    visitor = Visitor(world, ref)
    page = visitor.look()
    world.clock.advance(seconds=1)
    page = visitor.send(page, "approve")
    assert "Estimate" in page.html
    world.clock.advance(seconds=1)
    visitor.send(page, "approve", confirmed=True)
    looks = [line for line in world.audit.about(ref) if line.code is AuditCode.LOOKED]
    assert [line.actor.name for line in looks] == [BOSS] * 3


@pytest.mark.parametrize(("language", "told"), [("ja", "承認する"), ("en", "Approve")], ids=["ja", "en"])
def test_page_is_in_the_language_asked_for(world: World, language: str, told: str) -> None:
    page = Visitor(world, requested(world), language=language).look()
    assert page.language == language
    assert told in page.html


@pytest.mark.parametrize(
    ("action", "state", "told"),
    [
        pytest.param("approve", State.DELIVERING, "You approved", id="approve"),
        pytest.param("deny", State.DENIED, "You denied", id="deny"),
    ],
)
def test_answer_takes_two_steps_and_keeps_its_comment(world: World, action: str, state: State, told: str) -> None:
    ref = requested(world)
    visitor = Visitor(world, ref)
    asked = visitor.send(visitor.look(), action, 'a "quoted"\r\n<line>')
    assert asked.answer is Answer.SHOWN
    assert world.record(ref).state is State.AWAITING_APPROVAL
    done = visitor.answer(action, 'a "quoted"\r\n<line>')
    assert (done.answer, world.record(ref).state) == (Answer.SHOWN, state)
    assert told in done.html
    assert not has_form(done)
    request = world.record(ref).approval
    assert request is not None
    assert request.steps[0].votes[0].comment == 'a "quoted"\n<line>'


def test_second_step_cannot_be_skipped_forged_or_turned_round(world: World) -> None:
    ref = requested(world)
    visitor = Visitor(world, ref)
    first = mark_of(visitor.look())
    confirm = mark_of(visitor.send(first, "approve", "fine"))
    for mark, action, comment, confirmed in (
        (first, "approve", "fine", True),
        (confirm, "deny", "fine", True),
        (confirm, "approve", "another", True),
        (confirm, "approve", "fine", False),
        ("", "approve", "", False),
        ("x" * 5000, "approve", "", True),
    ):
        assert visitor.send(mark, action, comment, confirmed=confirmed).answer is Answer.STALE
    other = Visitor(world, requested(world))
    assert other.send(confirm, "approve", "fine", confirmed=True).answer is Answer.STALE
    assert world.record(ref).state is State.AWAITING_APPROVAL


def test_unknown_action_is_refused(world: World) -> None:
    ref = requested(world)
    visitor = Visitor(world, ref)
    assert visitor.send(visitor.look(), "release").answer is Answer.UNREADABLE


def test_second_answer_is_told_that_it_came_too_late(world: World) -> None:
    ref = requested(world)
    visitor = Visitor(world, ref)
    asked = visitor.send(visitor.look(), "deny")
    visitor.answer("approve")
    late = visitor.send(asked, "deny", confirmed=True)
    assert late.answer is Answer.DECIDED_BEFORE
    assert "already been answered" in late.html
    assert visitor.send(asked, "deny").answer is Answer.STALE
    assert world.record(ref).state is State.DELIVERING


def test_answer_from_elsewhere_shows_on_the_page() -> None:
    world = approval_world(approval(LEGAL, AUDIT))
    ref = requested(world)
    visitor = Visitor(world, ref, LEGAL)
    open_page = visitor.look()
    answer_approval(world.app, ref, by(AUDIT), False, "not like this")
    late = visitor.send(open_page, "approve")
    assert late.answer is Answer.DECIDED_BEFORE
    assert "not like this" in late.html
    assert AUDIT in late.html
    page = visitor.look()
    assert (page.answer, has_form(page)) == (Answer.SHOWN, False)
    assert "Denied" in page.html
    assert "Hello." in page.html, "the original stays one click away"


def test_who_has_answered_waits_for_the_others_without_a_form() -> None:
    world = approval_world(approval(LEGAL, AUDIT, quorum="all"))
    ref = requested(world)
    visitor = Visitor(world, ref, LEGAL)
    visitor.answer("approve")
    page = visitor.look()
    assert not has_form(page)
    assert "Other approvers have still to answer" in page.html
    assert "no answer yet" in page.html


@pytest.mark.parametrize(
    ("how", "told"),
    [
        pytest.param("withdrawn", "The request was withdrawn", id="withdrawn"),
        pytest.param("discard", "Nobody answered in time", id="nobody answered: discarded"),
        pytest.param("release", "released without this approval", id="nobody answered: released"),
    ],
)
def test_page_tells_every_end(how: str, told: str) -> None:
    at_end = how if how != "withdrawn" else "leave"
    world = approval_world(Approval(reminder_hours=1.0, reminders=0, at_end=at_end))  # type: ignore[arg-type]
    ref = requested(world)
    if how == "withdrawn":
        withdraw_request(world.app, ref, by(SENDER))
    else:
        world.clock.advance(seconds=3601)
        run_due(world.app)
    page = Visitor(world, ref).look()
    assert told in page.html
    assert not has_form(page)


def test_proxy_is_told_for_whom_they_answer() -> None:
    world = approval_world(approval(LEGAL))
    name_proxy(world, LEGAL, DEPUTY)
    ref = requested(world)
    visitor = Visitor(world, ref, DEPUTY)
    assert f"as a proxy of {LEGAL}" in visitor.look().html
    visitor.answer("approve")
    assert f"{DEPUTY} (for {LEGAL})" in visitor.look().html.replace("&#39;", "'")


@pytest.mark.parametrize(
    ("person", "purpose"),
    [
        pytest.param(SENDER, Purpose.APPROVAL, id="the sender"),
        pytest.param(OUTSIDE, Purpose.APPROVAL, id="a stranger"),
    ],
)
def test_who_is_no_approver_is_refused_and_recorded(world: World, person: str, purpose: Purpose) -> None:
    ref = requested(world)
    page = visit_approval(world.app, Visit(token(world, ref, person, purpose), "en"))
    assert page.answer is Answer.FOREIGN
    assert "Estimate" not in page.html
    refusal = world.audit.about(ref)[-1]
    assert (refusal.code, refusal.actor.name) == (AuditCode.REFUSED, person)


def test_links_for_other_purposes_open_nothing(world: World) -> None:
    ref = requested(world)
    assert visit_approval(world.app, Visit(token(world, ref, BOSS, Purpose.HOLD), "en")).answer is Answer.UNKNOWN
    assert visit_hold(world.app, Visit(token(world, ref, BOSS), "en")).answer is Answer.UNKNOWN
    assert visit_approval(world.app, Visit("x", "en")).answer is Answer.UNKNOWN
    held = world.judge(OUTSIDE)
    assert visit_approval(world.app, Visit(token(world, held, BOSS), "en")).answer is Answer.UNKNOWN


def test_old_link_has_expired(world: World) -> None:
    visitor = Visitor(world, requested(world))
    world.clock.advance(seconds=8 * 86400)
    assert visitor.look().answer is Answer.EXPIRED


def test_approver_who_was_removed_meanwhile_cannot_confirm(world: World) -> None:
    ref = requested(world)
    visitor = Visitor(world, ref)
    asked = visitor.send(visitor.look(), "approve")
    world.directory.remove("demo", [BOSS])
    assert visitor.send(asked, "approve", confirmed=True).answer is Answer.FOREIGN
    assert world.record(ref).state is State.AWAITING_APPROVAL


def test_storage_that_is_down_is_a_plain_page(world: World) -> None:
    visitor = Visitor(world, requested(world))
    world.messages.trouble.before("load", StorageUnavailable("down"))
    assert visitor.look().answer is Answer.BUSY


# The sender's own page


class Sender:
    """The sender, on the page of the hold."""

    def __init__(self, world: World, ref: MessageRef) -> None:
        self.world, self.token = world, token(world, ref, SENDER, Purpose.HOLD)

    def visit(self, form: HoldForm | None = None) -> Page:
        return visit_hold(self.world.app, Visit(self.token, "en", (), "192.0.2.1", form))

    def withdraw(self, page: Page, *, confirmed: bool = False) -> Page:
        return self.visit(HoldForm("withdraw", frozenset(), mark_of(page), confirmed))


def test_sender_sees_who_is_asked_and_takes_the_request_back_in_two_steps(world: World) -> None:
    ref = requested(world)
    sender = Sender(world, ref)
    page = sender.visit()
    assert "Awaiting approval" in page.html
    assert BOSS in page.html
    asked = sender.withdraw(page)
    assert "Take the request back?" in asked.html
    assert world.record(ref).state is State.AWAITING_APPROVAL
    done = sender.withdraw(asked, confirmed=True)
    assert done.answer is Answer.SHOWN
    assert world.record(ref).state is State.DISCARDED
    assert sender.withdraw(asked, confirmed=True).answer is Answer.DECIDED_BEFORE


def test_withdrawal_cannot_skip_its_second_step_and_comes_too_late_after_the_answer(world: World) -> None:
    ref = requested(world)
    sender = Sender(world, ref)
    page = sender.visit()
    assert sender.withdraw(page, confirmed=True).answer is Answer.STALE
    asked = sender.withdraw(page)
    answer_approval(world.app, ref, by(BOSS), True, "go")
    late = sender.withdraw(asked, confirmed=True)
    assert late.answer is Answer.DECIDED_BEFORE
    assert BOSS in late.html
    assert 'value="withdraw"' not in late.html
    assert world.record(ref).state is State.DELIVERING


def test_message_on_hold_has_nothing_to_withdraw(world: World) -> None:
    ref = world.judge(OUTSIDE)
    page = Sender(world, ref).visit()
    assert 'value="withdraw"' not in page.html
