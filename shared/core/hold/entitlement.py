"""Who may see and decide a message, for whom, and who is asked: the one place where that is said (stages 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.hold.actor import Role
from shared.core.hold.record import MessageRecord
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.people.delegation import Delegation
from shared.core.people.person import Person, PersonKind
from shared.core.policy.tenant_settings import TenantSettings


@dataclass(frozen=True, slots=True)
class People:
    """What directory and delegations say of everybody that a question about one message can be about.

    ``known`` by lower-case address, ``delegations`` by normal address. Who is not in ``known`` may still be somebody: a
    new tenant works without a directory (product.md S3).
    """

    known: Mapping[str, Person] = field(default_factory=dict)
    delegations: Mapping[str, Delegation] = field(default_factory=dict)

    def is_removed(self, address: str) -> bool:
        """Whether the directory has taken that person out."""
        rows = self._rows(address)
        return bool(rows) and not any(person.active for person in rows)

    def is_shared(self, address: str) -> bool:
        """Whether that is a shared mailbox."""
        return any(person.kind is PersonKind.SHARED for person in self._rows(address))

    def same(self, one: str, other: str) -> bool:
        """Whether two addresses are one person's: the same address, or the same directory id."""
        if normal_address(one) == normal_address(other):
            return True
        ids = self._ids(one)
        return bool(ids) and not ids.isdisjoint(self._ids(other))

    def _ids(self, address: str) -> frozenset[str]:
        return frozenset(person.id for person in self._rows(address) if person.id)

    def _rows(self, address: str) -> tuple[Person, ...]:
        """What the directory says of an address as it is written, and of its normal form: one mailbox, spelled twice."""
        plain, normal = address.lower(), normal_address(address)
        found = (self.known.get(plain), self.known.get(normal) if normal != plain else None)
        return tuple(person for person in found if person is not None)

    def proxies_of(self, principal: str, now: datetime) -> tuple[str, ...]:
        """Who may act for ``principal`` now: normal addresses, without the principal and without who was removed."""
        return tuple(proxy for proxy in self._acting(principal, now) if self._counts(proxy, principal))

    def is_proxy(self, person: str, principal: str, now: datetime) -> bool:
        """Whether ``person`` may act for ``principal`` now: named by this address or by another of theirs."""
        return any(
            self.same(person, proxy) and self._counts(proxy, principal) for proxy in self._acting(principal, now)
        )

    def _acting(self, principal: str, now: datetime) -> tuple[str, ...]:
        delegation = self.delegations.get(normal_address(principal))
        return () if delegation is None or self.is_removed(principal) else delegation.acting(now)

    def _counts(self, proxy: str, principal: str) -> bool:
        return not self.same(proxy, principal) and not self.is_removed(proxy)

    def is_away(self, principal: str, now: datetime) -> bool:
        """Whether ``principal`` has said to be absent now."""
        delegation = self.delegations.get(normal_address(principal))
        return delegation is not None and delegation.is_away(now)


@dataclass(frozen=True, slots=True)
class Standing:
    """As what somebody acts, and for whom (``on_behalf_of``, empty for themselves)."""

    role: Role
    on_behalf_of: str = ""


def sender_of(record: MessageRecord) -> str:
    """The address of the person whose message it is: the reverse-path, which the tenant's own server has checked.

    Empty for the null sender. The From field proves nothing: whoever writes the message writes it.
    """
    return record.envelope.reverse_path


def asked_person(record: MessageRecord, settings: TenantSettings, people: People | None = None) -> str:
    """Whose decision a held message is: its sender's, if that is one of the tenant's own addresses and not removed.

    Otherwise the tenant's administrator's: an envelope sender in somebody else's domain proves nothing, and a link in
    their hands would release the tenant's mail. Empty for the null sender.
    """
    return _asked(sender_of(record), settings, people)


def _asked(sender: str, settings: TenantSettings, people: People | None) -> str:
    if not sender:
        return ""
    if domain_of(sender) in DomainSet(settings.internal_domains) and not (people and people.is_removed(sender)):
        return sender
    return administrator_of(settings)


def people_to_ask(record: MessageRecord, settings: TenantSettings, people: People, now: datetime) -> tuple[str, ...]:
    """Who is told of a hold: the asked person; for a shared mailbox its proxies; for somebody away the proxies too."""
    asked = asked_person(record, settings, people)
    if not asked:
        return ()
    return with_proxies(asked, people, now)


def with_proxies(principal: str, people: People, now: datetime) -> tuple[str, ...]:
    """Who is told in place of, or beside, ``principal``."""
    proxies = people.proxies_of(principal, now)
    if people.is_shared(principal) and proxies:
        return proxies
    return (principal, *proxies) if people.is_away(principal, now) else (principal,)


def administrator_of(settings: TenantSettings) -> str:
    """Where a tenant hears of what concerns none of its people: as set, else the postmaster (RFC 5321 section 4.5.1)."""
    return settings.notices.administrator_address or f"postmaster@{settings.domains[0].lstrip('.')}"


def entitled(
    record: MessageRecord, person: str, settings: TenantSettings, people: People, now: datetime
) -> Standing | None:
    """As what ``person`` may see and decide the message now; ``None`` when they may not.

    Mail that Matta wrote itself is nobody's to look at. Who was removed from the directory may do nothing.
    """
    return None if record.own else entitled_to_mail_of(sender_of(record), person, settings, people, now)


def entitled_to_mail_of(
    sender: str, person: str, settings: TenantSettings, people: People, now: datetime
) -> Standing | None:
    """``entitled`` for any relayed message with this envelope sender."""
    asked = _asked(sender, settings, people)
    if not asked or not person or people.is_removed(person):
        return None
    if people.same(person, asked):
        return Standing(Role.SENDER if normal_address(asked) == normal_address(sender) else Role.ADMINISTRATOR)
    if people.is_proxy(person, asked, now):
        return Standing(Role.PROXY, asked)
    return None
