"""Clients behind a proxy: with a PROXY header, without one, and with one that nobody may send."""

from __future__ import annotations

import base64
import socket
import struct
import time
from pathlib import Path

import pytest

from shared.ports_relay import IngressRule, IngressUser
from smtp_relay.passwords import hash_password
from smtp_relay.tls import TlsFiles
from tests.fakes.spool import FakeSpool
from tests.support.certificates import client_context, issued
from tests.support.relay import HOST, Dialogue, RunningRelay, wait_until

RULES = [IngressRule("demo", peers=("192.0.2.0/24", "2001:db8::/32"))]
BEHIND = {"proxy_peers": "127.0.0.1", "proxy_protocol": True}
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def version_2(command: int = 1, family: int = 0x11, addresses: bytes = b"", more: bytes = b"") -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(addresses + more)) + addresses + more


V4 = socket.inet_aton("192.0.2.7") + socket.inet_aton("198.51.100.1") + struct.pack("!HH", 4711, 25)
V6 = socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2 + struct.pack("!HH", 4711, 25)


class Behind(Dialogue):
    """A client whose proxy sends a header first."""

    def __init__(self, port: int, header: bytes, *, slowly: bool = False) -> None:
        self._header, self._slowly = header, slowly
        super().__init__(port)

    def reply(self) -> str:
        """The header goes out before the first reply is waited for."""
        header, self._header = self._header, b""
        for piece in [header[i : i + 1] for i in range(len(header))] if self._slowly else [header]:
            if piece:
                self.socket.sendall(piece)
        return super().reply()


@pytest.mark.parametrize("slowly", [False, True], ids=["at once", "byte by byte"])
@pytest.mark.parametrize(
    ("header", "peer"),
    [
        pytest.param(b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n", "192.0.2.7", id="version 1"),
        pytest.param(b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n", "2001:db8::7", id="version 1, IPv6"),
        pytest.param(version_2(addresses=V4), "192.0.2.7", id="version 2"),
        pytest.param(version_2(family=0x21, addresses=V6), "2001:db8::7", id="version 2, IPv6"),
        pytest.param(version_2(addresses=V4, more=b"\x04\x00\x03abc"), "192.0.2.7", id="version 2 with more fields"),
    ],
)
def test_the_client_that_the_proxy_names_is_the_peer(spool: FakeSpool, header: bytes, peer: str, slowly: bool) -> None:
    with RunningRelay(spool, RULES, **BEHIND) as relay, Behind(relay.port, header, slowly=slowly) as smtp:
        assert smtp.banner[:3] == "220"
        smtp.hello()
        assert smtp.message(b"Subject: x\r\n\r\nbody")[:3] == "250"
        smtp.command("QUIT")
        wait_until(lambda: bool(relay.logged("session")))
        assert relay.logged("session")[0]["peer"] == peer
    stored = spool.describe(spool.refs[0])
    assert stored is not None
    assert stored.reception.peer == peer


def test_commands_that_come_with_the_header_are_obeyed(spool: FakeSpool) -> None:
    header = b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\nEHLO client.example\r\nNOOP\r\n"
    with RunningRelay(spool, RULES, **BEHIND) as relay, Behind(relay.port, header) as smtp:
        assert smtp.banner[:3] == "220"
        assert smtp.reply().startswith("250-relay.example")
        assert smtp.reply()[:3] == "250"


@pytest.mark.parametrize(
    ("header", "banner"),
    [
        pytest.param(b"PROXY TCP4 203.0.113.1 198.51.100.1 4711 25\r\n", "554 5.7.1 access denied", id="a stranger"),
        pytest.param(b"PROXY UNKNOWN\r\n", "554 5.7.1 access denied", id="a client that the proxy does not know"),
        pytest.param(version_2(command=0, family=0), "554 5.7.1 access denied", id="the proxy's own look at health"),
        pytest.param(b"EHLO client.example\r\n", "", id="no header"),
        pytest.param(b"PROXY TCP4 nonsense\r\n", "", id="half a header"),
        pytest.param(b"PROXY TCP4 192.0.2.7 2001:db8::1 1 2\r\n", "", id="two families"),
        pytest.param(b"PROXY TCP4 " + b"1" * 300_000, "", id="an endless one"),
        pytest.param(SIGNATURE + b"\x31\x11\0\0", "", id="a version that there is not"),
        pytest.param(version_2(family=0x31, addresses=b"x" * 216), "", id="a local socket"),
        pytest.param(version_2(family=0x12, addresses=V4), "", id="datagrams"),
        pytest.param(version_2(addresses=V4[:5]), "", id="a short address"),
    ],
)
def test_other_headers_let_nobody_in(spool: FakeSpool, header: bytes, banner: str) -> None:
    with RunningRelay(spool, RULES, **BEHIND) as relay:
        try:
            with Behind(relay.port, header) as smtp:
                assert smtp.banner == banner
        except (BrokenPipeError, ConnectionResetError):
            assert not banner
        with Behind(relay.port, b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n") as smtp:
            assert smtp.banner[:3] == "220", "the next one is served"


def test_a_header_has_its_time(spool: FakeSpool) -> None:
    with RunningRelay(spool, RULES, **BEHIND, proxy_seconds=0.2) as relay:
        started = time.monotonic()
        with Behind(relay.port, b"PROX") as smtp:
            assert smtp.banner[:9] == "421 4.4.2"
        assert time.monotonic() - started < 10


def test_a_header_from_anybody_else_is_no_command(spool: FakeSpool) -> None:
    rules = [IngressRule("demo", peers=("127.0.0.0/8",))]
    elsewhere = {"proxy_peers": "198.51.100.9", "proxy_protocol": True}
    with RunningRelay(spool, rules, **elsewhere) as relay, Dialogue(relay.port) as smtp:
        assert smtp.command("PROXY TCP4 203.0.113.1 198.51.100.1 4711 25")[:3] == "500"
        smtp.hello()
        smtp.message(b"x")
    stored = spool.describe(spool.refs[0])
    assert stored is not None
    assert stored.reception.peer == "127.0.0.1"


def test_a_proxy_that_hides_its_clients_is_nobodys_peer(spool: FakeSpool) -> None:
    rules = [IngressRule("greedy", peers=("127.0.0.0/8",))]
    with RunningRelay(spool, rules, proxy_peers="127.0.0.0/8") as relay, Dialogue(relay.port) as smtp:
        assert smtp.banner == "554 5.7.1 access denied"


def test_behind_such_a_proxy_a_guesser_slows_the_name_down_and_shuts_nobody_out(
    spool: FakeSpool, tmp_path: Path
) -> None:
    hashed = hash_password("right")
    rules = [IngressRule(name, users=(IngressUser(name, hashed),)) for name in ("alice", "bob")]
    server = issued(tmp_path, HOST)
    tls = TlsFiles(str(server.cert), str(server.key), "")
    limits = {
        "auth_failures": 2,
        "auth_delay_seconds": 0.3,
        "stranger_connections_per_peer": 1,
        "auth_without_tls_on_loopback": True,
    }

    def try_password(port: int, user: str, password: str) -> str:
        with Dialogue(port) as smtp:
            smtp.hello()
            smtp.starttls(client_context())
            smtp.hello()
            login = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            return smtp.command(f"AUTH PLAIN {login}")[:3]

    with RunningRelay(spool, rules, tls=tls, proxy_peers="127.0.0.0/8", **limits) as relay:
        with Dialogue(relay.port) as first, Dialogue(relay.port) as second:
            assert "AUTH" not in first.hello(), "an address of a proxy is no reason to take passwords in clear"
            assert second.banner[:3] == "220", "two strangers behind one proxy may be two clients"
        assert [try_password(relay.port, "alice", "wrong") for _ in range(3)] == ["535"] * 3
        for again in range(2):
            began = time.monotonic()
            assert try_password(relay.port, "alice", "right") == "235", "she knows the password"
            assert time.monotonic() - began >= 1.2, f"after the pause, {again}: who got it wrong may go on guessing"
        assert try_password(relay.port, "bob", "right") == "235"
