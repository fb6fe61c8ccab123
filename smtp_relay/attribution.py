"""Which tenant a connection belongs to: by peer address, client certificate, or user name. Stage receive.

A ``RuleBook`` is one reading of all tenants' rules. It never guesses: what two tenants claim equally belongs to nobody.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from shared.ports_relay import IngressRule
from smtp_relay.exchange_tenant import ExchangeClaims

_IPv4 = ipaddress.IPv4Address
_IPv6 = ipaddress.IPv6Address
_Key = TypeVar("_Key", int, str)


@dataclass(frozen=True, slots=True)
class Credential:
    """One user of one tenant."""

    tenant_id: str
    password_hash: str


class RuleBook:
    """Rules, made ready for look-ups. ``problems`` are sentences about what could not be used."""

    def __init__(self, rules: Iterable[IngressRule] = ()) -> None:
        self.rules = tuple(rules)
        problems: list[str] = []
        # One table for each IP version and prefix length: from the masked address to its tenant, None where two claim it.
        self._networks: dict[int, dict[int, dict[int, str | None]]] = {4: {}, 6: {}}
        self._certificates: dict[str, str | None] = {}
        self._users: dict[str, tuple[Credential, ...]] = {}
        for rule in self.rules:
            for peer in rule.peers:
                try:
                    network = ipaddress.ip_network(peer.strip(), strict=False)
                except ValueError:
                    problems.append(f"tenant {rule.tenant_id}: a peer is neither an address nor a range")
                    continue
                table = self._networks[network.version].setdefault(network.prefixlen, {})
                _claim(table, int(network.network_address), rule.tenant_id, f"range {network}", problems)
            for certificate in rule.certificates:
                _claim(self._certificates, certificate.lower(), rule.tenant_id, f"certificate {certificate}", problems)
            for user in rule.users:
                known = self._users.get(user.name, ())
                self._users[user.name] = (*known, Credential(rule.tenant_id, user.password_hash))
        self._networks = {
            version: dict(sorted(tables.items(), reverse=True)) for version, tables in self._networks.items()
        }
        self.problems = tuple(problems)
        self.exchange = ExchangeClaims(self.rules)
        self._suspended = frozenset(rule.tenant_id for rule in self.rules if rule.suspended)

    @property
    def has_users(self) -> bool:
        """Whether anybody could authenticate with a password."""
        return bool(self._users)

    @property
    def has_certificates(self) -> bool:
        """Whether anybody could show a certificate."""
        return bool(self._certificates)

    def is_suspended(self, tenant_id: str) -> bool:
        """Whether the tenant's mail is to be deferred."""
        return tenant_id in self._suspended

    def tenant_of_peer(self, address: str) -> str | None:
        """The tenant with the most specific range that holds ``address``; None where there is none or several."""
        ip = parse_address(address)
        if ip is None:
            return None
        number = int(ip)
        for length, table in self._networks[ip.version].items():
            shift = ip.max_prefixlen - length
            masked = number >> shift << shift
            if masked in table:
                return table[masked]
        return None

    def tenant_of_certificate(self, fingerprint: str) -> str | None:
        """The tenant whose certificate has this SHA-256 fingerprint; None where there is none or several."""
        return self._certificates.get(fingerprint)

    def credentials(self, user: str) -> tuple[Credential, ...]:
        """All users of this name: tenants choose names on their own, so two may have chosen the same."""
        return self._users.get(user, ())


@lru_cache(maxsize=4096)
def parse_address(address: str) -> _IPv4 | _IPv6 | None:
    """An IP address, with IPv4 inside IPv6 (``::ffff:192.0.2.1``) taken as IPv4; None where it is none."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(ip, _IPv6) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip


def _claim(table: dict[_Key, str | None], key: _Key, tenant_id: str, what: str, problems: list[str]) -> None:
    if key in table and table[key] != tenant_id:
        table[key] = None
        problems.append(f"{what} is claimed by several tenants and belongs to none")
    else:
        table[key] = tenant_id
