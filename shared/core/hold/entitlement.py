"""Who may see and decide a message: the one place where that is said (stage 6)."""

from __future__ import annotations

from shared.core.hold.record import MessageRecord, Role
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.policy.tenant_settings import TenantSettings


def sender_of(record: MessageRecord) -> str:
    """The address of the person whose message it is: the reverse-path, which the tenant's own server has checked.

    Empty for the null sender. The From field proves nothing: whoever writes the message writes it.
    """
    return record.envelope.reverse_path


def asked_person(record: MessageRecord, settings: TenantSettings) -> str:
    """Who is told of a held message and may decide it: its sender, if that is one of the tenant's own addresses.

    Otherwise the tenant's administrator: an envelope sender in somebody else's domain proves nothing, and a link in their
    hands would release the tenant's mail. Empty for the null sender.
    """
    sender = sender_of(record)
    if not sender or domain_of(sender) in DomainSet(settings.internal_domains):
        return sender
    return administrator_of(settings)


def administrator_of(settings: TenantSettings) -> str:
    """Where a tenant hears of what concerns none of its people: as set, else the postmaster (RFC 5321 section 4.5.1)."""
    return settings.notices.administrator_address or f"postmaster@{settings.domains[0].lstrip('.')}"


def entitled(record: MessageRecord, person: str, settings: TenantSettings) -> Role | None:
    """As what ``person`` may see and decide the message; ``None`` when they may not.

    Mail that Matta wrote itself is nobody's to look at.
    """
    asked = asked_person(record, settings)
    if record.own or not asked or normal_address(person) != normal_address(asked):
        return None
    return Role.SENDER if normal_address(person) == normal_address(sender_of(record)) else Role.ADMINISTRATOR
