"""A tenant whose servers hang has a part of the workers, and the others go on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.adapters import smtp_next_hop_share
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_pool import Busy
from shared.adapters.smtp_next_hop_share import MOST_WHILE_SLOW, REMEMBERED_SECONDS, SLOW_SECONDS, FairShare
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import Late
from tests.support.next_hop_hops import send, target
from tests.support.next_hop_server import NextHopServer as Server


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def under_way(share: FairShare, number: int, size: int = 0, tenant: str = "slow") -> list[object]:
    """So many deliveries that have begun."""
    begun = [share.delivery(tenant, size) for _ in range(number)]
    for one in begun:
        one.__enter__()
    return list(begun)


def end(deliveries: list[object]) -> None:
    for one in deliveries:
        one.__exit__(None, None, None)  # type: ignore[attr-defined]  # context managers


def refused(share: FairShare, tenant: str = "slow") -> bool:
    try:
        with share.delivery(tenant, 0):
            return False
    except Busy:
        return True


def test_servers_that_answer_meet_no_limit() -> None:
    clock = Clock()
    share = FairShare(clock)
    for _ in range(10):
        deliveries = under_way(share, 50)
        clock.now += SLOW_SECONDS - 0.1
        end(deliveries)
    assert share._tenants == {}


def test_while_deliveries_take_long_further_ones_of_that_tenant_are_put_off() -> None:
    clock = Clock()
    share = FairShare(clock)
    deliveries = under_way(share, MOST_WHILE_SLOW)
    assert not refused(share)
    clock.now += SLOW_SECONDS
    assert refused(share)
    assert not refused(share, "another")
    end(deliveries[:1])
    assert not refused(share)


def test_hanging_all_at_once_and_letting_go_all_at_once_gains_nothing() -> None:
    clock = Clock()
    share = FairShare(clock)
    deliveries = under_way(share, 12)
    clock.now += SLOW_SECONDS
    end(deliveries)
    deliveries = under_way(share, MOST_WHILE_SLOW)
    assert refused(share)
    end(deliveries)
    clock.now += REMEMBERED_SECONDS
    end(under_way(share, 12))
    assert share._tenants == {}


def test_a_large_message_may_take_its_time() -> None:
    clock = Clock()
    share = FairShare(clock)
    deliveries = under_way(share, MOST_WHILE_SLOW, 150 * 1024 * 1024)
    clock.now += 500
    assert not refused(share)
    end(deliveries)
    assert not refused(share)


def test_a_server_that_hangs_holds_some_workers_and_everybody_elses_mail_goes_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_next_hop_share, "SLOW_SECONDS", 0.2)
    hop = SmtpNextHop("matta.test", FakeSecrets())
    hung = threading.Event()
    with Server() as slow, Server() as quick, ThreadPoolExecutor(12) as workers:
        slow.on("MAIL", Late(3.0, "250 ok"))
        sent = [workers.submit(send, hop, target(slow, connections=100), tenant="slow") for _ in range(MOST_WHILE_SLOW)]
        hung.wait(1.0)
        further = [workers.submit(send, hop, target(slow, connections=100), tenant="slow") for _ in range(200)]
        others = [workers.submit(send, hop, target(quick), tenant="other") for _ in range(5)]
        assert all(one.result(timeout=60).accepted for one in others)
        assert not any(one.done() for one in sent), "those of the slow one still hang"
        put_off = [one.result(timeout=60) for one in further]
        assert {(reply.accepted, reply.permanent, reply.status) for reply in put_off} == {(False, False, "4.4.5")}
        assert all(one.result(timeout=60).accepted for one in sent)
        assert hop.health("slow") == (), "the server has done nothing wrong"
    hop.close()
