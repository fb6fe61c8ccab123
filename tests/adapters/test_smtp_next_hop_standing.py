"""Health and pace as a process keeps them: by tenant and server, bounded, and over a real connection."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.adapters import smtp_next_hop_standing
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_connection import Budget
from shared.adapters.smtp_next_hop_pool import Busy, Place
from shared.adapters.smtp_next_hop_standing import Standing
from shared.core.delivery.health import FIRST_PAUSE
from shared.core.policy.tenant_settings import NextHopServer
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import CONTENT, GREETING, Action, Drop
from tests.support.next_hop_hops import A, send, target
from tests.support.next_hop_server import NextHopServer as Server

SERVER = NextHopServer(host="hop.example", messages_a_minute=60)
PLACE = Place("demo", SERVER)


class Time:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def standing(self) -> Standing:
        return Standing(lambda: self.now, self.sleep)


def test_a_pause_a_trial_and_a_recovery() -> None:
    time = Time()
    standing = time.standing()
    assert standing.is_well(PLACE)
    standing.failed(PLACE, "refused")
    assert not standing.is_well(PLACE)
    [shown] = standing.of_tenant("demo")
    assert (shown.server, shown.failures, shown.pause_left, shown.text) == ("hop.example:25", 1, FIRST_PAUSE, "refused")
    time.now += FIRST_PAUSE
    assert standing.is_well(PLACE)
    assert not standing.is_well(PLACE)  # somebody is trying
    standing.worked(PLACE)
    assert standing.is_well(PLACE)
    assert standing.of_tenant("demo") == ()


def test_what_one_tenant_finds_is_nothing_to_another() -> None:
    standing = Time().standing()
    standing.failed(PLACE, "refuses the password")
    assert standing.is_well(Place("other", SERVER))
    assert standing.of_tenant("other") == ()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_next_hop_standing, "MOST_PLACES", 3)
    standing = Time().standing()
    for number in range(5):
        standing.failed(Place("demo", NextHopServer(host=f"{number}.example")), "x")
    assert [one.server for one in standing.of_tenant("demo")] == ["2.example:25", "3.example:25", "4.example:25"]


def test_a_short_wait_is_waited_and_a_long_one_put_off() -> None:
    time = Time()
    standing = time.standing()
    for _ in range(6):
        standing.take_turn(PLACE, Budget(60, 60))
    assert time.slept == [1.0] * 5
    still = Standing(lambda: 1000.0, time.slept.append)
    for _ in range(3):
        still.take_turn(PLACE, Budget(60, 60))
    assert time.slept[5:] == [1.0, 2.0]
    with pytest.raises(Busy, match="at most 60 messages a minute"):
        still.take_turn(PLACE, Budget(60, 60))


def test_no_limit_means_no_wait() -> None:
    time = Time()
    for _ in range(1000):
        time.standing().take_turn(Place("demo", NextHopServer(host="x")), Budget(60, 60))
    assert time.slept == []


def test_a_message_over_the_limit_is_temporary_without_a_code_and_no_failure_of_the_server() -> None:
    with Server() as server:
        hop = SmtpNextHop("matta.test", FakeSecrets())
        settings = target(server, messages_a_minute=1)
        assert send(hop, settings).accepted
        reply = send(hop, settings)
        assert (reply.accepted, reply.permanent, reply.code, reply.status) == (False, False, 0, "4.4.5")
        assert send(hop, settings, tenant="other").accepted
        assert hop.is_well("demo", settings)
        assert server.connections == 2


@pytest.mark.parametrize(
    ("make", "well"),
    [
        pytest.param(lambda server: server.on(GREETING, "554 go away"), False, id="the greeting"),
        pytest.param(lambda server: server.on(GREETING, Drop()), False, id="hangs up"),
        pytest.param(lambda server: server.on("MAIL", "421 4.3.2 closing"), False, id="closes"),
        pytest.param(lambda server: server.on(CONTENT, Drop()), False, id="no answer to the message"),
        pytest.param(lambda server: server.on("MAIL", "451 4.3.0 later"), True, id="4yz to MAIL"),
        pytest.param(lambda server: server.on("RCPT", "450 4.2.0 greylisted"), True, id="4yz to a recipient"),
        pytest.param(lambda server: server.on("RCPT", "550 5.1.1 nobody"), True, id="5yz to a recipient"),
        pytest.param(lambda server: server.on(CONTENT, "554 5.7.1 spam"), True, id="5yz to the message"),
    ],
)
def test_what_is_held_against_a_server(make: Callable[[Server], Action], well: bool) -> None:
    with Server() as server:
        make(server)
        hop = SmtpNextHop("matta.test", FakeSecrets())
        settings = target(server)
        assert not send(hop, settings, to=A).accepted
        assert hop.is_well("demo", settings) is well
        assert bool(hop.health("demo")) is not well


def test_a_secret_that_is_missing_is_not_the_servers_fault() -> None:
    with Server() as server:
        hop = SmtpNextHop("matta.test", FakeSecrets())
        settings = target(server, username="u", password_secret="gone")
        assert send(hop, settings).status == "4.3.5"
        assert hop.is_well("demo", settings)
        assert server.connections == 0
