"""``Delegation``: whom somebody has named as proxies, and when they are away (product.md X1). Read by notify and act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.message.domains import normal_address


@dataclass(frozen=True, slots=True)
class Proxy:
    """``address`` may act for a principal from ``since`` up to, and not at, ``until``; ``None`` is without bound.

    ``by_administrator``: an administrator named them, so the principal cannot take them away. ``named_by`` is who did.
    """

    address: str
    since: datetime | None = None
    until: datetime | None = None
    named_by: str = ""
    named_at: datetime | None = None
    by_administrator: bool = False

    def counts(self, now: datetime) -> bool:
        """Whether the proxy may act now."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Absence:
    """The principal is away from ``since`` up to, and not at, ``until``: notices then go to the proxies as well."""

    since: datetime
    until: datetime

    def counts(self, now: datetime) -> bool:
        """Whether it is so now."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Delegation:
    """One principal's proxies and absences. ``principal`` is a normal address; ``version`` 0 where none is stored."""

    principal: str
    proxies: tuple[Proxy, ...] = ()
    absences: tuple[Absence, ...] = ()
    version: int = 0

    def acting(self, now: datetime) -> tuple[str, ...]:
        """Normal addresses of the proxies who may act now, each once."""
        return tuple(dict.fromkeys(normal_address(proxy.address) for proxy in self.proxies if proxy.counts(now)))

    def is_away(self, now: datetime) -> bool:
        """Whether the principal is absent now."""
        return any(absence.counts(now) for absence in self.absences)
