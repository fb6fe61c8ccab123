"""Which next hop takes which recipient."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.delivery.route import batches, route_for, servers_in_order
from shared.core.hold.record import RecipientResult
from shared.core.policy.tenant_settings import NextHopServer, Route


def route(host: str, *domains: str) -> Route:
    return Route(servers=(NextHopServer(host=host),), domains=domains)


ROUTES = (
    route("exact", "partner.example"),
    route("below", ".group.example"),
    route("idn", "例え.example", ".xn--wgv71a.example"),
    route("rest"),
)


@pytest.mark.parametrize(
    ("domain", "host"),
    [
        pytest.param("partner.example", "exact", id="named"),
        pytest.param("PARTNER.example", "exact", id="case"),
        pytest.param("sub.partner.example", "rest", id="below-a-plain-name"),
        pytest.param("group.example", "below", id="dot-means-itself"),
        pytest.param("a.b.group.example", "below", id="dot-means-below"),
        pytest.param("notgroup.example", "rest", id="only-whole-labels"),
        pytest.param("xn--r8jz45g.example", "idn", id="route-in-unicode-address-in-ascii"),
        pytest.param("sub.日本.example", "idn", id="route-in-ascii-address-in-unicode"),
        pytest.param("ＰＡＲＴＮＥＲ.example", "exact", id="full-width"),
        pytest.param("", "rest", id="no-domain"),
    ],
)
def test_the_first_route_that_names_the_domain_takes_it(domain: str, host: str) -> None:
    found = route_for(ROUTES, domain)
    assert found is not None
    assert found.servers[0].host == host


def test_without_a_general_route_other_domains_have_none() -> None:
    assert route_for(ROUTES[:3], "elsewhere.example") is None


@given(st.lists(st.sampled_from(["a@partner.example", "b@x.group.example", "c@else.example", "d@else.example"])))
def test_every_recipient_is_in_exactly_one_batch(addresses: list[str]) -> None:
    unique = [f"{number}{address}" for number, address in enumerate(addresses)]
    made, homeless = batches(ROUTES, [RecipientResult(address, "original") for address in unique], 3)
    assert sorted(itertools.chain.from_iterable(batch.recipients for batch in made)) == sorted(unique)
    assert homeless == ()
    assert all(1 <= len(batch.recipients) <= 3 for batch in made)


def test_recipients_of_different_variants_never_share_a_transaction() -> None:
    pending = [RecipientResult("a@else.example", "plain"), RecipientResult("b@else.example", "encrypted")]
    made, _ = batches(ROUTES, pending, 100)
    assert {(batch.variant, batch.recipients) for batch in made} == {
        ("plain", ("a@else.example",)),
        ("encrypted", ("b@else.example",)),
    }


def test_a_recipient_that_no_route_serves_is_named() -> None:
    made, homeless = batches(ROUTES[:1], [RecipientResult("a@else.example", "original")], 100)
    assert made == ()
    assert homeless == ("a@else.example",)


def test_all_servers_are_tried_and_the_heavier_one_comes_first_more_often() -> None:
    light, heavy = NextHopServer(host="light", weight=1), NextHopServer(host="heavy", weight=3)
    firsts = []
    for point in (0.0, 0.2, 0.3, 0.6, 0.99):
        ordered = servers_in_order((light, heavy), lambda point=point: point)  # type: ignore[misc]  # a constant draw
        assert set(ordered) == {light, heavy}
        firsts.append(ordered[0].host)
    assert firsts == ["light", "light", "heavy", "heavy", "heavy"]


@pytest.mark.parametrize(
    ("ill", "expected"),
    [
        pytest.param((), ["a", "b", "c", "d"], id="all well: by priority, then by weight"),
        pytest.param(("a",), ["b", "c", "d", "a"], id="one that is ill comes last"),
        pytest.param(("a", "b"), ["c", "d", "a", "b"], id="so do all of the first priority"),
        pytest.param(("d", "c", "b", "a"), ["a", "b", "c", "d"], id="all ill: all are tried in their order"),
    ],
)
def test_servers_are_in_order_of_health_priority_and_weight(ill: tuple[str, ...], expected: list[str]) -> None:
    servers = [
        NextHopServer(host="d", priority=30),
        NextHopServer(host="b", priority=10, weight=1),
        NextHopServer(host="a", priority=10, weight=1000),
        NextHopServer(host="c", priority=20),
    ]
    draws = {"a": 0.5}
    ordered = servers_in_order(servers, lambda: draws["a"], lambda server: server.host not in ill)
    assert [server.host for server in ordered] == expected
