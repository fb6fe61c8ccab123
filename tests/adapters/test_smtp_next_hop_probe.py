"""Trying a next hop over real connections: each step that can fail is the last one told, and no password is ever repeated."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
import trustme

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.policy.delivery_settings import OAuthClient
from shared.core.policy.tenant_settings import NextHopServer, StartTls
from shared.ports_next_hop import HopStep
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import GREETING, Silence
from tests.support.next_hop_server import NextHopServer as Server

PASSWORD = "p4-word-91"


def tried(
    server: Server, policy: StartTls = "none", username: str = "", password: str = PASSWORD, **settings: Any
) -> list[str]:
    hop = SmtpNextHop("matta.test", FakeSecrets({"hop": password, "nonsense": "nonsense"}))
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "starttls": policy,
        "username": username,
        "password_secret": "hop" if username else "",
        "timeout_seconds": 1,
    }
    target = NextHopServer(**(values | settings))
    steps = hop.probe(target)
    assert all(step.ok for step in steps[:-1])
    assert steps[-1].step is HopStep.READY or not steps[-1].ok
    assert not any(password in step.text for step in steps)
    assert not [command for command in server.commands if command.startswith(("MAIL", "DATA"))]
    return [f"{step.step}: {step.text}" for step in steps]


AUTHORITY = trustme.CA()
CA = AUTHORITY.cert_pem.bytes().decode()


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(made)
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


@pytest.mark.parametrize(
    ("settings", "last"),
    [
        pytest.param({"ca": CA}, "ready: ", id="its own CA"),
        pytest.param({"ca": CA, "implicit_tls": True}, "encrypt: no TLS: WRONG_VERSION_NUMBER", id="no TLS at once"),
        pytest.param(
            {"ca": CA, "tls_name": "mx.other.example"},
            "encrypt: no TLS: the certificate does not hold: Hostname mismatch, certificate is not valid for"
            " 'mx.other.example'.",
            id="another name",
        ),
        pytest.param(
            {"ca": "x"}, "encrypt: the CA certificates of the server's settings cannot be read", id="a CA that is none"
        ),
        pytest.param(
            {"ca": CA, "client_certificate_secret": "gone"},
            "encrypt: the client certificate cannot be had",
            id="a certificate's secret that is not there",
        ),
        pytest.param(
            {"ca": CA, "client_certificate_secret": "nonsense"},
            "encrypt: the client certificate and its key cannot be used",
            id="a certificate that is none",
        ),
        pytest.param(
            {"ca": CA, "username": "u", "password_secret": "gone"},
            "authenticate: the password of the server cannot be had",
            id="a password's secret that is not there",
        ),
        pytest.param(
            {"ca": CA, "username": "u", "password_secret": "hop", "auth": "xoauth2"},
            "authenticate: the settings name no application for XOAUTH2",
            id="no application",
        ),
        pytest.param(
            {
                "ca": CA,
                "username": "u",
                "password_secret": "hop",
                "oauth": OAuthClient(authority="https://127.0.0.1:9/x", client_id="a"),
            },
            "authenticate: no access token: NoAnswer",
            id="an authority that is not there",
        ),
        pytest.param(
            {"egress": "relay"},
            "connect: this installation has no egress by way of the relay",
            id="no way by the relay",
        ),
    ],
)
def test_each_setting_that_is_wrong_is_told_where_it_matters(
    tls: ssl.SSLContext, settings: dict[str, Any], last: str
) -> None:
    with Server(tls=tls, users={"u": PASSWORD}, extensions=["AUTH PLAIN XOAUTH2"]) as server:
        assert tried(server, "verified", **settings)[-1] == last


@pytest.mark.parametrize("implicit", [False, True])
def test_a_server_that_wants_a_client_certificate_says_so_at_encryption(implicit: bool) -> None:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(made)
    made.verify_mode = ssl.CERT_REQUIRED
    AUTHORITY.configure_trust(made)
    with Server(tls=made, implicit_tls=implicit) as server:
        last = tried(server, "required", implicit_tls=implicit)[-1]
    assert last.startswith("encrypt: the server ends the connection after the handshake, as for want of a client cert")
