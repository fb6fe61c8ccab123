"""Which tenant a message from Exchange Online's shared servers belongs to. Stage receive (product.md M2).

Address and certificate of such a server prove "Exchange Online" and nothing more: every customer of Microsoft sends from
there. A message is a tenant's only where three things agree that come from different places: the relay's host name that
the tenant's connector sends to (TLS server name), the domain of the reverse-path, and the organisation that Exchange
Online stamps into the header. What two tenants could claim belongs to nobody (docs/adr/0077).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.core.message.domains import DomainSet, domain_of, normal_domain
from shared.ports_relay import IngressRule
from smtp_relay.exchange_header import SendingOrganisation

_INITIAL_DOMAINS = ".onmicrosoft.com"
"""The directory's first domain, which nobody can take away or give up, and which no customer thinks of naming."""


class Disagreement(StrEnum):
    """Why a message is nobody's; the log says it, the peer does not learn it."""

    NO_CLAIM = "no tenant has this host name and sender domain"
    NO_HEADER = "the header names no organisation, or several"
    OTHER_DIRECTORY = "the header names another organisation"
    OTHER_DOMAIN = "the header names a domain that is not the tenant's"
    AMBIGUOUS = "several tenants claim it"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one tenant says of its mail from Exchange Online."""

    tenant_id: str
    directory: str
    hosts: frozenset[str]
    domains: DomainSet


class ExchangeClaims:
    """All tenants' claims, made ready for look-ups."""

    def __init__(self, rules: Iterable[IngressRule] = ()) -> None:
        self._by_host: dict[str, tuple[Claim, ...]] = {}
        self._without_host: list[Claim] = []
        for rule in rules:
            if not rule.exchange_tenant:
                continue
            hosts = frozenset(normal_domain(host) for host in rule.hosts) - {""}
            claim = Claim(rule.tenant_id, rule.exchange_tenant.lower(), hosts, DomainSet(rule.domains))
            for host in hosts:
                self._by_host[host] = (*self._by_host.get(host, ()), claim)
            if not hosts:
                self._without_host.append(claim)

    def owners(self, server_name: str) -> tuple[Claim, ...]:
        """The claims on a host name."""
        return self._by_host.get(normal_domain(server_name), ()) if server_name else ()

    def possible(self, server_name: str, reverse_path: str) -> tuple[Claim, ...]:
        """The claims that host name and reverse-path fit.

        A claim without host names counts only where the name is no tenant's own: so nobody gets at the mail of a tenant
        that has one. The null sender fits every domain, as reports and automatic replies have it.
        """
        named = self.owners(server_name)
        domain = domain_of(reverse_path)
        return tuple(claim for claim in named or self._without_host if not reverse_path or domain in claim.domains)


def settle(possible: Iterable[Claim], organisation: SendingOrganisation, *, null_sender: bool) -> Claim | Disagreement:
    """The one claim that the header agrees with, or why there is none.

    ``X-OriginatorOrg`` may be missing, except where neither a host name nor a reverse-path speaks for the tenant.
    """
    directory = organisation.directory
    if not directory or len(organisation.domains) > 1:
        return Disagreement.NO_HEADER
    fitting = [claim for claim in possible if claim.directory == directory]
    if not fitting:
        return Disagreement.OTHER_DIRECTORY
    agreed = [claim for claim in fitting if _domain_agrees(claim, organisation, null_sender)]
    if not agreed:
        return Disagreement.OTHER_DOMAIN
    return agreed[0] if len(agreed) == 1 else Disagreement.AMBIGUOUS


def _domain_agrees(claim: Claim, organisation: SendingOrganisation, null_sender: bool) -> bool:
    if not organisation.domains:
        return bool(claim.hosts) or not null_sender
    [domain] = organisation.domains
    if domain in claim.domains:
        return True
    return domain.endswith(_INITIAL_DOMAINS) and (bool(claim.hosts) or not null_sender)
