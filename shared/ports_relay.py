"""Ports of the relay: what the first stage (receive) needs from the world, as Protocols.

They are apart from ``shared/ports.py`` so that the relay's image holds no decision, hold or delivery code.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey


class Secrets(Protocol):
    """Keys and passwords. Values never reach a log."""

    def signing_keys(self, purpose: str) -> tuple[SigningKey, ...]:
        """Keys for ``"link"``, ``"trace"`` or ``"seal"``; the first signs or seals, all verify or open."""
        ...

    def secret(self, name: str) -> str:
        """A named secret. Raises ``NotFound``."""
        ...


@dataclass(frozen=True, slots=True)
class Spooled:
    """One message in the spool: who it is, how it came, and its envelope."""

    ref: MessageRef
    envelope: Envelope
    reception: Reception


class SpoolWriter(Protocol):
    """The relay's side of the spool (asynchronous)."""

    async def write(self, message: Spooled, chunks: AsyncIterator[bytes]) -> int:
        """Write once, durably; return the number of bytes. The commit is the last step.

        Raises ``StorageUnavailable`` when storage is down or slow (bounded time), and whatever ``chunks`` raises; in
        both cases nothing was committed. A size that ``message.reception`` names is ignored; the stored one is counted.
        """
        ...

    async def ready(self) -> bool:
        """Whether storage answers now. Never raises; bounded time."""
        ...


@dataclass(frozen=True, slots=True)
class IngressUser:
    """A user name for SMTP AUTH; ``password_hash`` is ``scrypt$n$r$p$salt$hash`` with base64 pieces."""

    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class IngressRule:
    """How the relay recognises connections of one tenant: any one of ``peers``, ``certificates`` and ``users`` is enough.

    ``peers`` are addresses or CIDR ranges, ``certificates`` SHA-256 fingerprints of client certificates in hex. Mail of a
    ``suspended`` tenant is deferred: its own server keeps it and tries again.

    Mail from Exchange Online's shared servers is the tenant's where ``exchange_tenant`` (directory id, lower case),
    ``hosts`` (the relay's names of the tenant's own) and ``domains`` (accepted domains; one with a leading dot takes in
    its subdomains) all agree with what is seen.
    """

    tenant_id: str
    peers: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    users: tuple[IngressUser, ...] = ()
    suspended: bool = False
    exchange_tenant: str = ""
    hosts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class IngressSource(Protocol):
    """Where the relay learns of tenants (asynchronous)."""

    async def rules(self) -> tuple[IngressRule, ...]:
        """The present rules, one for each tenant. Raises ``StorageUnavailable``; the caller keeps the last good ones."""
        ...


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far judging is behind the spool, as the sweep last saw it.

    ``oldest_seconds`` is the age of the oldest message that it found unjudged (0: none) and ``count`` how many those
    were; messages that came too recently for the sweep to look at are not counted.
    """

    oldest_seconds: float
    count: int
    written_at: datetime


class BacklogBoard(Protocol):
    """Where the sweep writes how far judging is behind (functions)."""

    def write(self, backlog: Backlog) -> None:
        """Put it in place of the one before. Raises ``StorageUnavailable``."""
        ...


class BacklogSource(Protocol):
    """Where the relay reads it (asynchronous)."""

    async def read(self) -> Backlog | None:
        """The last one written; None where there was none yet. Raises ``StorageUnavailable``; bounded time."""
        ...
