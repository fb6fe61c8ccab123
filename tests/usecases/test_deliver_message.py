"""The delivery contract, scenario by scenario: nothing lost, nothing twice, an end for everybody."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.core.hold import state
from shared.core.hold.record import Fate, State
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import Delivery, NextHopServer, Route
from shared.errors import StorageUnavailable
from shared.ports_next_hop import RecipientReply
from shared.usecases import deliver_message as module
from shared.usecases.deliver_message import deliver_message
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref
from tests.support.app import INSIDE, SENDER, World, make_message, make_settings

OTHER = "saburo@aozora.example"
THIRD = "shiro@aozora.example"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)


def fates(world: World, ref: MessageRef) -> dict[str, Fate]:
    return {result.address: result.fate for result in world.record(ref).recipients}


def test_what_arrives_is_what_came_below_mattas_own_fields() -> None:
    world = World()
    ref = world.judge(INSIDE)
    world.work()
    (sent,) = world.next_hop.transactions
    head = world.record(ref).variants[0].head
    assert sent.data == head + make_message(INSIDE)
    assert head.startswith(b"X-Matta-Trace:")
    assert head.endswith(b"\r\n")
    assert (sent.reverse_path, sent.recipients) == (SENDER, (INSIDE,))
    assert world.record(ref).state is State.DELIVERED


def test_every_attempt_sends_the_same_bytes() -> None:
    world = World()
    world.next_hop.answer(OTHER, 451)
    ref = world.judge(INSIDE, OTHER)
    world.work()
    world.next_hop.answer(OTHER, 250)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    first, second = world.next_hop.transactions
    assert first.data == second.data != b""


def test_only_recipients_that_failed_are_tried_again() -> None:
    world = World()
    world.next_hop.answer(OTHER, 451)
    ref = world.judge(INSIDE, OTHER)
    world.work()
    assert fates(world, ref) == {INSIDE: Fate.SENT, OTHER: Fate.PENDING}
    world.next_hop.answer(OTHER, 250)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert [sent.recipients for sent in world.next_hop.transactions] == [(INSIDE, OTHER), (OTHER,)]


def test_a_refused_recipient_ends_in_one_dsn_and_the_others_have_the_mail_once() -> None:
    world = World()
    world.next_hop.answer(OTHER, 550)
    ref = world.judge(INSIDE, OTHER, THIRD)
    world.work()
    record = world.record(ref)
    assert record.state is State.PARTLY_DELIVERED
    number = next(result.reported_in for result in record.recipients if result.fate is Fate.FAILED)
    dsn = world.record(own_ref(ref, f"dsn-{number}"))
    assert dsn.state is State.DELIVERED
    assert (dsn.envelope.reverse_path, dsn.envelope.recipients) == ("", (SENDER,))
    assert len(world.next_hop.transactions) == 2


def test_the_deadline_ends_in_a_dsn() -> None:
    world = World(make_settings(delivery=Delivery(deadline_hours=1.0)))
    world.next_hop.answer(INSIDE, 451)
    ref = world.judge(INSIDE)
    begun = world.clock.now()
    world.pass_time(lambda: world.record(ref).state is State.BOUNCED)
    assert timedelta(hours=1) <= world.clock.now() - begun <= timedelta(hours=1, minutes=2)
    result = world.record(ref).recipients[0]
    assert (result.fate, result.status) == (Fate.FAILED, "5.4.7")
    assert world.record(own_ref(ref, f"dsn-{result.reported_in}")).state in (State.DELIVERING, State.DELIVERED)


def test_pauses_between_attempts_grow() -> None:
    world = World()
    world.next_hop.answer(INSIDE, 451)
    world.judge(INSIDE)
    moments = []
    tries = 0
    while tries < 5:
        world.work()
        if len(world.next_hop.transactions) > tries:
            tries = len(world.next_hop.transactions)
            moments.append(world.clock.now())
        world.clock.advance(seconds=10)
        run_due(world.app)
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= gaps[0] * 4


def test_a_second_run_at_the_same_time_sends_nothing() -> None:
    world = World()
    ref = world.judge(INSIDE)
    seen: list[bool] = []
    world.next_hop.during = lambda: seen.append(deliver_message(world.app, ref))
    world.work()
    assert seen == [False]
    assert len(world.next_hop.transactions) == 1


def test_a_second_run_later_sends_nothing() -> None:
    world = World()
    ref = world.judge(INSIDE)
    world.work()
    assert deliver_message(world.app, ref) is False
    assert len(world.next_hop.transactions) == 1


def test_a_worker_that_dies_while_sending_is_replaced_after_its_claim() -> None:
    world = World()
    ref = world.judge(INSIDE)
    stored = world.messages.load(ref)
    assert stored is not None
    claimed = state.claim(stored.record, "dead", world.clock.now(), timedelta(seconds=120))
    assert claimed is not None
    module.commit(world.app, stored, claimed)
    assert deliver_message(world.app, ref) is False
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert len(world.next_hop.transactions) == 1


def test_answers_are_written_down_even_when_the_claim_is_lost_meanwhile() -> None:
    world = World()
    ref = world.judge(INSIDE, OTHER)

    def steal() -> None:
        world.next_hop.during = None
        world.clock.advance(hours=1)
        stored = world.messages.load(ref)
        assert stored is not None
        taken = state.claim(stored.record, "thief", world.clock.now(), timedelta(seconds=120))
        assert taken is not None
        module.commit(world.app, stored, taken)

    world.next_hop.during = steal
    world.work()
    assert fates(world, ref) == {INSIDE: Fate.SENT, OTHER: Fate.SENT}
    assert world.record(ref).lease == "thief"
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert len(world.next_hop.transactions) == 1


def test_answers_are_written_down_although_storage_stumbles() -> None:
    world = World()
    ref = world.judge(INSIDE)
    world.next_hop.during = lambda: world.messages.trouble.before("commit", StorageUnavailable("slow"))
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert len(world.next_hop.transactions) == 1


def test_answers_that_could_not_be_written_down_are_not_forgotten_at_the_attempts_end() -> None:
    world = World()
    ref = world.judge(INSIDE)
    away = StorageUnavailable("away")
    world.next_hop.during = lambda: world.messages.trouble.before("commit", away, times=module.RECORD_TRIES)
    with pytest.raises(StorageUnavailable):
        world.work()
    assert fates(world, ref) == {INSIDE: Fate.SENT}
    world.next_hop.during = None
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert len(world.next_hop.transactions) == 1


def test_answers_are_written_down_although_storage_stumbles_while_a_change_of_somebody_elses_is_read() -> None:
    world = World()
    ref = world.judge(INSIDE)
    away = StorageUnavailable("away")

    def trouble() -> None:
        world.next_hop.during = None
        # Carried out, and the answer lost: the next try meets a change that is its own.
        world.messages.trouble.after("commit", away)
        world.messages.trouble.before("load", away, times=2)

    world.next_hop.during = trouble
    world.work()
    assert fates(world, ref) == {INSIDE: Fate.SENT}
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert len(world.next_hop.transactions) == 1


def test_a_server_that_says_nothing_is_passed_over_for_the_next() -> None:
    servers = (NextHopServer(host="dead.example", weight=1000), NextHopServer(host="alive.example", weight=1))
    world = World(make_settings(routes=(Route(servers=servers),)))
    world.next_hop.silent("dead.example")
    ref = world.judge(INSIDE)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert world.record(ref).recipients[0].server.startswith("alive.example")


def test_servers_that_failed_lately_come_last_and_are_tried_all_the_same() -> None:
    first, second = NextHopServer(host="first.example"), NextHopServer(host="second.example", priority=1)
    world = World(make_settings(routes=(Route(servers=(first, second)),)))
    world.next_hop.silent("first.example")
    for _ in range(2):
        world.judge(INSIDE)
        world.work()
    assert [sent.server for sent in world.next_hop.transactions] == ["second.example:25"] * 2
    asked = world.next_hop.asked
    assert [server.host for server in asked] == ["first.example", "second.example", "second.example"]
    world.next_hop.silent("second.example")
    world.judge(INSIDE)
    world.work()
    assert [server.host for server in asked[3:]] == ["second.example", "first.example"]
    assert [health.server for health in world.next_hop.health("demo")] == ["first.example:25", "second.example:25"]


EIGHT_BIT = "Subject: x\r\nContent-Transfer-Encoding: 8bit\r\n\r\n本文\r\n".encode()
NARROW = NextHopServer(host="narrow.example")


def test_a_server_without_eight_bits_gets_a_form_that_is_made_once_and_stored() -> None:
    world = World(make_settings(routes=(Route(servers=(NARROW,)),)))
    world.next_hop.only_seven_bit(NARROW.host)
    world.next_hop.answer(OTHER, 451)
    ref = world.judge(INSIDE, OTHER, data=EIGHT_BIT)
    world.work()
    world.pass_time(lambda: len(world.next_hop.transactions) >= 2)
    first, second = (sent.data for sent in world.next_hop.transactions)
    assert first.isascii()
    assert first.endswith(
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode("本文\r\n".encode()) + b"\r\n"
    )
    assert second == b""
    assert [one.name for one in world.record(ref).variants] == ["original", "original-7bit"]


def test_what_cannot_be_in_seven_bits_comes_back_with_the_reason() -> None:
    world = World(make_settings(routes=(Route(servers=(NARROW,)),)))
    world.next_hop.only_seven_bit(NARROW.host)
    ref = world.judge(INSIDE, data=b"DKIM-Signature: v=1\r\n" + EIGHT_BIT)
    world.work()
    [result] = world.record(ref).recipients
    assert (result.fate, result.status) == (Fate.FAILED, "5.6.3")
    assert world.record(ref).state is State.BOUNCED


def test_a_server_with_eight_bits_is_asked_where_the_first_one_has_none() -> None:
    wide = NextHopServer(host="wide.example", priority=1)
    world = World(make_settings(routes=(Route(servers=(NARROW, wide)),)))
    world.next_hop.only_seven_bit(NARROW.host)
    data = b"DKIM-Signature: v=1\r\n" + EIGHT_BIT
    world.judge(INSIDE, data=data)
    world.work()
    [sent] = world.next_hop.transactions
    assert sent.server == "wide.example:25"
    assert sent.data.endswith(data)


def slow_servers(world: World, seconds: float, during: Callable[[], object]) -> None:
    """Servers named ``dead…`` say nothing for so long; ``during`` is called at the end of each such wait."""
    deliver = world.next_hop.deliver

    def slow(server: NextHopServer, *arguments: Any, **options: Any) -> tuple[RecipientReply, ...]:
        if server.host.startswith("dead"):
            world.next_hop.silent(server.host)
            world.clock.advance(seconds=seconds)
            during()
        return deliver(server, *arguments, **options)

    world.next_hop.deliver = slow  # type: ignore[method-assign, assignment]  # time passes while a server is tried


SLOW = (
    NextHopServer(host="dead1.example", weight=1000),
    NextHopServer(host="dead2.example", weight=1000),
    NextHopServer(host="alive.example", weight=1),
)


def test_the_claim_does_not_run_out_while_slow_servers_are_passed_over() -> None:
    world = World(make_settings(routes=(Route(servers=SLOW),)))
    ref = world.judge(INSIDE)
    second_worker: list[bool] = []
    slow_servers(world, 95, lambda: second_worker.append(deliver_message(world.app, ref)))
    world.work()
    assert second_worker == [False, False]
    assert [sent.server for sent in world.next_hop.transactions] == ["alive.example:25"]
    assert world.record(ref).state is State.DELIVERED


def test_a_worker_that_lost_its_claim_tries_no_further_server() -> None:
    world = World(make_settings(routes=(Route(servers=SLOW[1:]),)))
    ref = world.judge(INSIDE)

    def steal() -> None:
        stored = world.messages.load(ref)
        assert stored is not None
        taken = state.claim(stored.record, "thief", world.clock.now(), timedelta(seconds=120))
        assert taken is not None
        module.commit(world.app, stored, taken)

    slow_servers(world, 3600, steal)
    world.work()
    assert world.next_hop.transactions == []
    assert world.record(ref).lease == "thief"
    assert fates(world, ref) == {INSIDE: Fate.PENDING}


def test_a_server_that_may_have_the_message_is_not_passed_over_at_once() -> None:
    servers = (NextHopServer(host="cut.example", weight=1000), NextHopServer(host="alive.example", weight=1))
    world = World(make_settings(routes=(Route(servers=servers),)))
    world.next_hop.cut("cut.example")
    ref = world.judge(INSIDE)
    world.work()
    assert [sent.server for sent in world.next_hop.transactions] == ["cut.example:25"]
    assert fates(world, ref) == {INSIDE: Fate.PENDING}


def test_recipients_beyond_a_servers_limit_go_in_a_transaction_of_their_own_at_once() -> None:
    world = World()
    many = tuple(f"p{number}@aozora.example" for number in range(25))
    world.next_hop.most_recipients = 10
    ref = world.judge(*many)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert sorted(sum((sent.accepted for sent in world.next_hop.transactions), ())) == sorted(many)


def test_a_domain_without_next_hop_fails_for_good() -> None:
    world = World(
        make_settings(routes=(Route(servers=(NextHopServer(host="h"),), domains=("aozora.example",)),), rules=())
    )
    ref = world.judge(INSIDE, "x@nowhere.example")
    world.work()
    results = {result.address: (result.fate, result.status) for result in world.record(ref).recipients}
    assert results == {INSIDE: (Fate.SENT, "2.0.0"), "x@nowhere.example": (Fate.FAILED, "5.4.4")}


def test_a_spool_that_cannot_be_read_defers_and_opens_no_transaction() -> None:
    world = World()
    ref = world.judge(INSIDE)
    world.spool.trouble.before("content", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        world.work()
    assert world.next_hop.transactions == []
    record = world.record(ref)
    assert (record.state, record.lease) == (State.DELIVERING, "")
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)


def test_a_held_message_is_not_delivered_by_a_stray_queue_item() -> None:
    world = World()
    ref = world.judge("taro@partner.example")
    assert deliver_message(world.app, ref) is False
    assert world.next_hop.transactions == []
