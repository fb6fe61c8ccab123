"""Trying a next hop over real connections: each step that can fail is the last one told, and no password is ever repeated."""

from __future__ import annotations

import ssl

import pytest
import trustme

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.policy.tenant_settings import NextHopServer, StartTls
from shared.ports import HopStep
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import GREETING, Silence
from tests.support.next_hop_server import NextHopServer as Server

PASSWORD = "p4-word-91"


def tried(server: Server, policy: StartTls = "none", username: str = "", password: str = PASSWORD) -> list[str]:
    hop = SmtpNextHop("matta.test", FakeSecrets({"hop": password}))
    target = NextHopServer(
        host="127.0.0.1",
        port=server.port,
        starttls=policy,
        username=username,
        password_secret="hop" if username else "",
        timeout_seconds=1,
    )
    steps = hop.probe(target)
    assert all(step.ok for step in steps[:-1])
    assert steps[-1].step is HopStep.READY or not steps[-1].ok
    assert not any(password in step.text for step in steps)
    assert not [command for command in server.commands if command.startswith(("MAIL", "DATA"))]
    return [f"{step.step}: {step.text}" for step in steps]


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(made)
    return made


def test_a_good_server_with_encryption_and_a_password(tls: ssl.SSLContext) -> None:
    with Server(tls=tls, users={"matta": PASSWORD}) as server:
        steps = tried(server, "required", "matta")
    assert [step.partition(":")[0] for step in steps] == ["connect", "greeting", "encrypt", "authenticate", "ready"]
    assert steps[2] == "encrypt: TLSv1.3"


def test_a_certificate_that_nobody_vouches_for(tls: ssl.SSLContext) -> None:
    with Server(tls=tls) as server:
        *_, last = tried(server, "verified")
    assert last.startswith("encrypt: no TLS: the certificate does not hold")


def test_a_password_that_the_server_refuses(tls: ssl.SSLContext) -> None:
    with Server(tls=tls, users={"matta": "another"}) as server:
        *_, last = tried(server, "required", "matta")
    assert last.startswith("authenticate: the server refuses the user name and password")


def test_a_server_without_encryption_where_it_is_required() -> None:
    with Server() as server:
        assert tried(server, "required")[-1] == "encrypt: the server offers no STARTTLS"


def test_a_server_that_refuses_every_command() -> None:
    with Server() as server:
        server.on("NOOP", "502 5.5.1 no")
        assert tried(server)[-1] == "ready: the server refuses commands: 502 no"


def test_a_server_that_says_nothing() -> None:
    with Server() as server:
        server.on(GREETING, Silence())
        steps = tried(server)
    assert steps == ["connect: ", "greeting: no answer: timed out"]
