"""Who is asked to approve: never the sender, never who releases, never nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.hold.record import State
from shared.core.people.person import Person
from shared.core.policy.actions import Approval
from shared.core.policy.tenant_settings import BusinessHours, HoldNotices
from shared.usecases.approval_seats import MOST_SEATS, NobodyToApprove, escalation_seats, settle_steps
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.approvals import (
    ADMIN,
    ALIAS,
    AUDIT,
    BOSS,
    CHIEF,
    DEPUTY,
    HOUR,
    LEGAL,
    PEOPLE,
    SHARED,
    approval,
    approval_world,
    name_proxy,
    release,
    requested,
)
from tests.support.records import NOW

CHECKERS = Approval(approvers="group", group="checkers", quorum="all")


def change(world: World, address: str, **fields: Any) -> None:
    known = {person.address: person for person in PEOPLE}
    world.directory.save("demo", [replace(known[address], **fields)])


def seats(world: World, requester: str = SENDER, sender: str = SENDER) -> list[tuple[str, ...]]:
    record = world.record(world.judge(OUTSIDE, reverse_path=sender))
    return [step.seats for step in settle_steps(world.app, record, requester)]


def test_message_without_approvals_needs_no_seats() -> None:
    assert seats(approval_world()) == []


@pytest.mark.parametrize(
    ("changes", "removed", "requester", "sender", "expected"),
    [
        pytest.param({}, [], SENDER, SENDER, BOSS, id="manager"),
        pytest.param({}, [BOSS], SENDER, SENDER, CHIEF, id="removed manager: the next one up"),
        pytest.param({}, [BOSS, CHIEF], SENDER, SENDER, ADMIN, id="no manager left: administrator"),
        pytest.param({SENDER: {"manager": ""}}, [], SENDER, SENDER, ADMIN, id="no manager: administrator"),
        pytest.param({SENDER: {"manager": SENDER}}, [], SENDER, SENDER, ADMIN, id="one's own manager"),
        pytest.param(
            {SENDER: {"manager": ALIAS}}, [], SENDER, SENDER, ADMIN, id="one's own manager by another address"
        ),
        pytest.param({SENDER: {"manager": "x@out.example"}}, [], SENDER, SENDER, ADMIN, id="a manager outside"),
        pytest.param({BOSS: {"manager": SENDER}}, [BOSS], SENDER, SENDER, ADMIN, id="a circle of managers"),
        pytest.param({BOSS: {"members": 12}}, [], SENDER, SENDER, CHIEF, id="a list is nobody"),
        pytest.param({}, [], BOSS, SENDER, CHIEF, id="the manager releases as proxy: the next one up"),
        pytest.param({}, [], "", SENDER, BOSS, id="time releases"),
        pytest.param({}, [], SENDER, SHARED, BOSS, id="a shared mailbox has no manager: that of who releases"),
        pytest.param(
            {SENDER: {"manager": "new@aozora.example"}},
            [],
            SENDER,
            SENDER,
            "new@aozora.example",
            id="not in the directory",
        ),
    ],
)
def test_manager_is_found(
    changes: dict[str, dict[str, Any]], removed: list[str], requester: str, sender: str, expected: str
) -> None:
    world = approval_world(Approval())
    for address, fields in changes.items():
        change(world, address, **fields)
    world.directory.remove("demo", removed)
    assert seats(world, requester, sender) == [(expected,)]


@pytest.mark.parametrize(
    ("action", "requester", "expected"),
    [
        pytest.param(approval(LEGAL, AUDIT), SENDER, (LEGAL, AUDIT), id="persons"),
        pytest.param(approval(LEGAL.upper(), SENDER, ALIAS), SENDER, (LEGAL,), id="without the sender's addresses"),
        pytest.param(approval(LEGAL, BOSS), BOSS, (LEGAL,), id="without who releases"),
        pytest.param(approval(SENDER), SENDER, (ADMIN,), id="only the sender: administrator"),
        pytest.param(CHECKERS, SENDER, (AUDIT, LEGAL), id="group, ids without regard to case"),
        pytest.param(CHECKERS, LEGAL, (AUDIT,), id="group without who releases"),
        pytest.param(Approval(approvers="group", group="nobody"), SENDER, (ADMIN,), id="empty group: administrator"),
    ],
)
def test_persons_and_groups_are_found(action: Approval, requester: str, expected: tuple[str, ...]) -> None:
    assert seats(approval_world(action), requester) == [expected]


def test_two_addresses_of_one_person_are_one_seat() -> None:
    world = approval_world(approval(LEGAL, "l2@aozora.example"))
    world.directory.save("demo", [Person("l2@aozora.example", id="id-legal")])
    assert seats(world) == [(LEGAL,)]


def test_large_group_is_bounded() -> None:
    world = approval_world(CHECKERS)
    crowd = [Person(f"p{number:03}@aozora.example", groups=("checkers",)) for number in range(150)]
    world.directory.save("demo", crowd)
    (found,) = seats(world)
    assert len(found) == MOST_SEATS


def test_every_policy_gets_its_own_step_with_its_first_reminder() -> None:
    world = approval_world(Approval(reminder_hours=2.0), approval(LEGAL, reminder_hours=0.5))
    record = world.record(world.judge(OUTSIDE))
    steps = settle_steps(world.app, record, SENDER)
    assert [(step.call.policy, step.seats, step.due_at) for step in steps] == [
        ("p1", (BOSS,), NOW + 2 * HOUR),
        ("p2", (LEGAL,), NOW + HOUR / 2),
    ]


def test_first_reminder_waits_for_business_hours() -> None:
    hours = BusinessHours(days=("mon",), start="09:00", end="18:00", holidays="none")
    world = approval_world(Approval(), notices=HoldNotices(administrator_address=ADMIN, business_hours=hours))
    record = world.record(world.judge(OUTSIDE))  # a Saturday
    (step,) = settle_steps(world.app, record, SENDER)
    assert step.due_at is not None
    assert step.due_at.isoformat() == "2026-11-23T04:00:00+00:00"  # Monday 13:00 in Tokyo


def test_administrator_in_place_of_nobody_is_marked() -> None:
    world = approval_world(approval(SENDER), approval(LEGAL))
    record = world.record(world.judge(OUTSIDE))
    assert [step.fallback for step in settle_steps(world.app, record, SENDER)] == [True, False]


def test_administrator_who_releases_cannot_approve_their_own_release() -> None:
    world = approval_world(approval(ADMIN))
    record = world.record(world.judge(OUTSIDE, reverse_path=ADMIN))
    with pytest.raises(NobodyToApprove):
        settle_steps(world.app, record, ADMIN)


def test_administrator_whose_proxy_releases_cannot_approve_it() -> None:
    """The sender has left, so the administrator is asked for the release, and the administrator's proxy gives it."""
    world = approval_world(approval(DEPUTY))
    world.directory.remove("demo", [SENDER])
    name_proxy(world, ADMIN, DEPUTY)
    ref = world.judge(OUTSIDE)
    with pytest.raises(NobodyToApprove):
        release(world, ref, DEPUTY)
    assert world.record(ref).state is State.HELD


def test_administrator_who_was_removed_is_nobody() -> None:
    world = approval_world(approval(SENDER))
    world.directory.remove("demo", [ADMIN])
    with pytest.raises(NobodyToApprove):
        seats(world)


@pytest.mark.parametrize(
    ("action", "removed", "expected"),
    [
        pytest.param(approval(LEGAL, escalate_to=(DEPUTY,)), [], (DEPUTY,), id="named"),
        pytest.param(approval(LEGAL, escalate_to_manager=True), [], (CHIEF,), id="manager of the silent one"),
        pytest.param(approval(LEGAL, escalate_to=(DEPUTY,), escalate_to_manager=True), [], (DEPUTY, CHIEF), id="both"),
        pytest.param(Approval(escalate_to_manager=True), [], (CHIEF,), id="manager's manager"),
        pytest.param(approval(BOSS, CHIEF, escalate_to_manager=True), [], (), id="manager is asked already"),
        pytest.param(approval(DEPUTY, escalate_to_manager=True), [], (), id="no manager"),
        pytest.param(approval(LEGAL, escalate_to=(SENDER, ALIAS, DEPUTY)), [], (DEPUTY,), id="never the sender"),
        pytest.param(approval(LEGAL, escalate_to=(DEPUTY,)), [DEPUTY], (), id="removed"),
    ],
)
def test_escalation_finds_others(action: Approval, removed: list[str], expected: tuple[str, ...]) -> None:
    world = approval_world(action)
    ref = requested(world)
    world.directory.remove("demo", removed)
    assert escalation_seats(world.app, world.record(ref), 0) == expected
