"""Deliveries by way of the relay: through the real egress proxy to a real server, TLS within TLS, and what may fail."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_egress import EgressProxy
from shared.core.policy.tenant_settings import StartTls
from shared.ports_next_hop import HopStep
from shared.settings import MisconfiguredProcess
from tests.fakes.secrets import FakeSecrets
from tests.support.certificates import AUTHORITY
from tests.support.egress import RunningEgress, running_egress
from tests.support.next_hop_hops import send, target
from tests.support.next_hop_server import NextHopServer as Server

CA = AUTHORITY.cert_pem.bytes().decode()
LARGE = b"Subject: x\r\n\r\n" + (b"y" * 70 + b"\r\n") * 40_000


@pytest.fixture
def server() -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    with Server(tls=context) as running:
        yield running
        assert running.violations == []


@pytest.fixture
def egress(server: Server, tmp_path: Path) -> Iterator[RunningEgress]:
    with running_egress(tmp_path, egress_targets=str(server.port)) as running:
        yield running


def hop_by(proxy: str, ca: str = CA, secrets: FakeSecrets | None = None, idle: float = 0.0) -> SmtpNextHop:
    known = secrets or FakeSecrets()
    # Nothing is reachable directly: whatever arrives came by the proxy.
    return SmtpNextHop("matta.test", known, reachable=(), egress=EgressProxy(proxy, ca, known), idle_seconds=idle)


@pytest.mark.parametrize("policy", ["none", "opportunistic", "required", "verified"])
def test_mail_arrives_by_way_of_the_relay(server: Server, egress: RunningEgress, policy: StartTls) -> None:
    hop = hop_by(f"127.0.0.1:{egress.port}")
    settings = target(server, starttls=policy, ca=CA, egress="relay", timeout_seconds=20)
    assert send(hop, settings, data=LARGE).accepted
    [message] = server.messages
    assert message.data == LARGE
    assert message.encrypted is (policy != "none")


def test_a_kept_session_goes_on_through_its_tunnel(server: Server, egress: RunningEgress) -> None:
    hop = hop_by(f"127.0.0.1:{egress.port}", idle=60.0)
    settings = target(server, starttls="required", egress="relay")
    assert [send(hop, settings).accepted for _ in range(3)] == [True] * 3
    assert server.connections == 1
    hop.close()


def test_implicit_tls_within_the_tunnel(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    with (
        Server(tls=context, implicit_tls=True) as server,
        running_egress(tmp_path, egress_targets=str(server.port)) as egress,
    ):
        settings = target(server, starttls="verified", ca=CA, implicit_tls=True, egress="relay")
        assert send(hop_by(f"127.0.0.1:{egress.port}"), settings).accepted
        assert server.messages[0].encrypted


def test_the_proxys_encryption_is_not_the_servers(server: Server, egress: RunningEgress) -> None:
    server.tls = None
    server.users = {"u": "w"}
    hop = hop_by(f"127.0.0.1:{egress.port}", secrets=FakeSecrets({"p": "w"}))
    reply = send(hop, target(server, username="u", password_secret="p", egress="relay"))
    assert (reply.accepted, reply.status) == (False, "4.7.11")
    assert not [command for command in server.commands if command.startswith("AUTH")]


@pytest.mark.parametrize("policy", ["required", "verified"])
def test_a_certificate_that_does_not_hold_for_the_server(
    server: Server, egress: RunningEgress, policy: StartTls
) -> None:
    settings = target(server, starttls=policy, ca=CA, tls_name="mx.other.example", egress="relay")
    reply = send(hop_by(f"127.0.0.1:{egress.port}"), settings)
    assert reply.accepted is (policy == "required")
    assert reply.accepted or "certificate does not hold" in reply.text


def test_what_the_proxy_refuses_is_temporary(server: Server, egress: RunningEgress) -> None:
    other = FakeSecrets()
    other.keys["egress"] = FakeSecrets().keys["link"]
    reply = send(hop_by(f"127.0.0.1:{egress.port}", secrets=other), target(server, egress="relay"))
    assert (reply.accepted, reply.permanent, reply.code, reply.status) == (False, False, 0, "4.4.1")
    assert reply.text == "the relay opens no connection to the server: 407"
    assert server.connections == 0


@pytest.mark.parametrize(
    ("proxy", "ca", "keys", "text"),
    [
        pytest.param("", CA, True, "no egress by way of the relay", id="no proxy"),
        pytest.param("127.0.0.1:9", CA, True, "no connection: refused", id="nobody listens"),
        pytest.param("here", CA, False, "the key for the relay's egress", id="no key"),
        pytest.param("here", "", True, "certificate does not hold", id="not the proxy's CA"),
        pytest.param("here", "/nowhere/ca.pem", True, "MATTA_EGRESS_CA", id="a file that is missing"),
    ],
)
def test_a_way_that_is_not_there_is_temporary(
    server: Server, egress: RunningEgress, proxy: str, ca: str, keys: bool, text: str
) -> None:
    secrets = FakeSecrets() if keys else FakeSecrets(keys={})
    hop = hop_by(proxy.replace("here", f"127.0.0.1:{egress.port}"), ca, secrets)
    reply = send(hop, target(server, egress="relay"))
    assert (reply.accepted, reply.permanent, reply.code) == (False, False, 0)
    assert text in reply.text


def test_without_any_proxy_object_the_same(server: Server) -> None:
    assert send(SmtpNextHop("m", FakeSecrets()), target(server, egress="relay")).status == "4.3.5"


def test_the_ca_may_be_a_file(server: Server, egress: RunningEgress, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(CA)
    assert send(hop_by(f"127.0.0.1:{egress.port}", os.fspath(path)), target(server, egress="relay")).accepted


def test_a_trial_goes_the_same_way(server: Server, egress: RunningEgress) -> None:
    hop = hop_by(f"127.0.0.1:{egress.port}")
    steps = hop.probe(target(server, starttls="required", egress="relay"))
    assert [(one.step, one.ok) for one in steps] == [
        (HopStep.CONNECT, True),
        (HopStep.GREETING, True),
        (HopStep.ENCRYPT, True),
        (HopStep.READY, True),
    ]
    assert steps[2].text == "TLSv1.3"
    [last] = hop_by("").probe(target(server, egress="relay"))
    assert (last.step, last.ok, last.text) == (
        HopStep.CONNECT,
        False,
        "this installation has no egress by way of the relay",
    )


@pytest.mark.parametrize("address", ["relay", "relay:", ":25", "relay:port", "https://relay:8443"])
def test_an_address_that_is_none_is_named_at_the_start(address: str) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_EGRESS_PROXY"):
        EgressProxy(address, "", FakeSecrets())
