"""Where next hops may be: the public internet, what was named, and nothing of the service's own network by any spelling."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from shared.adapters.reachable_networks import ReachableNetworks
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from shared.ports_next_hop import HopStep
from shared.settings import MisconfiguredProcess
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_server import NextHopServer as Server


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ("40.107.22.1", True),
        ("2603:1026::1", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("::1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.4", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("fd00::1", False),
        ("169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("168.63.129.16", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("ff0e::1", False),
        ("255.255.255.255", False),
        ("::ffff:169.254.169.254", False),
        ("::ffff:10.0.0.4", False),
        ("::ffff:40.107.22.1", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::286b:1601", True),
        ("::127.0.0.1", False),
        ("::a9fe:a9fe", False),
        ("::ffff:0:a9fe:a9fe", False),
        ("64:ff9b:1::a9fe:a9fe", False),
        ("fec0::1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_the_public_internet_and_nothing_else(address: str, reachable: bool) -> None:
    assert (address in ReachableNetworks()) is reachable


def test_networks_can_be_named() -> None:
    named = ReachableNetworks("10.1.0.0/16, ::1,")
    reached = [
        address for address in ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1", "::1", "127.0.0.1") if address in named
    ]
    assert reached == ["10.1.2.3", "::ffff:10.1.2.3", "::1"]


@pytest.mark.parametrize("text", ["everything", "10.0.0.0/33", "10.1.0.0/16;10.2.0.0/16"])
def test_what_is_no_network_stops_the_start(text: str) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_NEXT_HOP_NETWORKS"):
        ReachableNetworks(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1"])
def test_neither_a_trial_nor_mail_comes_to_the_services_own_network(host: str) -> None:
    """By whatever name: what counts is the address that a connection would go to."""
    with Server() as server:
        hop = SmtpNextHop("matta.test", FakeSecrets(), reachable=ReachableNetworks())
        target = NextHopServer(host=host, port=server.port, timeout_seconds=2)
        (step,) = hop.probe(target)
        assert (step.step, step.ok) == (HopStep.CONNECT, False)
        (reply,) = hop.deliver(
            target, "", ["a@x.example"], Envelope("", ("a@x.example",)), Content(1, lambda: iter([b"x"]))
        )
        assert (reply.accepted, reply.permanent, reply.status) == (False, False, "4.4.3")
        assert server.commands == []


def test_a_named_network_is_connected_to() -> None:
    with Server() as server:
        hop = SmtpNextHop("matta.test", FakeSecrets(), reachable=ReachableNetworks("127.0.0.0/8"))
        steps = hop.probe(NextHopServer(host="127.0.0.1", port=server.port, timeout_seconds=2, starttls="none"))
        assert all(step.ok for step in steps)


def test_of_several_addresses_only_those_that_may_be_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server:

        def both(*_: object, **__: object) -> list[Any]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
            return [(*kind, ("127.0.0.1", server.port)), (*kind, ("127.0.0.2", server.port))]

        monkeypatch.setattr(socket, "getaddrinfo", both)
        hop = SmtpNextHop("matta.test", FakeSecrets(), reachable=ReachableNetworks("127.0.0.2"))
        hop.probe(NextHopServer(host="both.example", port=server.port, timeout_seconds=2))
        assert server.commands == [], "the server listens on the first address alone"
