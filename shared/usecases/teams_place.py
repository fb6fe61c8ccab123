"""Where a person can be reached in Teams: from an address by the directory's id to a conversation (stages 5 and 6)."""

from __future__ import annotations

from shared.app import App
from shared.core.message.domains import normal_address
from shared.core.people.person import Person
from shared.ports_teams import Conversation


def place_of(app: App, tenant_id: str, address: str) -> Conversation | None:
    """The conversation of whoever has this address.

    ``None`` where the tenant has no bot, the directory does not know them (any more), or they have not got the app.
    Raises ``TemporaryError``.
    """
    entra_tenant = app.settings.tenant(tenant_id).teams.entra_tenant
    if not entra_tenant:
        return None
    person = known_person(app, tenant_id, address)
    if person is None or not person.id or not person.active:
        return None
    place = app.conversations.of(tenant_id, person.id)
    return place if place is not None and place.entra_tenant == entra_tenant else None


def known_person(app: App, tenant_id: str, address: str) -> Person | None:
    """Who the directory knows by this address, as it is written or in its normal form."""
    plain, normal = address.lower(), normal_address(address)
    found = app.directory.people(tenant_id, tuple(dict.fromkeys((plain, normal))))
    return found.get(plain) or found.get(normal)
