"""A sender who uses the gathering of copies to get past a hold or an approval (product.md M7, stages 3 and 6).

What counts as a copy of a message is written by its sender, Message-ID and all: a release must not say yes to anything
that nobody was asked about.
"""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.record import State
from shared.core.policy.actions import Approval, Zip
from shared.core.policy.conditions.model import Header
from shared.core.policy.delivery_settings import Gathering
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.usecases.answer_approval import answer_approval
from shared.usecases.decide_hold import Asker
from tests.support.app import World, make_settings
from tests.support.copies import A, arrive, copy_of, decide, delivered, settle, state_of

APPROVER = "bucho@aozora.example"
EXTERNAL = RuleAssignment(id="external", rule="recipient-external")
ASK = Policy(id="ask", actions=(Approval(approvers="addresses", addresses=(APPROVER,)),))
COMPETITOR = "mallory@partner.example"


def test_an_approval_for_one_person_lets_no_blind_copy_to_another_one_of_that_domain_go() -> None:
    world = World(settings=make_settings(policies=(ASK,)))
    first = arrive(world, copy_of(A), A)
    settle(world)
    decide(world, first)
    world.work()
    answer_approval(world.app, first, Asker(APPROVER, Channel.PORTAL), allow=True)
    world.work()
    assert state_of(world, first) is State.DELIVERED
    second = arrive(world, copy_of(A), COMPETITOR)
    settle(world)
    assert state_of(world, second) is State.HELD
    assert world.record(second).leader is None
    assert COMPETITOR not in delivered(world)


def test_nor_does_one_that_is_still_waited_for() -> None:
    world = World(settings=make_settings(policies=(ASK,)))
    first = arrive(world, copy_of(A), A)
    settle(world)
    decide(world, first)
    world.work()
    assert state_of(world, first) is State.AWAITING_APPROVAL
    second = arrive(world, copy_of(A), COMPETITOR)
    settle(world)
    answer_approval(world.app, first, Asker(APPROVER, Channel.PORTAL), allow=True)
    world.work()
    assert COMPETITOR not in delivered(world)
    assert state_of(world, second) is State.HELD


def test_a_release_to_one_person_lets_no_blind_copy_to_another_one_of_that_domain_go() -> None:
    world = World(settings=make_settings(rules=(EXTERNAL,)))
    first = arrive(world, copy_of(A), A)
    settle(world)
    decide(world, first)
    world.work()
    second = arrive(world, copy_of(A), COMPETITOR)
    settle(world)
    assert state_of(world, second) is State.HELD
    assert delivered(world) == [A]


def test_the_same_person_once_more_is_no_blind_copy() -> None:
    world = World(settings=make_settings(rules=(EXTERNAL,)))
    first = arrive(world, copy_of("list@aozora.example"), A)
    settle(world)
    decide(world, first)
    world.work()
    second = arrive(world, copy_of("list@aozora.example"), A.upper())
    settle(world)
    assert state_of(world, second) is State.DELIVERED


def test_a_copy_without_the_field_that_had_its_attachments_encrypted_is_another_message() -> None:
    zipped = Policy(id="zip", when=Header(name="X-Class", operator="equals", values=("secret",)), actions=(Zip(),))
    world = World(settings=make_settings(rules=(EXTERNAL,), policies=(zipped,)))
    secret = copy_of(A).replace(b"MIME-Version", b"X-Class: secret\r\nMIME-Version")
    first = arrive(world, secret, A)
    settle(world)
    decide(world, first)
    world.work()
    second = arrive(world, copy_of(A), A)
    settle(world)
    assert state_of(world, second) is State.HELD, "what was released was to be encrypted"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"MIME-Version", b"Resent-From: CEO <ceo@aozora.example>\r\nMIME-Version", id="resent-from"),
        pytest.param(b"MIME-Version", b"X-Message-Flag: Pay to account 666\r\nMIME-Version", id="shown-by-outlook"),
        pytest.param(b"MIME-Version", b"Comments: Pay to account 666\r\nMIME-Version", id="comments"),
        pytest.param(b"MIME-Version", b"Pay to account 666\r\nMIME-Version", id="line-that-is-no-field"),
        pytest.param(b"MIME-Version", b"S\xc3\xbcbject: other\r\nMIME-Version", id="field-with-an-odd-name"),
        pytest.param(b'boundary="a  b"', b'boundary="a b"', id="other-boundary"),
        pytest.param(b'"a  b"', b'"a\tb"', id="tab-in-a-boundary"),
    ],
)
def test_a_copy_that_people_or_programs_read_otherwise_is_another_message(old: bytes, new: bytes) -> None:
    world = World(settings=make_settings(rules=(EXTERNAL,), gathering=Gathering()))
    typed = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="a  b"'
    body = "--a  b\r\n\r\nHello.\r\n--a  b--\r\n--a b\r\n\r\nPay.\r\n--a b--\r\n"
    data = copy_of(A, body=body).replace(b"MIME-Version: 1.0", typed)
    assert old in data
    first = arrive(world, data, A)
    settle(world)
    decide(world, first)
    world.work()
    second = arrive(world, data.replace(old, new, 1), A)
    settle(world)
    assert state_of(world, second) is State.HELD
