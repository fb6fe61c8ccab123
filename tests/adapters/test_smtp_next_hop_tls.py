"""TLS towards next hops: a server's own CA and name, TLS from the first byte, client certificates and their rotation."""

from __future__ import annotations

import glob
import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from shared.adapters import smtp_next_hop_tls
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_connection import ConnectionFailed
from shared.adapters.smtp_next_hop_tls import TlsContexts
from shared.core.policy.tenant_settings import StartTls
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_hops import send, target
from tests.support.next_hop_server import NextHopServer as Server

OURS = trustme.CA()
THEIRS = trustme.CA()
CA = OURS.cert_pem.bytes().decode()
OTHER_CA = THEIRS.cert_pem.bytes().decode()


def pem(authority: trustme.CA, name: str) -> str:
    """A certificate and its key, as a secret holds them."""
    made = authority.issue_cert(name)
    return made.private_key_and_cert_chain_pem.bytes().decode()


def server_tls(*names: str, clients: trustme.CA | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    OURS.issue_cert(*names).configure_cert(context)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        clients.configure_trust(context)
    return context


@contextmanager
def running(**options: object) -> Iterator[Server]:
    with Server(**options) as server:  # type: ignore[arg-type]  # handed on
        yield server
    assert server.violations == []


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])
@pytest.mark.parametrize(
    ("policy", "ca", "name", "sent"),
    [
        pytest.param("verified", CA, "mx.partner.example", True, id="verified by its own CA and name"),
        pytest.param("verified", CA + OTHER_CA, "mx.partner.example", True, id="one of two CAs"),
        pytest.param("verified", CA, "", False, id="another name than the host's"),
        pytest.param("verified", CA, "mx.other.example", False, id="another name than wanted"),
        pytest.param("verified", OTHER_CA, "mx.partner.example", False, id="another CA"),
        pytest.param("verified", "", "mx.partner.example", False, id="no public CA"),
        pytest.param("verified", "no certificate", "mx.partner.example", False, id="a CA that is none"),
        pytest.param("required", OTHER_CA, "mx.other.example", True, id="required looks at none of it"),
        pytest.param("opportunistic", OTHER_CA, "mx.other.example", True, id="nor does opportunistic"),
    ],
)
def test_whom_a_certificate_must_be_for(policy: StartTls, ca: str, name: str, sent: bool, implicit: bool) -> None:
    with running(tls=server_tls("mx.partner.example"), implicit_tls=implicit) as server:
        settings = target(server, starttls=policy, ca=ca, tls_name=name, implicit_tls=implicit)
        reply = send(SmtpNextHop("matta.test", FakeSecrets()), settings)
        assert reply.accepted is sent
        assert [message.encrypted for message in server.messages] == ([True] if sent else [])
        if not sent:
            assert (reply.permanent, reply.code, reply.status) == (False, 0, "4.7.5")


@pytest.mark.parametrize("policy", ["none", "opportunistic", "required", "verified"])
def test_implicit_tls_has_no_way_back_to_the_clear(policy: StartTls) -> None:
    with running() as server:
        reply = send(SmtpNextHop("matta.test", FakeSecrets()), target(server, starttls=policy, implicit_tls=True))
        assert (reply.accepted, reply.permanent, reply.code) == (False, False, 0)
        assert server.messages == []


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])
@pytest.mark.parametrize(
    ("secret", "status"),
    [
        pytest.param(pem(THEIRS, "matta.test"), "", id="one that the server wants"),
        pytest.param(pem(OURS, "matta.test"), "4", id="one of another authority"),
        pytest.param(None, "4", id="none"),
        pytest.param("nonsense", "4.7.5", id="no certificate at all"),
        pytest.param(
            THEIRS.issue_cert("m").cert_chain_pems[0].bytes().decode(), "4.7.5", id="a certificate without key"
        ),
        pytest.param("missing", "4.3.5", id="a secret that is not there"),
    ],
)
def test_a_server_that_asks_for_a_client_certificate(secret: str | None, status: str, implicit: bool) -> None:
    secrets = FakeSecrets({} if secret in (None, "missing") else {"hop-cert": str(secret)})
    with running(tls=server_tls("127.0.0.1", clients=THEIRS), implicit_tls=implicit) as server:
        named = "" if secret is None else "hop-cert"
        settings = target(server, starttls="required", implicit_tls=implicit, client_certificate_secret=named)
        reply = send(SmtpNextHop("matta.test", secrets), settings)
        assert reply.accepted is (status == "")
        if status:
            assert not reply.permanent
            assert reply.status.startswith(status)


def test_a_broken_client_certificate_is_no_reason_to_go_on_in_the_clear() -> None:
    with running(tls=server_tls("127.0.0.1")) as server:
        settings = target(server, starttls="opportunistic", client_certificate_secret="hop-cert")
        reply = send(SmtpNextHop("matta.test", FakeSecrets({"hop-cert": "nonsense"})), settings)
        assert (reply.accepted, reply.status) == (False, "4.7.5")
        assert server.messages == []


def test_a_rotated_client_certificate_counts_from_the_next_connection_on() -> None:
    secrets = FakeSecrets({"hop-cert": pem(OURS, "matta.test")})
    hop = SmtpNextHop("matta.test", secrets)
    with running(tls=server_tls("127.0.0.1", clients=THEIRS)) as server:
        settings = target(server, starttls="required", client_certificate_secret="hop-cert")
        assert not send(hop, settings).accepted
        secrets.passwords["hop-cert"] = pem(THEIRS, "matta.test")
        assert send(hop, settings).accepted


def test_contexts_are_made_once_for_each_content_and_their_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_next_hop_tls, "MOST_CONTEXTS", 2)
    contexts = TlsContexts()
    one, other = pem(OURS, "a.example"), pem(OURS, "b.example")
    first = contexts.context(verified=True, ca=CA, certificate=one)
    assert contexts.context(verified=True, ca=CA, certificate=one) is first
    assert contexts.context(verified=True, ca=CA, certificate=other) is not first
    assert contexts.context(verified=True, ca=CA, certificate=one) is first
    contexts.context(verified=False)
    contexts.context(verified=True, ca=OTHER_CA)
    assert contexts.context(verified=True, ca=CA, certificate=one) is not first
    assert contexts.context(verified=False, ca=CA) is contexts.context(verified=False, ca=OTHER_CA)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("good", [True, False])
def test_no_key_is_left_in_a_file(in_memory: bool, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
        mkstemp = tempfile.mkstemp

        def watched() -> tuple[int, str]:
            descriptor, path = mkstemp()
            assert os.stat(path).st_mode & 0o777 == 0o600
            made.append(path)
            return descriptor, path

        monkeypatch.setattr(tempfile, "mkstemp", watched)
    before = len(glob.glob("/proc/self/fd/*"))
    if good:
        TlsContexts().context(verified=False, certificate=pem(OURS, "a.example"))
    else:
        with pytest.raises(ConnectionFailed):
            TlsContexts().context(verified=False, certificate="-----BEGIN PRIVATE KEY-----")
    assert len(glob.glob("/proc/self/fd/*")) == before
    assert len(made) == (0 if in_memory else 1)
    assert not any(os.path.exists(path) for path in made)


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password() -> None:
    made = OURS.issue_cert("a.example")
    key = serialization.load_pem_private_key(made.private_key_pem.bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"password"),
    )
    with pytest.raises(ConnectionFailed, match="cannot be used"):
        TlsContexts().context(verified=False, certificate=(locked + made.cert_chain_pems[0].bytes()).decode())
