"""Mail that Matta writes: one for each purpose, however often it is asked for."""

from __future__ import annotations

from shared.core.hold.record import State
from shared.core.message.envelope import Envelope
from shared.usecases.submit_own_mail import own_ref, submit_own_mail
from tests.support.app import OUTSIDE, SENDER, World

ENVELOPE = Envelope("", (SENDER,))


def test_a_second_submission_changes_nothing_and_the_first_bytes_stand() -> None:
    world = World()
    about = world.judge(OUTSIDE)
    assert submit_own_mail(world.app, about, "test-1", ENVELOPE, b"Subject: one\r\n\r\n1\r\n") is True
    assert submit_own_mail(world.app, about, "test-1", ENVELOPE, b"Subject: two\r\n\r\n2\r\n") is False
    ref = own_ref(about, "test-1")
    assert world.spool.outgoing[ref] == b"Subject: one\r\n\r\n1\r\n"
    world.work()
    mine = [sent for sent in world.next_hop.transactions if b"Subject: one" in sent.data]
    assert len(mine) == 1


def test_bytes_that_an_earlier_run_stored_before_it_died_are_the_ones_that_are_sent() -> None:
    world = World()
    about = world.judge(OUTSIDE)
    world.spool.write_outgoing(own_ref(about, "test-1"), b"Subject: first run\r\n\r\n1\r\n")
    submit_own_mail(world.app, about, "test-1", ENVELOPE, b"Subject: second run\r\n\r\n2\r\n")
    world.work()
    assert any(b"Subject: first run" in sent.data for sent in world.next_hop.transactions)
    assert not any(b"Subject: second run" in sent.data for sent in world.next_hop.transactions)


def test_own_mail_that_is_refused_ends_and_makes_no_dsn() -> None:
    world = World()
    about = world.judge(OUTSIDE)
    world.next_hop.answer(SENDER, 550)
    submit_own_mail(world.app, about, "test-1", ENVELOPE, b"Subject: x\r\n\r\nx\r\n")
    world.work()
    record = world.record(own_ref(about, "test-1"))
    assert (record.state, record.own, record.about) == (State.BOUNCED, "test-1", about)
    assert all(sent.reverse_path == "" for sent in world.next_hop.transactions)
