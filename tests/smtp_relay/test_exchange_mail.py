"""Mail of Exchange Online's shared servers through a real relay: TLS server name, certificate, header."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.ports_relay import IngressRule
from smtp_relay.tls import TlsFiles
from tests.fakes.spool import FakeSpool
from tests.support.certificates import AUTHORITY, CertificateFiles, client_context, issued, self_signed
from tests.support.relay import HOST, Dialogue, RunningRelay

A, B = "aaaaaaaa-2222-3333-4444-555555555555", "bbbbbbbb-2222-3333-4444-555555555555"
RULES = (
    IngressRule("a", exchange_tenant=A, hosts=("a.relay.example",), domains=("a.example",)),
    IngressRule("b", exchange_tenant=B, hosts=("b.relay.example",), domains=("b.example",)),
)
EXCHANGE = {"exchange_peers": "127.0.0.1,192.0.2.0/24"}
NAMES = {"exchange_names": "mail.protection.outlook.example"}


@dataclass(frozen=True)
class Tls:
    """The relay's files, and the certificate of a server of Exchange Online."""

    server: CertificateFiles
    exchange: CertificateFiles
    directory: Path


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    directory = tmp_path_factory.mktemp("exchange")
    server = issued(directory, HOST)
    return Tls(server, issued(directory, "apc.mail.protection.outlook.example"), directory)


@pytest.fixture
def public_authority(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the tests' authority one of the system's public ones."""
    file = tls.directory / "public.pem"
    file.write_bytes(AUTHORITY.cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


@pytest.fixture
def by_address(spool: FakeSpool, tls: Tls) -> Iterator[RunningRelay]:
    files = TlsFiles(str(tls.server.cert), str(tls.server.key), "")
    with RunningRelay(spool, RULES, tls=files, **EXCHANGE) as running:
        yield running


def connect(relay: RunningRelay, server_name: str | None, shown: CertificateFiles | None = None) -> Dialogue:
    """A client like Exchange Online: it connects to a name, and may show a certificate."""
    smtp = Dialogue(relay.port)
    smtp.hello()
    if server_name is not None:
        context = client_context(shown)
        context.check_hostname = False
        assert smtp.command("STARTTLS")[:3] == "220"
        smtp._file.close()
        smtp.socket = context.wrap_socket(smtp.socket, server_hostname=server_name or None)
        smtp._file = smtp.socket.makefile("rb")
        smtp.hello()
    return smtp


def message(directory: str = A, *more: str) -> bytes:
    fields = ["From: u@a.example", f"X-MS-Exchange-CrossTenant-Id: {directory}", *more, "Subject: x"]
    return ("\r\n".join(fields) + "\r\n\r\nbody " + "x" * 300_000 + "\r\n").encode()


def send(smtp: Dialogue, content: bytes, sender: str = "u@a.example") -> str:
    reply = smtp.command(f"MAIL FROM:<{sender}>")
    if reply[:3] != "250":
        return reply
    assert smtp.command("RCPT TO:<taro@partner.example>")[:3] == "250"
    assert smtp.command("DATA")[:3] == "354"
    smtp.send(content + b".\r\n")
    return smtp.reply()


def test_mail_of_two_tenants_from_one_address_goes_to_the_right_one(by_address: RunningRelay, spool: FakeSpool) -> None:
    with connect(by_address, "a.relay.example") as smtp:
        assert send(smtp, message(A))[:3] == "250"
    with connect(by_address, "b.relay.example") as smtp:
        assert send(smtp, message(B), "u@b.example")[:3] == "250"
        assert send(smtp, message(B), "")[:3] == "250"
    assert sorted(ref.tenant_id for ref in spool.refs) == ["a", "b", "b"]
    [ref] = [ref for ref in spool.refs if ref.tenant_id == "a"]
    stored = spool.describe(ref)
    assert stored is not None
    assert stored.reception.attributed_by == "exchange"
    assert b"".join(spool.content("spool", ref).chunks()) == message(A)
    assert by_address.relay.counters.accepted == 3


@pytest.mark.parametrize(
    ("server_name", "sender", "content"),
    [
        pytest.param(None, "u@a.example", message(A), id="no TLS, so no host name"),
        pytest.param("", "u@a.example", message(A), id="TLS without a host name"),
        pytest.param("b.relay.example", "u@a.example", message(A), id="the host name of another"),
        pytest.param("a.relay.example", "u@b.example", message(A), id="a sender of another"),
        pytest.param("a.relay.example", "u@a.example", message(B), id="the header of another"),
        pytest.param(
            "a.relay.example",
            "u@a.example",
            message(A, f"X-MS-Exchange-CrossTenant-Id: {B}"),
            id="two headers",
        ),
        pytest.param(
            "a.relay.example",
            "u@a.example",
            b"Subject: x\r\n\r\nX-MS-Exchange-CrossTenant-Id: " + A.encode() + b"\r\n",
            id="the header in the body",
        ),
        pytest.param("a.relay.example", "u@a.example", b"Subject: x\r\n", id="no header"),
        pytest.param("a.relay.example", "u@a.example", b"X: " + b"y" * 600_000 + b"\r\n", id="an endless header"),
        pytest.param("a.relay.example", "", message(B), id="a null sender of another"),
    ],
)
def test_where_one_disagrees_nothing_is_stored_and_the_peer_learns_nothing(
    by_address: RunningRelay, spool: FakeSpool, server_name: str | None, sender: str, content: bytes
) -> None:
    with connect(by_address, server_name) as smtp:
        assert send(smtp, content, sender) == "550 5.7.1 access denied"
        assert smtp.command("NOOP")[:3] == "250", "what came with the refused message was no command"
    assert spool.refs == ()
    [line] = by_address.logged("attribution")
    assert line["cause"]
    assert by_address.relay.counters.refused == {"tenant": 1}


@pytest.mark.parametrize("end", [b"\r\n\r\r\n", b"\r\n\n", b"\n\n", b"\n\r\n"], ids=repr)
def test_an_end_of_the_header_that_the_sender_wrote_hides_nothing_of_what_exchange_stamps_below(
    by_address: RunningRelay, spool: FakeSpool, end: bytes
) -> None:
    forged = f"From: u@a.example\r\nX-MS-Exchange-CrossTenant-Id: {A}".encode()
    stamped = f"X-MS-Exchange-CrossTenant-Id: {B}\r\n\r\nbody\r\n".encode()
    with connect(by_address, "a.relay.example") as smtp:
        assert send(smtp, forged + end + stamped)[:3] == "550"
    assert spool.refs == ()


def test_a_tenant_cannot_claim_the_addresses_that_all_send_from(spool: FakeSpool, tls: Tls) -> None:
    files = TlsFiles(str(tls.server.cert), str(tls.server.key), "")
    rules = [*RULES, IngressRule("greedy", peers=("127.0.0.1", "127.0.0.0/8"))]
    with RunningRelay(spool, rules, tls=files, **EXCHANGE) as relay, connect(relay, "a.relay.example") as smtp:
        assert send(smtp, message(A))[:3] == "250"
        assert send(smtp, message(A), "u@greedy.example")[:3] == "550"
    assert [ref.tenant_id for ref in spool.refs] == ["a"]


def test_mail_of_a_suspended_tenant_is_deferred(spool: FakeSpool, tls: Tls) -> None:
    files = TlsFiles(str(tls.server.cert), str(tls.server.key), "")
    shared_host = [
        IngressRule("a", exchange_tenant=A, domains=("a.example",), suspended=True),
        IngressRule("b", exchange_tenant=B, domains=("a.example",)),
    ]
    with RunningRelay(spool, shared_host, tls=files, **EXCHANGE) as relay, connect(relay, HOST) as smtp:
        assert send(smtp, message(A))[:9] == "451 4.7.1", "known only by its header"
        assert send(smtp, message(B))[:3] == "250"
    with RunningRelay(spool, shared_host[:1], tls=files, **EXCHANGE) as relay, connect(relay, HOST) as smtp:
        assert send(smtp, message(A))[:9] == "451 4.7.1", "known already by its sender"
    assert len(spool.refs) == 1


@pytest.mark.usefixtures("public_authority")
class TestCertificates:
    """Where addresses are hidden, a certificate shows a shared server."""

    def test_a_name_that_a_public_authority_vouches_for_is_enough(self, spool: FakeSpool, tls: Tls) -> None:
        files = TlsFiles(str(tls.server.cert), str(tls.server.key), "", public_clients=True)
        with (
            RunningRelay(spool, RULES, tls=files, **NAMES) as relay,
            connect(relay, "a.relay.example", tls.exchange) as smtp,
        ):
            assert send(smtp, message(A))[:3] == "250"
            assert send(smtp, message(B))[:3] == "550"
        assert [ref.tenant_id for ref in spool.refs] == ["a"]

    def test_other_names_are_strangers(self, spool: FakeSpool, tls: Tls) -> None:
        files = TlsFiles(str(tls.server.cert), str(tls.server.key), "", public_clients=True)
        other = issued(tls.directory, "evilmail.protection.outlook.example")
        with RunningRelay(spool, RULES, tls=files, **NAMES) as relay:
            for shown in (other, None):
                with connect(relay, "a.relay.example", shown) as smtp:
                    assert send(smtp, message(A))[:3] == "530"

    def test_a_customers_own_authority_cannot_write_the_name(self, spool: FakeSpool, tls: Tls) -> None:
        customer = tls.directory / "customer.pem"
        customer.write_bytes(AUTHORITY.cert_pem.bytes())
        files = TlsFiles(str(tls.server.cert), str(tls.server.key), str(customer), public_clients=True)
        with (
            RunningRelay(spool, RULES, tls=files, **NAMES) as relay,
            connect(relay, "a.relay.example", tls.exchange) as smtp,
        ):
            assert send(smtp, message(A))[:3] == "530"

    def test_a_pinned_certificate_of_a_tenant_goes_on_to_work(self, spool: FakeSpool, tls: Tls) -> None:
        pinned = self_signed(tls.directory, "pinned-beside")
        files = TlsFiles(str(tls.server.cert), str(tls.server.key), str(pinned.cert), public_clients=True)
        rules = [*RULES, IngressRule("bycert", certificates=(pinned.fingerprint,))]
        with RunningRelay(spool, rules, tls=files, **NAMES) as relay, connect(relay, HOST, pinned) as smtp:
            assert send(smtp, message(A))[:3] == "250"
        assert [ref.tenant_id for ref in spool.refs] == ["bycert"]

    def test_a_fingerprint_of_a_shared_server_names_no_tenant(self, spool: FakeSpool, tls: Tls) -> None:
        files = TlsFiles(str(tls.server.cert), str(tls.server.key), "", public_clients=True)
        rules = [*RULES, IngressRule("greedy", certificates=(tls.exchange.fingerprint,))]
        with (
            RunningRelay(spool, rules, tls=files, **NAMES) as relay,
            connect(relay, "a.relay.example", tls.exchange) as smtp,
        ):
            assert send(smtp, message(A))[:3] == "250"
        assert [ref.tenant_id for ref in spool.refs] == ["a"]

    def test_a_session_that_is_resumed_is_known_again(self, spool: FakeSpool, tls: Tls) -> None:
        files = TlsFiles(str(tls.server.cert), str(tls.server.key), "", public_clients=True)
        context = client_context(tls.exchange)
        context.check_hostname = False
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        session = None
        with RunningRelay(spool, RULES, tls=files, **NAMES) as relay:
            for _ in range(2):
                with Dialogue(relay.port) as smtp:
                    smtp.hello()
                    assert smtp.command("STARTTLS")[:3] == "220"
                    smtp._file.close()
                    client = context.wrap_socket(smtp.socket, server_hostname="a.relay.example", session=session)
                    smtp.socket, smtp._file = client, client.makefile("rb")
                    session = client.session
                    smtp.hello()
                    assert send(smtp, message(A))[:3] == "250"
        assert len(spool.refs) == 2
