"""What servers, signatures and the gathering of copies must fulfil beyond their types: parts that need one another. Decide stage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.message.domains import DomainSet, normal_domain
from shared.core.policy.refusal import check_unique, named, refuse

if TYPE_CHECKING:
    from shared.core.policy.delivery_settings import Gathering, NextHopServer, Route, Signing
    from shared.core.policy.tenant_settings import Ingress

IMPLICIT_TLS_PORT = 465
"""On this port TLS begins with the first byte, whatever ``implicit_tls`` says (RFC 8314 section 3.3)."""
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z")


def check_servers(routes: Iterable[Route]) -> None:
    """Raises ``InvalidSettings`` at the first server whose parts contradict each other."""
    for number, route in enumerate(routes):
        for index, server in enumerate(route.servers):
            check_server(server, f"$.routes[{number}].servers[{index}]")


def check_server(server: NextHopServer, place: str) -> None:
    """Raises ``InvalidSettings`` for a server that nobody could sign on to, or whose certificates mean nothing."""
    _check_sign_on(server, place)
    if server.tls_name and not _HOST_NAME.match(normal_domain(server.tls_name)):
        refuse(f"{place}.tls_name", "must be a host name, such as smtp.example.com")
    if server.ca:
        _check_ca(server.ca, f"{place}.ca")
    if server.client_certificate_secret and not may_encrypt(server):
        refuse(
            f"{place}.client_certificate_secret",
            "needs TLS: starttls must not be none, or implicit_tls must be true",
        )


def may_encrypt(server: NextHopServer) -> bool:
    """Whether a connection to the server can come to be encrypted."""
    return server.starttls != "none" or server.implicit_tls or server.port == IMPLICIT_TLS_PORT


def _check_sign_on(server: NextHopServer, place: str) -> None:
    if server.auth != "auto" and not server.username:
        refuse(f"{place}.username", f"must be set with auth {server.auth}")
    if server.auth == "xoauth2":
        if server.oauth is None:
            refuse(f"{place}.oauth", "must be set with auth xoauth2")
        if not server.password_secret:
            refuse(f"{place}.password_secret", "must name the application's secret with auth xoauth2")
    elif server.oauth is not None:
        refuse(f"{place}.oauth", f"goes with auth xoauth2, not with {server.auth}")


def _check_ca(text: str, place: str) -> None:
    if "PRIVATE KEY-----" in text:
        refuse(place, "must hold certificates only; a private key does not belong into settings")
    from cryptography import x509  # when first used: few servers have authorities of their own

    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        refuse(place, "must be certificates in PEM form, each from -----BEGIN CERTIFICATE----- to its end")


def check_signing(signing: Signing, domains: frozenset[str]) -> None:
    """Raises ``InvalidSettings`` for a key of a domain that is not one of ``domains``, or keys that nothing tells apart.

    A subdomain is the tenant's where its domains say so (``.example.com``): another tenant may have it otherwise.
    """
    own = DomainSet(domains)
    names: set[tuple[str, str]] = set()
    times: set[tuple[str, datetime | None]] = set()
    for index, key in enumerate(signing.dkim):
        place, domain = f"$.signing.dkim[{index}]", normal_domain(key.domain)
        if not _HOST_NAME.match(domain) or domain not in own:
            refuse(f"{place}.domain", f"must be one of the tenant's domains: {named(domains)}")
        if (domain, key.selector.lower()) in names:
            refuse(f"{place}.selector", f"{domain} has another key with the selector {key.selector!r}")
        if (domain, key.active_from) in times:
            refuse(f"{place}.active_from", f"{domain} has another key from this time on; only one of them can sign")
        names.add((domain, key.selector.lower()))
        times.add((domain, key.active_from))


def check_gathering(gathering: Gathering) -> None:
    """Raises ``InvalidSettings`` where a copy could come after the window's begin and yet be too late for it."""
    if gathering.late_minutes * 60 < gathering.window_seconds:
        refuse("$.gathering.late_minutes", "must not be shorter than window_seconds")


def check_ingress(ingress: Ingress) -> None:
    """Raises ``InvalidSettings`` for a name of the relay that stands twice or could be no name of a host."""
    hosts = [normal_domain(host) for host in ingress.hosts]
    for index, host in enumerate(hosts):
        if not _HOST_NAME.match(host):
            refuse(f"$.ingress.hosts[{index}]", "must be a host name, such as acme.relay.example.com")
    check_unique(hosts, "$.ingress.hosts", "host", "entry")
