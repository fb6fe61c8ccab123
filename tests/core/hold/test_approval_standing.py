"""Who may see and answer a request, as what and for which seat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.approval_standing import answerable_seats, approver_standing, may_answer
from shared.core.hold.approval_state import answer, ask
from shared.core.hold.entitlement import People, Standing
from shared.core.hold.record import MessageRecord
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person, PersonKind
from shared.core.policy.decision import ApprovalCall
from tests.support.records import NOW, SENDER, held

A, B, BOX, PROXY, GONE = (f"{name}@aozora.example" for name in ("a", "b", "box", "proxy", "gone"))
RELEASED_BY = "deputy@aozora.example"
PEOPLE = People(
    {
        A: Person(A, id="id-a"),
        B: Person(B, id="id-b"),
        GONE: Person(GONE, id="id-gone", active=False),
        BOX: Person(BOX, id="id-box", kind=PersonKind.SHARED),
        "a2@aozora.example": Person("a2@aozora.example", id="id-a"),
        PROXY: Person(PROXY, id="id-proxy"),
        "proxy2@aozora.example": Person("proxy2@aozora.example", id="id-proxy"),
        SENDER.name: Person(SENDER.name, id="id-hanako"),
        "hanako2@aozora.example": Person("hanako2@aozora.example", id="id-hanako"),
    },
    {
        B: Delegation(B, (Proxy(PROXY), Proxy(SENDER.name), Proxy("hanako2@aozora.example"), Proxy(RELEASED_BY))),
        BOX: Delegation(BOX, (Proxy(PROXY),)),
        GONE: Delegation(GONE, (Proxy(PROXY),)),
    },
)


def request(*seats: str, quorum: str = "all") -> MessageRecord:
    by = Actor(Role.PROXY, RELEASED_BY, Channel.LINK, "", SENDER.name)
    step = ApprovalStep(ApprovalCall("p", "P", "addresses", quorum=quorum), seats)
    return ask(held(), by, NOW, ReleaseTerms(steps=(step,))).record


@pytest.mark.parametrize(
    ("seats", "person", "expected"),
    [
        pytest.param((A, B), A, [(A, "")], id="own seat"),
        pytest.param((A, B), A.upper(), [(A, "")], id="own seat, other case"),
        pytest.param((A, B), "a2@aozora.example", [(A, "")], id="own seat by another address"),
        pytest.param((A, B), PROXY, [(B, B)], id="proxy"),
        pytest.param((B,), "proxy2@aozora.example", [(B, B)], id="proxy by another address"),
        pytest.param((A, B, PROXY), PROXY, [(PROXY, ""), (B, B)], id="own seat before the principal's"),
        pytest.param((BOX,), PROXY, [(BOX, BOX)], id="proxy of a shared mailbox"),
        pytest.param((BOX,), BOX, [], id="the shared mailbox itself"),
        pytest.param((A, B), SENDER.name, [], id="the sender, a proxy"),
        pytest.param((A, B), "hanako2@aozora.example", [], id="the sender's other address, a proxy"),
        pytest.param((A, B), RELEASED_BY, [], id="who released, a proxy"),
        pytest.param((SENDER.name,), SENDER.name, [], id="the sender in a seat"),
        pytest.param((GONE, A), GONE, [], id="removed"),
        pytest.param((GONE,), PROXY, [], id="proxy of somebody removed"),
        pytest.param((A,), "x@out.example", [], id="stranger"),
        pytest.param((A,), "", [], id="nobody"),
    ],
)
def test_seats_of_a_person(seats: tuple[str, ...], person: str, expected: list[tuple[str, str]]) -> None:
    record = request(*seats)
    wanted = tuple((seat, Standing(Role.APPROVER, principal)) for seat, principal in expected)
    assert answerable_seats(record, person, PEOPLE, NOW) == wanted
    assert may_answer(record, person, PEOPLE, NOW) == (wanted[0] if wanted else None)
    assert approver_standing(record, person, PEOPLE, NOW) == (wanted[0] if wanted else None)


def test_after_the_answer_a_person_may_look_and_not_answer_for_anybody() -> None:
    record = request(PROXY, B, A)
    record = answer(record, PROXY, Actor(Role.APPROVER, PROXY, Channel.LINK), True, "", NOW).record
    assert answerable_seats(record, PROXY, PEOPLE, NOW) == ()
    assert approver_standing(record, PROXY, PEOPLE, NOW) == (PROXY, Standing(Role.APPROVER))
    assert may_answer(record, B, PEOPLE, NOW) == (B, Standing(Role.APPROVER))


def test_after_the_end_approvers_may_look() -> None:
    record = request(A, B, quorum="first")
    record = answer(record, A, Actor(Role.APPROVER, A, Channel.LINK), False, "", NOW).record
    for person in (A, B, PROXY):
        assert may_answer(record, person, PEOPLE, NOW) is None
        assert approver_standing(record, person, PEOPLE, NOW) is not None


def test_message_without_a_request_and_mail_of_our_own_have_no_approver() -> None:
    assert approver_standing(held(), A, PEOPLE, NOW) is None
    assert approver_standing(replace(request(A), own="hold-notice-0"), A, PEOPLE, NOW) is None
