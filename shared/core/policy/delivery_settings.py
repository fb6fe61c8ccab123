"""How a tenant's mail leaves: next hops, signatures, retries, and copies that belong together. Part of ``TenantSettings``, read by gather, transform and deliver."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from shared.core.policy.model import Domain, Model, Name

StartTls = Literal["none", "opportunistic", "required", "verified"]


class OAuthClient(Model, frozen=True):
    """An application that gets tokens for SMTP by client credentials. Its secret is the server's ``password_secret``.

    ``authority`` is where tokens are asked for, with the directory in it.
    """

    authority: Annotated[str, msgspec.Meta(pattern=r"^https://[^\s?#]{1,300}\Z")]
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    scope: Annotated[str, msgspec.Meta(min_length=1, max_length=300)] = "https://outlook.office365.com/.default"


class NextHopServer(Model, frozen=True):
    """One SMTP server that takes the tenant's outgoing mail.

    Servers of the lowest ``priority`` number are tried first; among those of one priority ``weight`` shares the load.
    ``implicit_tls`` is TLS from the first byte, as on port 465 always; ``starttls`` then says whether the certificate is
    verified. It must hold for ``tls_name`` (empty: ``host``) and lead to ``ca`` (PEM certificates; empty: the public
    ones). ``client_certificate_secret`` names a secret with a PEM certificate and key to show. ``auth`` chooses the
    mechanism, ``auto`` what the server offers; ``xoauth2`` needs ``oauth``. ``password_secret`` names a secret; the
    password itself is never part of settings. ``connections`` is how many may be open at a time, and
    ``messages_a_minute`` how many transactions begin at most (0: no limit), both for each worker process. ``egress``:
    connections leave from here, or by way of the relay, for where outbound port 25 is closed.
    """

    host: Name
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 25
    starttls: StartTls = "opportunistic"
    implicit_tls: bool = False
    tls_name: Annotated[str, msgspec.Meta(max_length=255)] = ""
    ca: Annotated[str, msgspec.Meta(max_length=100_000)] = ""
    client_certificate_secret: str = ""
    auth: Literal["auto", "plain", "login", "xoauth2"] = "auto"
    username: str = ""
    password_secret: str = ""
    oauth: OAuthClient | None = None
    priority: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    weight: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    connections: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    messages_a_minute: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=600)] = 60.0
    egress: Literal["direct", "relay"] = "direct"


class Route(Model, frozen=True):
    """The next hops for some recipient domains; ``domains`` empty means every other domain.

    By ``name`` a policy can send a message through it whatever its recipients' domains are. ``signs``: its servers sign
    with DKIM themselves, so Matta does not. ``returns``: they are Exchange Online's, whose mail flow rule would send the
    mail to Matta again; it gets the tenant's words by which the rule leaves it out.
    """

    servers: Annotated[tuple[NextHopServer, ...], msgspec.Meta(min_length=1)]
    domains: tuple[Domain, ...] = ()
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    signs: bool = False
    returns: bool = False


class DkimKey(Model, frozen=True, kw_only=True):
    """One DKIM key (RFC 6376, RFC 8463) for mail whose From is of ``domain``; ``secret`` names its private key (PEM).

    Of several keys for a domain the last one whose ``active_from`` is over signs: the next one can be published and put
    here before its time.
    """

    domain: Domain
    selector: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\Z")]
    secret: Name
    active_from: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Signing(Model, frozen=True):
    """Signatures on what leaves. ``arc``: mail that came with a DKIM or ARC signature is sealed (RFC 8617)."""

    dkim: Annotated[tuple[DkimKey, ...], msgspec.Meta(max_length=200)] = ()
    arc: bool = False


class Gathering(Model, frozen=True):
    """Copies of one message that Exchange splits by recipient (product.md M7) are judged together.

    A copy whose To and Cc name external people that its envelope does not waits ``window_seconds`` for its siblings; 0
    waits for nobody. A copy that comes within ``late_minutes`` takes over what was decided for the others.
    """

    window_seconds: Annotated[float, msgspec.Meta(ge=0, le=120)] = 5.0
    late_minutes: Annotated[float, msgspec.Meta(ge=0, le=1440)] = 60.0


class Delivery(Model, frozen=True):
    """How long and how often delivery is tried. The sender is told of a delay after ``delay_notice_hours`` (0: never)."""

    deadline_hours: Annotated[float, msgspec.Meta(gt=0, le=240)] = 48.0
    first_pause_seconds: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    longest_pause_seconds: Annotated[float, msgspec.Meta(gt=0, le=86400)] = 3600.0
    delay_notice_hours: Annotated[float, msgspec.Meta(ge=0, le=240)] = 4.0
