"""The resolver's own: bounds, memory, servers that misbehave, and what ``MATTA_DNS_SERVERS`` takes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from shared.adapters import dns_resolver
from shared.adapters.dns_resolver import DnsResolver
from shared.ports_dns import DnsUnavailable
from shared.settings import MisconfiguredProcess
from tests.support.dns_server import DnsServer


@pytest.fixture
def server() -> Iterator[DnsServer]:
    """A server with nothing published."""
    with DnsServer() as running:
        yield running


class Watch:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_long_answer_comes_over_tcp(server: DnsServer) -> None:
    server.put("long.example", "TXT", "x" * 20_000)
    assert DnsResolver(server.address).lookup("long.example", "TXT") == ("x" * 20_000,)
    assert [transport for _, _, transport in server.asked] == ["udp", "tcp"]


def test_a_resolver_that_stops_at_an_alias_is_asked_on(server: DnsServer) -> None:
    server.whole_chain = False
    server.put("a.example", "CNAME", "b.example")
    server.put("b.example", "CNAME", "c.example")
    server.put("c.example", "A", "192.0.2.9")
    assert DnsResolver(server.address).lookup("a.example", "A") == ("192.0.2.9",)
    assert [name for name, _, _ in server.asked] == ["a.example", "b.example", "c.example"]


def test_an_endless_chain_is_given_up(server: DnsServer) -> None:
    server.whole_chain = False
    for number in range(20):
        server.put(f"n{number}.example", "CNAME", f"n{number + 1}.example")
    with pytest.raises(DnsUnavailable):
        DnsResolver(server.address).lookup("n0.example", "A")
    assert len(server.asked) == dns_resolver.MOST_HOPS + 1


@pytest.mark.parametrize("how", ["servfail", "refused", "silent", "garbage"])
def test_a_bad_server_costs_little_time(server: DnsServer, how: str) -> None:
    server.fail("bad.example", how)
    begun = time.monotonic()
    with pytest.raises(DnsUnavailable):
        DnsResolver(server.address, longest_seconds=0.5).lookup("bad.example", "TXT")
    assert time.monotonic() - begun < 10


def test_a_server_that_is_not_there_is_no_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(DnsUnavailable):
        DnsResolver(f"127.0.0.1:{port}", longest_seconds=0.5).lookup("a.example", "A")


def test_the_next_server_answers_for_one_that_fails(server: DnsServer) -> None:
    with DnsServer() as broken:
        broken.fail("a.example")
        server.put("a.example", "A", "192.0.2.1")
        assert DnsResolver(f"{broken.address}, {server.address}").lookup("a.example", "A") == ("192.0.2.1",)
        assert broken.asked


def test_an_answer_is_remembered_as_long_as_it_says(server: DnsServer) -> None:
    watch = Watch()
    resolver = DnsResolver(server.address, monotonic=watch)
    server.ttl = 20
    server.put("a.example", "A", "192.0.2.1")
    for later, questions in ((0, 1), (19, 1), (2, 2)):
        watch.now += later
        assert resolver.lookup("A.example", "A") == ("192.0.2.1",)
        assert len(server.asked) == questions


@pytest.mark.parametrize(("ttl", "published", "seconds"), [(86_400, True, 300), (0, True, 1), (86_400, False, 5)])
def test_memory_has_an_end(server: DnsServer, ttl: int, published: bool, seconds: int) -> None:
    watch = Watch()
    resolver = DnsResolver(server.address, monotonic=watch)
    server.ttl = ttl
    if published:
        server.put("a.example", "A", "192.0.2.1")
    for later, questions in ((0, 1), (seconds - 0.5, 1), (1, 2)):
        watch.now += later
        assert bool(resolver.lookup("a.example", "A")) is published
        assert len(server.asked) == questions


def test_a_name_that_nobody_answers_for_is_not_waited_for_each_time(server: DnsServer) -> None:
    server.fail("slow.example", "silent")
    later = [0.0]
    resolver = DnsResolver(server.address, longest_seconds=0.3, monotonic=lambda: time.monotonic() + later[0])
    for seconds, is_asked in ((0, True), (9, False), (2, True)):
        later[0] += seconds
        server.asked.clear()
        with pytest.raises(DnsUnavailable):
            resolver.lookup("slow.example", "TXT")
        assert bool(server.asked) is is_asked
    later[0] += 60
    server.put("slow.example", "TXT", "here")
    assert resolver.lookup("slow.example", "TXT") == ("here",)


def test_memory_is_bounded(server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_resolver, "MOST_REMEMBERED", 3)
    resolver = DnsResolver(server.address)
    for number in (1, 2, 3, 4, 4, 3, 2, 1):
        resolver.lookup(f"n{number}.example", "A")
    assert [name for name, _, _ in server.asked] == [f"n{number}.example" for number in (1, 2, 3, 4, 1)]


def test_a_large_answer_is_not_remembered(server: DnsServer) -> None:
    server.put("large.example", "TXT", "x" * (dns_resolver.LARGEST_REMEMBERED + 1))
    resolver = DnsResolver(server.address)
    for _ in range(2):
        resolver.lookup("large.example", "TXT")
    assert len([one for one in server.asked if one[2] == "tcp"]) == 2


@pytest.mark.parametrize(
    "servers",
    ["dns.example", "127.0.0.1:0", "127.0.0.1:x", "127.0.0.1:70000", "[::1]x", "127.0.0.1;127.0.0.2", "[::1]:"],
)
def test_servers_are_addresses(servers: str) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_DNS_SERVERS"):
        DnsResolver(servers)


@pytest.mark.parametrize("servers", ["127.0.0.1", "127.0.0.1:5353, 192.0.2.1", "::1", "[::1]:5353", ""])
def test_servers_can_be_written_in_every_usual_way(servers: str) -> None:
    DnsResolver(servers)
