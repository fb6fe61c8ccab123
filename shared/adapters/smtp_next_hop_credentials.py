"""The secrets of one next hop as they are now. Part of stage 4b (deliver)."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.adapters.smtp_next_hop_connection import ConnectionFailed
from shared.core.policy.tenant_settings import NextHopServer
from shared.errors import MattaError
from shared.ports import Secrets


@dataclass(frozen=True, slots=True)
class Credentials:
    """``password`` is what proves the user name (with OAuth the application's secret), ``certificate`` a PEM certificate
    with its key. Empty where the server's settings name none.

    Equal ones are interchangeable: a connection that was authenticated with others is never used.
    """

    password: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)


def credentials_for(server: NextHopServer, secrets: Secrets) -> Credentials:
    """What the settings name. Raises ``ConnectionFailed``."""
    return Credentials(password_for(server, secrets), certificate_for(server, secrets))


def password_for(server: NextHopServer, secrets: Secrets) -> str:
    """The password, or the application's secret. Raises ``ConnectionFailed``."""
    if not server.username:
        return ""
    return _secret(server.password_secret, secrets, "the password of the server cannot be had")


def certificate_for(server: NextHopServer, secrets: Secrets) -> str:
    """The client certificate with its key. Raises ``ConnectionFailed``."""
    if not server.client_certificate_secret:
        return ""
    return _secret(server.client_certificate_secret, secrets, "the client certificate cannot be had")


def _secret(name: str, secrets: Secrets, otherwise: str) -> str:
    try:
        return secrets.secret(name)
    except MattaError as error:
        raise ConnectionFailed(otherwise, "4.3.5") from error
