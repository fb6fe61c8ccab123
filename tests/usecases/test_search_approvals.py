"""The history of approvals: every way to search it, page by page, for those alone whom it concerns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Approval
from shared.errors import NotFound
from shared.usecases.answer_approval import answer_approval
from shared.usecases.run_due import run_due
from shared.usecases.search_approvals import (
    ApprovalSearch,
    ApprovalStatus,
    ApprovalView,
    search_approvals,
    status_of,
)
from shared.usecases.withdraw_request import withdraw_request
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_message
from tests.support.approvals import AUDIT, BOSS, DEPUTY, LEGAL, approval, approval_world, by, name_proxy, release
from tests.support.records import NOW

ASKED, REQUESTED = ApprovalView.ASKED, ApprovalView.REQUESTED
DAY = timedelta(days=1)


def request(world: World, subject: str, sender: str = SENDER) -> MessageRef:
    ref = world.judge(OUTSIDE, reverse_path=sender, data=make_message(OUTSIDE, subject=subject))
    release(world, ref, sender)
    world.work()
    return ref


@pytest.fixture
def world() -> World:
    """One request in each state, a day after the other, and one message that needed no approval."""
    world = approval_world(approval(LEGAL, reminder_hours=1.0, reminders=0, at_end="discard"))
    answer_approval(world.app, request(world, "Offer 1"), by(LEGAL), True)
    world.clock.advance(seconds=86400)
    answer_approval(world.app, request(world, "Offer 2", INSIDE), by(LEGAL), False)
    world.clock.advance(seconds=86400)
    withdraw_request(world.app, request(world, "ＯＦＦＥＲ 3"), by(SENDER))
    world.clock.advance(seconds=86400)
    request(world, "Other 4")
    world.clock.advance(seconds=7200)
    run_due(world.app)
    world.work()
    world.clock.advance(seconds=79200)
    request(world, "Other 5", INSIDE)
    return world


def found(world: World, person: str, view: ApprovalView, **search: Any) -> list[str]:
    page = search_approvals(world.app, "demo", person, view, ApprovalSearch(**search))
    assert not page.after
    return [listed.row.subject[-1] for listed in page.rows]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        pytest.param({}, "54321", id="everything, newest first"),
        pytest.param({"status": ApprovalStatus.OPEN}, "5", id="open"),
        pytest.param({"status": ApprovalStatus.APPROVED}, "1", id="approved"),
        pytest.param({"status": ApprovalStatus.DENIED}, "2", id="denied"),
        pytest.param({"status": ApprovalStatus.WITHDRAWN}, "3", id="withdrawn"),
        pytest.param({"status": ApprovalStatus.EXPIRED}, "4", id="expired"),
        pytest.param({"status": ApprovalStatus.LAPSED}, "", id="none that lapsed"),
        pytest.param({"subject": "offer"}, "321", id="subject without case and width"),
        pytest.param({"requester": "JIRO"}, "52", id="requester"),
        pytest.param({"requester": INSIDE}, "52", id="requester by address"),
        pytest.param(
            {"requester": "hanako", "subject": "Offer", "status": ApprovalStatus.WITHDRAWN}, "3", id="all of it"
        ),
        pytest.param({"since": NOW + DAY}, "5432", id="since"),
        pytest.param({"until": NOW + DAY}, "1", id="until, without it"),
        pytest.param({"since": NOW + DAY, "until": NOW + 3 * DAY}, "32", id="from and to"),
        pytest.param({"since": NOW + 3 * DAY, "until": NOW + DAY}, "", id="from after to"),
        pytest.param({"until": NOW - DAY}, "", id="before the first"),
    ],
)
def test_approver_finds(world: World, search: dict[str, Any], expected: str) -> None:
    assert "".join(found(world, LEGAL, ASKED, **search)) == expected


def test_requester_finds_their_own_requests_and_no_mail_that_needed_none(world: World) -> None:
    assert found(world, SENDER, REQUESTED) == ["4", "3", "1"]
    assert found(world, INSIDE, REQUESTED) == ["5", "2"]
    assert found(world, INSIDE, REQUESTED, status=ApprovalStatus.DENIED) == ["2"]


def test_others_find_nothing(world: World) -> None:
    for person in (AUDIT, SENDER, INSIDE, BOSS, ""):
        assert found(world, person, ASKED) == []
    assert found(world, LEGAL, REQUESTED) == []


def test_proxy_finds_what_their_principal_was_asked_until_taken_away(world: World) -> None:
    name_proxy(world, LEGAL, DEPUTY)
    assert found(world, DEPUTY, ASKED) == ["5", "4", "3", "2", "1"]
    name_proxy(world, LEGAL)
    assert found(world, DEPUTY, ASKED) == []


def test_proxy_does_not_find_what_they_sent_themselves(world: World) -> None:
    name_proxy(world, LEGAL, INSIDE)
    assert found(world, INSIDE, ASKED) == ["4", "3", "1"]


def test_removed_approver_finds_nothing(world: World) -> None:
    world.directory.remove("demo", [LEGAL])
    assert found(world, LEGAL, ASKED) == []


@pytest.mark.parametrize("limit", [pytest.param(1, id="one"), pytest.param(2, id="two"), pytest.param(5, id="all")])
@pytest.mark.parametrize("subject", [pytest.param("", id="everything"), pytest.param("offer", id="some")])
def test_pages_together_hold_everything_once(world: World, limit: int, subject: str) -> None:
    seen: list[str] = []
    after = ""
    for _ in range(10):
        page = search_approvals(world.app, "demo", LEGAL, ASKED, ApprovalSearch(subject=subject), after, limit)
        assert len(page.rows) <= limit
        seen += [listed.row.subject[-1] for listed in page.rows]
        after = page.after
        if not after:
            break
    assert seen == (["3", "2", "1"] if subject else ["5", "4", "3", "2", "1"])


def test_mark_of_another_list_is_refused(world: World) -> None:
    page = search_approvals(world.app, "demo", LEGAL, ASKED, ApprovalSearch(), "", 2)
    with pytest.raises(NotFound):
        search_approvals(world.app, "demo", LEGAL, REQUESTED, ApprovalSearch(), page.after)
    with pytest.raises(NotFound):
        search_approvals(world.app, "demo", AUDIT, ASKED, ApprovalSearch(), page.after)


def test_request_that_lapsed_is_told_apart_from_an_approved_one() -> None:
    world = approval_world(Approval(reminder_hours=1.0, reminders=0, at_end="release"))
    request(world, "Offer")
    world.clock.advance(seconds=7200)
    run_due(world.app)
    world.work()
    page = search_approvals(world.app, "demo", BOSS, ASKED, ApprovalSearch())
    assert [status_of(listed.row) for listed in page.rows] == [ApprovalStatus.LAPSED]
