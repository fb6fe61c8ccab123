"""A check of domains ends in time, however slowly DNS answers and however much there is to ask."""

from __future__ import annotations

import pytest

from shared.core.onboarding.finding import FindingCode
from shared.errors import TemporaryError
from shared.ports_dns import RecordKind
from shared.usecases.onboarding_domains import MOST_LOOKUPS, Questions, check_dns, tenant_secret, wanted_records
from tests.support.app import World, make_settings


class SlowDns:
    """Says nothing, and takes ten seconds for it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.asked = 0

    def lookup(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        self.asked += 1
        self.world.clock.advance(seconds=10)
        return ()


def test_a_check_asks_no_more_when_its_time_is_over() -> None:
    settings = make_settings(domains=tuple(f"d{number}.example" for number in range(20)))
    world = World(settings=settings)
    slow = SlowDns(world)
    object.__setattr__(world.app, "dns", slow)
    found = check_dns(world.app, settings)
    assert slow.asked == 4
    assert sum(one.code is FindingCode.DNS_SILENT for one in found) >= 20


def test_each_question_is_asked_once_and_so_many_at_most() -> None:
    world = World()
    ask = Questions(world.app)
    for number in range(MOST_LOOKUPS):
        for _ in range(2):
            assert ask(f"d{number}.example", "TXT") == ()
    with pytest.raises(TemporaryError):
        ask("another.example", "TXT")
    assert ask("d0.example", "TXT") == ()
    assert len(world.dns.asked) == MOST_LOOKUPS


def test_the_secret_is_made_once_and_each_tenant_has_its_own() -> None:
    world = World()
    assert tenant_secret(world.app, "demo") == tenant_secret(world.app, "demo") != tenant_secret(world.app, "other")


def test_records_are_told_even_where_dns_is_silent() -> None:
    world = World()
    world.dns.fail("aozora.example")
    found = wanted_records(world.app, world.settings)
    assert [one.purpose for one in found] == ["ownership", "spf", "dmarc"]


def test_addresses_of_next_hops_count_only_where_they_are_public() -> None:
    world = World()
    world.dns.put("hop.example", "A", "10.0.0.1", "8.8.8.8")
    world.dns.put("spf.protection.outlook.com", "TXT", "v=spf1 ip4:40.92.0.0/15 -all")
    world.dns.put("aozora.example", "TXT", "v=spf1 include:spf.protection.outlook.com -all")
    found = check_dns(world.app, world.settings)
    assert [dict(one.args)["address"] for one in found if one.code is FindingCode.SPF_WITHOUT_HOP] == ["8.8.8.8"]
