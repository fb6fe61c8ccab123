"""What every ``Dns`` does: the fake and the one that asks a server are held to the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from shared.adapters.dns_resolver import DnsResolver
from shared.ports_dns import Dns, DnsUnavailable, RecordKind
from tests.fakes.dns import FakeDns
from tests.support.dns_server import DnsServer


class Zone(Protocol):
    """Where a test publishes."""

    def put(self, name: str, kind: RecordKind, *values: str) -> None: ...
    def fail(self, name: str) -> None: ...


@pytest.fixture(params=["fake", "resolver"])
def world(request: pytest.FixtureRequest) -> Iterator[tuple[Dns, Zone]]:
    """One implementation after the other, with nothing published."""
    if request.param == "fake":
        fake = FakeDns()
        yield fake, fake
        return
    with DnsServer() as server:
        yield DnsResolver(server.address), server


LONG = "v=DKIM1; k=rsa; p=" + "A" * 1200

RECORDS: list[tuple[str, RecordKind, tuple[str, ...], tuple[str, ...]]] = [
    ("text", "TXT", ("v=spf1 -all",), ("v=spf1 -all",)),
    ("several texts", "TXT", ("b", "a"), ("a", "b")),
    ("long text in several strings", "TXT", (LONG,), (LONG,)),
    ("bytes that are no ASCII", "TXT", ("caf\xe9",), ("caf\xe9",)),
    ("empty text", "TXT", ("",), ("",)),
    (
        "mail servers by number",
        "MX",
        ("100 c.example", "20 b.example", "20 A.example"),
        ("20 a.example", "20 b.example", "100 c.example"),
    ),
    ("no mail", "MX", ("0 .",), ("0 .",)),
    ("alias", "CNAME", ("Other.example",), ("other.example",)),
    ("address", "A", ("192.0.2.2", "192.0.2.1"), ("192.0.2.1", "192.0.2.2")),
    ("IPv6 address", "AAAA", ("2001:db8::1",), ("2001:db8::1",)),
]


@pytest.mark.parametrize(("kind", "put", "found"), [case[1:] for case in RECORDS], ids=[case[0] for case in RECORDS])
def test_what_is_published_is_found(
    world: tuple[Dns, Zone], kind: RecordKind, put: tuple[str, ...], found: tuple[str, ...]
) -> None:
    dns, zone = world
    zone.put("name.example", kind, *put)
    assert (
        tuple(value.lower() if kind in ("MX", "CNAME") else value for value in dns.lookup("name.example", kind))
        == found
    )


def test_a_name_or_a_kind_that_is_not_there_is_empty(world: tuple[Dns, Zone]) -> None:
    dns, zone = world
    zone.put("_dmarc.aozora.example", "TXT", "v=DMARC1; p=none")
    assert dns.lookup("nobody.example", "A") == ()
    assert dns.lookup("_dmarc.aozora.example", "MX") == ()
    assert dns.lookup("aozora.example", "TXT") == ()


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64 + ".example", "y." * 130 + "example"])
def test_what_cannot_be_a_name_does_not_exist(world: tuple[Dns, Zone], name: str) -> None:
    assert world[0].lookup(name, "A") == ()


def test_names_are_the_same_in_any_case_with_a_dot_and_in_unicode(world: tuple[Dns, Zone]) -> None:
    dns, zone = world
    zone.put("s1._domainkey.xn--r8jz45g.example", "TXT", "p=1")
    for name in (
        "S1._DomainKey.XN--R8JZ45G.example",
        "s1._domainkey.xn--r8jz45g.example.",
        "s1._domainkey.例え.example",
    ):
        assert dns.lookup(name, "TXT") == ("p=1",)


def test_aliases_are_followed(world: tuple[Dns, Zone]) -> None:
    dns, zone = world
    zone.put("s1._domainkey.aozora.example", "CNAME", "s1.keys.example")
    zone.put("s1.keys.example", "CNAME", "s2.keys.example")
    zone.put("s2.keys.example", "TXT", "v=DKIM1; p=2")
    assert dns.lookup("s1._domainkey.aozora.example", "TXT") == ("v=DKIM1; p=2",)
    assert dns.lookup("s1._domainkey.aozora.example", "CNAME") == ("s1.keys.example",)
    assert dns.lookup("s1._domainkey.aozora.example", "A") == ()


def test_an_alias_to_nowhere_is_empty(world: tuple[Dns, Zone]) -> None:
    dns, zone = world
    zone.put("www.aozora.example", "CNAME", "gone.example")
    assert dns.lookup("www.aozora.example", "A") == ()


def test_aliases_in_a_circle_end(world: tuple[Dns, Zone]) -> None:
    dns, zone = world
    zone.put("a.example", "CNAME", "b.example")
    zone.put("b.example", "CNAME", "a.example")
    with pytest.raises(DnsUnavailable):
        dns.lookup("a.example", "TXT")


def test_a_server_that_fails_is_not_the_same_as_nothing(world: tuple[Dns, Zone]) -> None:
    dns, zone = world
    zone.fail("broken.example")
    for _ in range(2):
        with pytest.raises(DnsUnavailable):
            dns.lookup("broken.example", "TXT")
    zone.put("broken.example", "TXT", "mended")
    assert dns.lookup("broken.example", "TXT") == ("mended",)
