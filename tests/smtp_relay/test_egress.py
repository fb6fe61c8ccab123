"""The egress proxy over real TLS: who gets a tunnel, where to, and that nothing else ever answers."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.core.message.egress_token import WINDOW, egress_token
from shared.core.message.keys import SigningKey
from shared.settings import MisconfiguredProcess
from smtp_relay.egress import egress_targets
from tests.fakes.secrets import DEFAULT_KEYS, FakeSecrets
from tests.support.certificates import client_context, issued
from tests.support.egress import RunningEgress, running_egress
from tests.support.waiting import wait_for

KEY = DEFAULT_KEYS["egress"][0]
OTHER = SigningKey("egress-1", b"a key that nobody here has 012345")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("egress")


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    """Somebody who listens, and gives out one connection at a time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        yield listening


def port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


def connected(egress: RunningEgress) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", egress.port), timeout=60)
    return client_context().wrap_socket(plain, server_hostname="127.0.0.1")


def asked(client: ssl.SSLSocket, target: str, token: str, method: str = "CONNECT") -> str:
    """The status line of the answer."""
    header = f"Proxy-Authorization: Matta {token}\r\n" if token else ""
    client.sendall(f"{method} {target} HTTP/1.1\r\nHost: {target}\r\n{header}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        received = client.recv(4096)
        if not received:
            break
        answer += received
    assert answer.endswith(b"\r\n\r\n")
    return answer.split(b"\r\n")[0].decode()


def token(port: int, host: str = "127.0.0.1", key: SigningKey = KEY, late: int = 0) -> str:
    return egress_token(key, host, port, int(time.time()) - late, os.urandom(12))


def only_line(egress: RunningEgress) -> dict[str, Any]:
    assert wait_for(lambda: bool(egress.log))
    [line] = egress.log
    return line


def test_bytes_go_both_ways_and_the_end_of_one_side_ends_the_other(directory: Path, echo: socket.socket) -> None:
    port = port_of(echo)
    with running_egress(directory, egress_targets=str(port)) as egress:
        with connected(egress) as client:
            assert asked(client, f"127.0.0.1:{port}", token(port)) == "HTTP/1.1 200 Connection established"
            server, _ = echo.accept()
            with server:
                server.settimeout(60)
                server.sendall(b"220 here\r\n")
                assert client.recv(100) == b"220 here\r\n"
                sent = os.urandom(300_000)
                client.sendall(sent)
                got = b""
                while len(got) < len(sent):
                    got += server.recv(65536)
                assert got == sent
            assert client.recv(100) == b""
        ended = only_line(egress)
    assert (ended["outcome"], ended["sent"], ended["received"]) == ("ended", 300_000, 10)
    assert (ended["host"], ended["port"]) == ("127.0.0.1", port)


def test_a_client_that_goes_away_takes_the_other_connection_along(directory: Path, echo: socket.socket) -> None:
    port = port_of(echo)
    with running_egress(directory, egress_targets=str(port)) as egress:
        client = connected(egress)
        asked(client, f"127.0.0.1:{port}", token(port))
        server, _ = echo.accept()
        with server:
            server.settimeout(60)
            client.close()
            assert server.recv(100) == b""


def test_a_silent_pair_is_closed(directory: Path, echo: socket.socket) -> None:
    port = port_of(echo)
    with running_egress(directory, egress_targets=str(port), egress_seconds=0.2) as egress, connected(egress) as client:
        asked(client, f"127.0.0.1:{port}", token(port))
        server, _ = echo.accept()
        with server:
            server.settimeout(60)
            assert server.recv(100) == b""
            assert client.recv(100) == b""


@pytest.mark.parametrize(
    ("shown", "answer", "cause"),
    [
        pytest.param(lambda port: "", 407, "no token", id="no token"),
        pytest.param(lambda port: "v1.nonsense", 407, "wrong token", id="nonsense"),
        pytest.param(lambda port: token(port, key=OTHER), 407, "wrong token", id="another key"),
        pytest.param(lambda port: token(port + 1), 407, "wrong token", id="for another port"),
        pytest.param(lambda port: token(port, "localhost"), 407, "wrong token", id="for another host"),
        pytest.param(lambda port: token(port, late=WINDOW + 5), 407, "wrong token", id="too old"),
        pytest.param(lambda port: token(port, late=-WINDOW - 5), 407, "wrong token", id="of the future"),
    ],
)
def test_whoever_has_no_good_token_gets_no_tunnel(
    directory: Path, echo: socket.socket, shown: object, answer: int, cause: str
) -> None:
    port = port_of(echo)
    with running_egress(directory, egress_targets=str(port)) as egress, connected(egress) as client:
        assert asked(client, f"127.0.0.1:{port}", shown(port)).startswith(f"HTTP/1.1 {answer} ")  # type: ignore[operator]  # a lambda
        line = only_line(egress)
    assert (line["outcome"], line["code"], line["cause"]) == ("refused", answer, cause)
    echo.settimeout(0.05)
    with pytest.raises(TimeoutError):
        echo.accept()


def test_a_token_counts_once(directory: Path, echo: socket.socket) -> None:
    port = port_of(echo)
    good = token(port)
    with running_egress(directory, egress_targets=str(port)) as egress:
        for expected in ("200", "407", "407"):
            with connected(egress) as client:
                assert asked(client, f"127.0.0.1:{port}", good).split()[1] == expected
        assert [line["cause"] for line in egress.log if line["outcome"] == "refused"] == ["used token"] * 2


@pytest.mark.parametrize(
    ("target", "networks", "answer", "cause"),
    [
        pytest.param("127.0.0.1:{other}", "127.0.0.0/8", 403, "port", id="a port that is not for mail"),
        pytest.param("127.0.0.1:{port}", "", 403, "address", id="an inner address"),
        pytest.param("localhost:{port}", "", 403, "address", id="a name of an inner address"),
        pytest.param("169.254.169.254:{port}", "127.0.0.0/8", 403, "address", id="the platform's metadata"),
        pytest.param("168.63.129.16:{port}", "127.0.0.0/8", 403, "address", id="the platform's own door"),
        pytest.param("[::1]:{port}", "127.0.0.0/8", 403, "address", id="IPv6 loopback"),
        pytest.param("nobody.invalid:{port}", "127.0.0.0/8", 502, "no connection: gaierror", id="no such name"),
    ],
)
def test_a_good_token_opens_only_what_next_hops_may_be(
    directory: Path, echo: socket.socket, target: str, networks: str, answer: int, cause: str
) -> None:
    port = port_of(echo)
    wanted = target.format(port=port, other=port + 1)
    host, _, number = wanted.rpartition(":")
    with (
        running_egress(directory, networks=networks, egress_targets=str(port)) as egress,
        connected(egress) as client,
    ):
        status = asked(client, wanted, token(int(number), host.strip("[]")))
        assert status.startswith(f"HTTP/1.1 {answer} ")
        line = only_line(egress)
    assert (line["code"], line["cause"]) == (answer, cause)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_it_is_no_web_server(directory: Path, method: str) -> None:
    with running_egress(directory) as egress, connected(egress) as client:
        assert asked(client, "127.0.0.1:25", token(25), method) == "HTTP/1.1 400 Bad Request"


def test_more_connections_than_allowed_are_turned_away(directory: Path, echo: socket.socket) -> None:
    port = port_of(echo)
    with (
        running_egress(directory, egress_targets=str(port), egress_connections=1) as egress,
        connected(egress) as first,
        connected(egress) as second,
    ):
        assert asked(first, f"127.0.0.1:{port}", token(port)).split()[1] == "200"
        assert asked(second, f"127.0.0.1:{port}", token(port)).split()[1] == "503"


def test_without_keys_nobody_passes(directory: Path) -> None:
    with running_egress(directory, secrets=FakeSecrets(keys={})) as egress, connected(egress) as client:
        assert asked(client, "127.0.0.1:25", token(25)).split()[1] == "503"


def test_a_renewed_certificate_is_shown_without_a_restart(directory: Path, tmp_path: Path) -> None:
    with running_egress(tmp_path) as egress:
        with connected(egress) as client:
            before = client.getpeercert(binary_form=True)
        issued(tmp_path, "127.0.0.1")  # writes the same files anew
        with connected(egress) as client:
            assert client.getpeercert(binary_form=True) != before


@pytest.mark.parametrize("text", ["", "smtp", "0", "70000", "25,,x"])
def test_ports_that_are_none_are_named_at_the_start(text: str) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_RELAY_EGRESS_TARGETS"):
        egress_targets(text)
