"""Names and questions of the DNS checks: what a tenant's domain is asked for under, and the shape of whoever answers."""

from __future__ import annotations

from typing import Literal, Protocol

from shared.core.message.domains import normal_domain

Kind = Literal["TXT", "MX", "CNAME", "A", "AAAA"]


class Lookup(Protocol):
    """Answers of the domain name system, as ``shared/ports_dns.py`` gives them. Raises ``TemporaryError`` for none."""

    def __call__(self, name: str, kind: Kind, /) -> tuple[str, ...]:
        """The records of that kind under the name; empty where there are none."""
        ...


def bare_domain(domain: str) -> str:
    """A domain of a tenant's settings as a name: without the dot that takes in subdomains, as A-labels."""
    return normal_domain(domain.lstrip("."))


def is_below(name: str, parent: str) -> bool:
    """Whether ``name`` is ``parent`` or a name below it; both in normal form."""
    return name == parent or name.endswith(f".{parent}")
