"""The mark of Matta's own mail, taken off a password notice and put on another message (stages decide and 5)."""

from __future__ import annotations

import re
from datetime import timedelta

from shared.core.hold.record import State
from shared.core.policy.actions import Zip
from shared.core.policy.policies import Policy
from tests.support.app import SENDER, World, make_settings
from tests.support.copies import A, arrive, decide, state_of
from tests.usecases.test_gather_copies import with_attachment

_MARK = re.compile(rb"X-Matta-Trace: [^\r]*(?:\r\n\t[^\r]*)*\r\n")


def own_mark(world: World) -> bytes:
    """The mark on a password notice, as its recipient finds it."""
    first = arrive(world, with_attachment(A), A)
    decide(world, first)
    world.pass_time(lambda: bool(notices(world)), step=timedelta(minutes=1), limit=60)
    [notice] = notices(world)
    found = _MARK.search(notice)
    assert found is not None
    assert b"kind=own" in found[0]
    return found[0]


def notices(world: World) -> list[bytes]:
    return [
        sent.data for sent in world.next_hop.transactions if list(sent.recipients) == [A] and b"kind=own" in sent.data
    ]


def test_a_mark_of_a_password_notice_lets_no_other_message_to_its_recipient_pass() -> None:
    world = World(settings=make_settings(policies=(Policy(id="zip", actions=(Zip(),)),)))
    mark = own_mark(world)
    secret = f"From: {SENDER}\r\nTo: {A}\r\nSubject: plans\r\nMessage-ID: <2@x>\r\n\r\nAll of our plans.\r\n".encode()
    ref = arrive(world, mark + secret, A)
    world.work()
    assert state_of(world, ref) is State.HELD


def test_the_notice_itself_passes_when_it_comes_back_by_way_of_exchange() -> None:
    world = World(settings=make_settings(policies=(Policy(id="zip", actions=(Zip(),)),)))
    own_mark(world)
    [notice] = notices(world)
    stamped = b"Received: from matta by exchange; Sat, 21 Nov 2026 09:00:00 +0000\r\nX-MS-Exchange-Id: 1\r\n" + notice
    ref = arrive(world, stamped, A)
    world.work()
    assert state_of(world, ref) is State.DELIVERED
