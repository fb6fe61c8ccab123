"""Choice of next hop (stage 4b): which route serves a recipient's domain, and in which order its servers are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from shared.core.hold.record import RecipientResult
from shared.core.message.domains import DomainSet, domain_of, normal_domain
from shared.core.policy.tenant_settings import NextHopServer, Route


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipients that can share one transaction: same route, same outgoing variant."""

    route: Route
    variant: str
    recipients: tuple[str, ...]


def route_for(routes: Sequence[Route], domain: str) -> Route | None:
    """The first route that names the domain; else the first that names none; else ``None``.

    A route's domain with a leading dot stands for the domain itself and all below it. Both are compared in normal form,
    so that an internationalised domain takes the same way however it is spelled.
    """
    domain = normal_domain(domain)
    for route in routes:
        if domain in DomainSet(route.domains):
            return route
    return next((route for route in routes if not route.domains), None)


def routes_named(routes: Sequence[Route], name: str) -> tuple[Route, ...]:
    """What a message may be sent through: every route, or where a policy named one, that one for all domains.

    Empty where the named route is gone: then nobody can be reached, rather than by another way.
    """
    if not name:
        return tuple(routes)
    return tuple(msgspec.structs.replace(route, domains=()) for route in routes if route.name == name)[:1]


def batches(
    routes: Sequence[Route], pending: Sequence[RecipientResult], largest: int
) -> tuple[tuple[Batch, ...], tuple[str, ...]]:
    """The recipients as batches of at most ``largest``, and those that no route serves."""
    groups: dict[tuple[int, str], list[str]] = {}
    homeless: list[str] = []
    for result in pending:
        route = route_for(routes, domain_of(result.address))
        if route is None:
            homeless.append(result.address)
        else:
            groups.setdefault((routes.index(route), result.variant), []).append(result.address)
    made = [
        Batch(routes[index], variant, tuple(addresses[start : start + largest]))
        for (index, variant), addresses in groups.items()
        for start in range(0, len(addresses), largest)
    ]
    return tuple(made), tuple(homeless)


def servers_in_order(
    servers: Sequence[NextHopServer],
    draw: Callable[[], float],
    is_well: Callable[[NextHopServer], bool] = lambda _: True,
) -> tuple[NextHopServer, ...]:
    """All servers: those that are well by ``priority``, lowest first, then the others likewise.

    Within a priority they are drawn by weight without putting back: the first shares the load, the rest are fail-over.
    ``draw`` gives numbers in [0, 1). ``is_well`` is asked once for each server.
    """
    well = [is_well(server) for server in servers]
    ordered: list[NextHopServer] = []
    for health in (True, False):
        group = [server for server, fine in zip(servers, well, strict=True) if fine is health]
        for priority in sorted({server.priority for server in group}):
            ordered += _drawn([server for server in group if server.priority == priority], draw)
    return tuple(ordered)


def _drawn(servers: Sequence[NextHopServer], draw: Callable[[], float]) -> list[NextHopServer]:
    left = list(servers)
    ordered: list[NextHopServer] = []
    while left:
        point = draw() * sum(server.weight for server in left)
        chosen = left[-1]
        for server in left:
            point -= server.weight
            if point < 0:
                chosen = server
                break
        left.remove(chosen)
        ordered.append(chosen)
    return ordered
