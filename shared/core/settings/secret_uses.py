"""Where the secrets of next hops go, and which edits would send one elsewhere or less protected. Pure.

The names of secrets are the operator's, for all tenants: who could name any secret for any host would be given it. So an
edit by a tenant's administrator may use a secret only as the settings use it already:

- a password for the same host and by the same mechanism: with an application (OAuth) the secret goes to its authority,
  without one to the server itself;
- not less protected on its way: not in the clear where it went encrypted, nor without a certificate that holds where
  one had to, and then by the same CA and name;
- a client certificate for the same host. (Its key stays here; what is given away is to speak in its name.)
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.policy.delivery_settings import NextHopServer, OAuthClient
from shared.core.policy.tenant_settings import TenantSettings

IMPLICIT_TLS_PORT = 465
NAMED_FIRST = "The operator of the service has to name a password's secret for this host first."
CERTIFICATE_NAMED_FIRST = "The operator of the service has to name a certificate's secret for this host first."
APPLICATION_NAMED_FIRST = "The operator of the service has to name the application of a secret first."
LESS_PROTECTED = "Only the operator of the service may have a password sent less protected than it is now."
_CLEAR, _ENCRYPTED, _VERIFIED = range(3)


def servers_with_secrets(settings: TenantSettings) -> tuple[NextHopServer, ...]:
    """The tenant's servers that a secret is used for."""
    return tuple(
        server
        for route in settings.routes
        for server in route.servers
        if server.password_secret or server.client_certificate_secret
    )


def misuse(server: NextHopServer, known: Sequence[NextHopServer]) -> tuple[str, str]:
    """The field of ``server`` by which a secret would be misused, and why it is; two empty texts where none would.

    ``known`` are the servers that use secrets now.
    """
    same_host = [one for one in known if _host(one) == _host(server)]
    if server.client_certificate_secret and not any(
        one.client_certificate_secret == server.client_certificate_secret for one in same_host
    ):
        return "client_certificate_secret", CERTIFICATE_NAMED_FIRST
    if not server.password_secret:
        return "", ""
    same = [one for one in same_host if one.password_secret == server.password_secret]
    if not same:
        return "password_secret", NAMED_FIRST
    same = [one for one in same if _application(one) == _application(server)]
    if not same:
        return "oauth", APPLICATION_NAMED_FIRST
    if not any(_is_as_protected(server, one) for one in same):
        return "starttls", LESS_PROTECTED
    return "", ""


def _is_as_protected(edit: NextHopServer, present: NextHopServer) -> bool:
    if _protection(edit) < _protection(present):
        return False
    return _protection(present) < _VERIFIED or _trust(edit) == _trust(present)


def _protection(server: NextHopServer) -> int:
    """How a password travels. Under ``opportunistic`` none is sent in the clear."""
    if server.starttls == "verified":
        return _VERIFIED
    encrypted = server.starttls != "none" or server.implicit_tls or server.port == IMPLICIT_TLS_PORT
    return _ENCRYPTED if encrypted else _CLEAR


def _application(server: NextHopServer) -> OAuthClient | None:
    """To whom the secret goes in place of the server."""
    return server.oauth if server.auth in ("auto", "xoauth2") else None


def _trust(server: NextHopServer) -> tuple[str, str]:
    return server.ca.strip(), (server.tls_name or _host(server)).lower().rstrip(".")


def _host(server: NextHopServer) -> str:
    return server.host.lower().rstrip(".")
