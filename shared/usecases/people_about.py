"""Ask directory and delegations about everybody whom a question about one message can be about (stages 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterable

from shared.app import App
from shared.core.hold.entitlement import People, administrator_of, sender_of
from shared.core.hold.record import MessageRecord
from shared.core.message.domains import normal_address, untagged_address

MOST_ADDRESSES = 20
"""Addresses of one person that lists look under."""


def people_about(app: App, record: MessageRecord, *others: str) -> People:
    """The sender, the administrator, approvers and ``others``, with their proxies. Raises ``TemporaryError``."""
    settings = app.settings.tenant(record.ref.tenant_id)
    principals = [sender_of(record), administrator_of(settings)]
    if record.approval is not None:
        principals += [seat for step in record.approval.steps for seat in step.seats]
    return people_of(app, record.ref.tenant_id, principals, others)


def addresses_of(app: App, tenant_id: str, person: str) -> tuple[str, ...]:
    """All addresses by which the directory knows who has this one, that one first, in normal form. Raises ``TemporaryError``."""
    own = normal_address(person)
    known = app.directory.people(tenant_id, (own,)).get(own)
    others = app.directory.addresses_of(tenant_id, known.id, MOST_ADDRESSES) if known is not None else ()
    return tuple(dict.fromkeys((own, *others)))


def principals_of(app: App, tenant_id: str, person: str) -> tuple[str, ...]:
    """Who has named ``person`` as a proxy, by any of their addresses, whatever the dates say. Raises ``TemporaryError``."""
    own = addresses_of(app, tenant_id, person)
    named = (principal for address in own for principal in app.delegations.principals_of(tenant_id, address))
    return tuple(dict.fromkeys(principal for principal in named if principal not in own))


def people_of(app: App, tenant_id: str, principals: Iterable[str], others: Iterable[str] = ()) -> People:
    """Principals with their proxies, and ``others`` without theirs. Raises ``TemporaryError``."""
    own = tuple(dict.fromkeys(filter(None, principals)))
    delegations = app.delegations.of(tenant_id, own)
    proxies = (proxy.address for one in delegations.values() for proxy in one.proxies)
    addresses = dict.fromkeys(address for address in (*own, *proxies, *others) if address)
    # Directory rows are kept by the address as it is written, and entitlement compares normal addresses: ask for both.
    # Who is barred from an approval is so without a tag, too.
    spellings = (*addresses, *map(normal_address, addresses), *map(untagged_address, addresses))
    asked = tuple(dict.fromkeys(spellings))
    return People(app.directory.people(tenant_id, asked), delegations)
